import { cut, type Line, line, type Span, span, widthOf } from "./cells.ts";
import type { Sight } from "./press.ts";
import { type Board, countConcerns, type Row, rowsOf } from "./rows.ts";
import { type State, selectedIn } from "./state.ts";
import { sayClock } from "./times.ts";
import { detailOf } from "./view-detail.ts";
import { rowLine, widthsOf } from "./view-row.ts";
import { linesOf, pageOf, rule, type Size, viewText } from "./view-text.ts";

/** How many lines each part of the screen gets. What the list does not need, the happenings have. */
interface Layout {
  readonly list: number;
  /** With the rule above it, as the next one. */
  readonly detail: number;
  readonly happened: number;
}

const DETAIL = 4;

function layoutOf({ rows }: Size): Layout {
  const room = Math.max(0, rows - 2);
  if (room < 10) return { list: room, detail: 0, happened: 0 };
  const happened = 1 + Math.max(3, Math.min(10, Math.floor((room - DETAIL) / 4)));
  return { list: room - DETAIL - happened, detail: DETAIL, happened };
}

/** What a key is pressed on. */
export function sightOf(board: Board, state: State, size: Size): Sight {
  const { list } = layoutOf(size);
  const rows = rowsOf(board, state, list);
  if (state.mode.is !== "text") return { rows, page: list, total: rows.length };
  return { rows, page: pageOf(size), total: linesOf(state.mode, size).length };
}

/** The whole screen: as many lines as it has, and none wider. */
export function view(board: Board, state: State, size: Size, now: number): readonly Line[] {
  const { columns, rows } = size;
  if (columns < 20 || rows < 4) return fill([line([span("too small", "warn")], columns)], size);
  if (state.mode.is === "text") return fill(viewText(state.mode, size), size);
  const layout = layoutOf(size);
  const sight = sightOf(board, state, size);
  const selected = selectedIn(sight.rows, state);
  const list = viewList(board, sight.rows, { ...size, rows: layout.list }, selected, now);
  const room = rows - 2 - layout.detail - list.length;
  const row = sight.rows[selected];
  return fill(
    [
      header(board, state, columns),
      ...list,
      ...(layout.detail === 0 ? [] : viewDetail(row, { ...size, rows: layout.detail }, now)),
      ...(layout.happened === 0 ? [] : viewHappened(board, { ...size, rows: room })),
    ].slice(0, rows - 1),
    size,
    footer(state, columns),
  );
}

/** Empty lines to the last one, which is the footer's. */
function fill(lines: readonly Line[], { columns, rows }: Size, last?: Line): readonly Line[] {
  const room = last === undefined ? rows : rows - 1;
  const empty = line([], columns);
  const above = Array.from({ length: Math.max(0, room) }, (_, nth) => lines[nth] ?? empty);
  return last === undefined ? above : [...above, last];
}

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

function header({ looked, projects }: Board, { filter }: State, columns: number): Line {
  const agents = projects.reduce((sum, { status }) => sum + (status?.agents.length ?? 0), 0);
  const { needsYou, ailing } = countConcerns(projects);
  const spans: Span[] = [span("fleet", "strong"), span(`  ${count(projects.length, "project")}`)];
  if (projects.length > 0) spans.push(span(`, ${count(agents, "agent")}`));
  if (needsYou > 0) spans.push(span("  "), span(`! ${count(needsYou, "needs", "need")} you`, "bad"));
  if (ailing > 0) spans.push(span("  "), span(`~ ${ailing} ailing`, "warn"));
  if (!looked) spans.push(span("  looking …", "quiet"));
  else if (projects.length > 0 && needsYou + ailing === 0) spans.push(span("  all is well", "good"));
  if (filter !== "") spans.push(span(`  only: ${filter}`, "warn"));
  return line(spans, columns);
}

function viewList(
  board: Board,
  rows: readonly Row[],
  size: Size,
  selected: number,
  now: number,
): readonly Line[] {
  if (rows.length === 0 && board.looked)
    return [
      line(
        [
          span(
            board.projects.length === 0
              ? "  no projects yet: fleet create-project NAME"
              : "  nothing has these words; Esc shows all",
            "quiet",
          ),
        ],
        size.columns,
      ),
    ];
  const widths = widthsOf(rows, size.columns, now);
  const most = Math.max(0, rows.length - size.rows);
  const from = Math.max(0, Math.min(selected - Math.floor(size.rows / 2), most));
  return rows
    .slice(from, from + size.rows)
    .map((row, nth) => rowLine(row, { widths, selected: from + nth === selected, now }));
}

function viewDetail(row: Row | undefined, { columns, rows }: Size, now: number): readonly Line[] {
  const lines = row === undefined ? [] : detailOf(row, { columns, rows: rows - 1 }, now);
  const empty = line([], columns);
  return [
    rule(row?.key ?? "", columns),
    ...Array.from({ length: rows - 1 }, (_, nth) => lines[nth] ?? empty),
  ];
}

/** The newest last, as in a log. */
function viewHappened({ happened, projects }: Board, { columns, rows }: Size): readonly Line[] {
  if (rows < 2) return [];
  const several = projects.length > 1;
  const shown = happened.slice(1 - rows);
  const whos = shown.map(({ project, agent }) => [...(several ? [project] : []), agent ?? "-"].join(" "));
  const width = Math.min(Math.max(0, ...whos.map(widthOf)), Math.floor(columns / 3));
  return [
    rule("last", columns),
    ...shown.map(({ at, text, tone }, nth) =>
      line(
        [
          span(sayClock(at), "quiet"),
          span(`  ${cut(whos[nth] ?? "", width).padEnd(width)}  `),
          span(text, tone),
        ],
        columns,
      ),
    ),
  ];
}

const KEYS = [
  "Enter attach",
  "s send",
  "r restart",
  "w why",
  "l log",
  "/ filter",
  "? help",
  "q quit",
] as const;

function footer({ mode, note, filter }: State, columns: number): Line {
  switch (mode.is) {
    case "filter":
      return field("/", filter, "Enter: keep it, Esc: as before", columns);
    case "compose":
      return field(
        `to ${mode.agent === null ? `all of ${mode.project}` : `${mode.project}/${mode.agent}`}: `,
        mode.text,
        "Enter: send, Esc: not",
        columns,
      );
    case "restart": {
      const what =
        mode.agent === null ? `all of ${mode.project} that is up` : `${mode.project}/${mode.agent}`;
      return line(
        [
          span(`restart ${what}?`, "warn"),
          span(" its run is ended, a new one begins: "),
          span("y / n", "strong"),
        ],
        columns,
      );
    }
    case "list":
    case "text":
      return note !== null
        ? line([span(note.text, note.tone)], columns)
        : line([span(keysIn(columns), "quiet")], columns);
    default:
      return mode satisfies never;
  }
}

/** Where not all fit, the way to all of them does. */
const keysIn = (columns: number): string => {
  const all = KEYS.join("  ");
  return widthOf(all) <= columns
    ? all
    : cut("? keys  q quit  Enter attach  s send  w why  l log  r restart", columns);
};

/** The end of what was typed is always seen. */
function field(label: string, text: string, keys: string, columns: number): Line {
  const room = Math.max(4, columns - widthOf(label) - 1);
  const shown = wrapEnd(text, room);
  const left = room - widthOf(shown);
  return line(
    [
      span(label, "strong"),
      span(shown),
      span("_"),
      ...(left > keys.length + 2 ? [span(`  ${keys}`, "quiet")] : []),
    ],
    columns,
  );
}

function wrapEnd(text: string, width: number): string {
  let shown = span(text).text;
  while (widthOf(shown) > width) shown = shown.slice(Math.max(1, Math.floor((widthOf(shown) - width) / 2)));
  return shown;
}
