/** How the page of a report looks: one colour for each thing that an agent may do, in light and in dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #fff; --ink: #1f2328; --soft: #66707a; --line: #e4e2dd;
  --working: #17805f; --waiting: #a9d3c4; --limited: #e5a50a; --needs-you: #d6336c;
  --starting: #6f9ff0; --on-hold: #8e6bbf; --down: #b6bcc2; --failed: #a51d2d; --unseen: #eceae6;
  --hue: 165;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --card: #1d2125; --ink: #e6e8ea; --soft: #98a2ab; --line: #30363c;
    --working: #3bb58c; --waiting: #2c5549; --limited: #e0aa2c; --needs-you: #ee5d92;
    --starting: #5f8fe0; --on-hold: #a98bd6; --down: #555d65; --failed: #e5534b; --unseen: #24292e;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin-bottom: 1.5rem; }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: -0.02em; }
h2 { margin: 0; font-size: 1.2rem; }
h3 { margin: 1.75rem 0 0.5rem; font-size: 0.8rem; font-weight: 600; text-transform: uppercase; letter-spacing: 0.06em; color: var(--soft); }
p { margin: 0; }
.soft { color: var(--soft); }
.project { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.5rem 1.5rem; margin-bottom: 1.5rem; }
.project > header { margin-bottom: 1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem 1.5rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.figures b { display: block; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.figures span { font-size: 0.85rem; color: var(--soft); }
.figures .bad b { color: var(--failed); }
.lane, .axis { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0.75rem; align-items: center; margin: 0.3rem 0; }
.lane > .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 0.92rem; }
.lane svg { display: block; width: 100%; height: 1.5rem; border-radius: 4px; background: var(--unseen); }
.lane.tokens p { font-size: 0.82rem; }
.lane.tokens svg { height: 1rem; background: none; }
.band { position: relative; height: 1.6rem; }
.band span { position: absolute; top: 0; bottom: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  padding: 0.1rem 0.4rem; font-size: 0.8rem; border-left: 2px solid var(--working); background: var(--unseen); border-radius: 0 4px 4px 0; }
.band span.open { border-left-style: dashed; }
.axis div { display: flex; justify-content: space-between; font-size: 0.75rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; margin: 0.75rem 0 0; padding: 0; list-style: none; font-size: 0.82rem; color: var(--soft); }
.legend i { display: inline-block; width: 0.75rem; height: 0.75rem; border-radius: 3px; margin-right: 0.4rem; vertical-align: -0.05rem; }
.working { fill: var(--working); background: var(--working); } .waiting { fill: var(--waiting); background: var(--waiting); }
.limited { fill: var(--limited); background: var(--limited); } .needs-you { fill: var(--needs-you); background: var(--needs-you); }
.on-hold { fill: var(--on-hold); background: var(--on-hold); } .starting { fill: var(--starting); background: var(--starting); } .down { fill: var(--down); background: var(--down); }
.failed { fill: var(--failed); background: var(--failed); } .unseen { fill: var(--unseen); background: var(--unseen); }
.mark { fill: var(--ink); background: var(--ink); } .legend i.mark { width: 0.2rem; border-radius: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { font-weight: 500; color: var(--soft); font-size: 0.8rem; }
th:first-child, td:first-child, .words td, .words th { text-align: left; }
tr:last-child td { border-bottom: 0; }
details summary { cursor: pointer; color: var(--soft); font-size: 0.9rem; margin-top: 0.5rem; }
footer { font-size: 0.82rem; color: var(--soft); }
@media (max-width: 40rem) {
  body { padding: 1.25rem 0.75rem 3rem; }
  .project { padding: 1rem; }
  .lane, .axis { grid-template-columns: 1fr; gap: 0.1rem; margin: 0.55rem 0; }
  .axis > span { display: none; }
}
`;
