import {
  type AgentReport,
  addSpending,
  allTokens,
  type Doing,
  NOTHING_SPENT,
  type ProjectReport,
  type Stretch,
  slicesOf,
  type Window,
} from "@fleet/fleet";
import { sayCount, sayerFor, sayLength, sayMoment, sayShare } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import { phasesText, spendingText } from "./render-report.ts";
import { STYLE } from "./report-style.ts";

/** The whole page: one file, without scripts, which asks nobody for anything. */
export function renderPage(reports: readonly ProjectReport[], window: Window): string {
  const title = `fleet: ${sayMoment(window.from)} to ${sayMoment(window.to)}`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<header><h1>fleet</h1><p class="soft">${sayMoment(window.from)} to ${sayMoment(window.to)}</p></header>
${reports.length === 0 ? markup`<p>No projects.</p>` : reports.map(projectSection)}
<footer>All times are UTC. Made by <code>fleet report</code> from the journals, and from what the agents noted of their conversations.</footer>
</body>
</html>
`;
  return page.html;
}

function projectSection(report: ProjectReport): Markup {
  const { project, agents, from, to, since } = report;
  const window = { from: since ?? from, to };
  const known = agents.some(({ timeline }) => timeline.length > 0);
  return markup`<section class="project">
<header><h2>${project}</h2><p class="soft">${sayLength(to - window.from)}${since === null ? "" : `, since its journal begins: ${sayMoment(since)}`}</p></header>
${known ? [figures(report), lanes(report, window), table(agents), tokens(agents), handoffBars(report), restarts(report)] : markup`<p class="soft">Nothing is known of this time.</p>`}
</section>
`;
}

const figure = (value: string, about: string, bad = false): Markup =>
  markup`<li${bad ? markup` class="bad"` : markup``}><b>${value}</b><span>${about}</span></li>`;

/** What one wants to know first. */
function figures({ agents, handoffs, messages, restarts: all, falseRestarts }: ProjectReport): Markup {
  const limited = agents.reduce((sum, { times }) => sum + times.limited, 0);
  const spent = agents
    .flatMap(({ spent: phases }) => Object.values(phases))
    .reduce(addSpending, NOTHING_SPENT);
  const { sent, confirmed, lost, doubled } = messages;
  const { median, p90, max } = handoffs;
  const hands =
    median === null
      ? "handoffs"
      : `handoffs, median ${sayLength(median)}, nine in ten within ${sayLength(p90 ?? 0)}, slowest ${sayLength(max ?? 0)}`;
  const wrong = lost + doubled;
  return markup`<ul class="figures">
${figure(`${handoffs.count}`, hands)}
${figure(`${sent}`, `messages, ${confirmed} confirmed, ${lost} lost, ${doubled} doubled`, wrong > 0)}
${figure(`${all.length}`, falseRestarts === 0 ? "restarts" : `restarts, ${falseRestarts} without need`, falseRestarts > 0)}
${figure(limited === 0 ? "none" : sayLength(limited), "lost to limits")}
${spent.answers === 0 ? markup`` : figure(sayCount(allTokens(spent)), spent.cost === null ? "tokens" : `tokens, $${spent.cost.toFixed(2)}`)}
</ul>`;
}

const percent = (at: number, { from, to }: Window): number =>
  Math.round(((at - from) / Math.max(to - from, 1)) * 10_000) / 100;

function lanes({ agents, phases, restarts: all }: ProjectReport, window: Window): Markup {
  const band = phases
    .filter(({ to }) => to > window.from)
    .map(({ id, from, to, done }) => {
      const left = Math.max(percent(from, window), 0);
      const about = `${id}, ${sayMoment(from)} to ${sayMoment(to)} (${sayLength(to - from)})${done ? ", done" : ""}`;
      return markup`<span${done ? markup`` : markup` class="open"`} style="left:${left}%;width:${Math.max(percent(to, window) - left, 0.2)}%" title="${about}">${id}</span>`;
    });
  const seen = new Set(agents.flatMap(({ timeline }) => timeline.map(({ is }) => is)));
  return markup`<div class="chart">
${band.length === 0 ? markup`` : markup`<div class="lane"><span class="name soft">phases</span><div class="band">${band}</div></div>\n`}${agents.map((agent) => lane(agent, all, window))}${axis(window)}
<ul class="legend">${[...seen].map((is) => markup`<li><i class="${classOf(is)}"></i>${is === "unseen" ? "nobody looked" : is}</li>`)}${all.length === 0 ? markup`` : markup`<li><i class="mark"></i>started again</li>`}</ul>
</div>`;
}

const classOf = (is: Doing): string => is.replace(" ", "-");

/** More stretches than a screen has pixels are shown by what fills most of each piece. */
const MOST = 600;

function lane(
  { name, timeline, times }: AgentReport,
  all: ProjectReport["restarts"],
  window: Window,
): Markup {
  const stretches = timeline.length <= MOST ? timeline : sliced(timeline, window);
  const rects = stretches.map(({ from, to, is }) => {
    const x = percent(from, window) * 10;
    const about = `${is === "unseen" ? "nobody looked" : is}, ${sayMoment(from)} to ${sayMoment(to)} (${sayLength(to - from)})`;
    return markup`<rect class="${classOf(is)}" x="${x}" y="0" width="${Math.max(percent(to, window) * 10 - x, 0.5)}" height="10"><title>${about}</title></rect>`;
  });
  const marks = all
    .filter(({ agent, at }) => agent === name && at >= window.from)
    .slice(-MOST)
    .map(({ at, because }) => {
      const words = `started again, ${sayMoment(at)}: ${because}`;
      return markup`<rect class="mark" x="${percent(at, window) * 10 - 1}" y="0" width="2" height="4"><title>${words}</title></rect>`;
    });
  const about = `${name}: ${Object.entries(times)
    .filter(([, time]) => time > 0)
    .map(([is, time]) => `${is} ${sayLength(time)}`)
    .join(", ")}`;
  return markup`<div class="lane"><span class="name" title="${name}">${name}</span><svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${about}">${rects}${marks}</svg></div>\n`;
}

/** Neighbours that are the same are one again. */
function sliced(timeline: readonly Stretch[], window: Window): readonly Stretch[] {
  const length = (window.to - window.from) / MOST;
  const merged: Stretch[] = [];
  for (const [nth, is] of slicesOf(timeline, window, MOST).entries()) {
    if (is === null) continue;
    const [from, to] = [window.from + nth * length, window.from + (nth + 1) * length];
    const last = merged.at(-1);
    if (last?.is === is && Math.abs(last.to - from) < 1) merged[merged.length - 1] = { ...last, to };
    else merged.push({ from, to, is });
  }
  return merged;
}

/** Five times: more would not fit a phone. */
function axis({ from, to }: Window): Markup {
  const say = sayerFor({ from, to });
  const times = [0, 0.25, 0.5, 0.75, 1].map((part) => markup`<span>${say(from + (to - from) * part)}</span>`);
  return markup`<div class="axis"><span></span><div>${times}</div></div>`;
}

function table(agents: readonly AgentReport[]): Markup {
  const heads = ["working", "waiting", "limited", "needs you", "down", "restarts", "messages", "tokens"];
  return markup`<h3>Agents</h3>
<div class="scroll"><table><tr><th></th>${heads.map((head) => markup`<th>${head}</th>`)}</tr>
${agents.map(tableRow)}</table></div>`;
}

function tableRow({ name, times, restarts: count, messages, spent }: AgentReport): Markup {
  const whole = Object.values(times).reduce((sum, time) => sum + time, 0) - times.unseen;
  const all = Object.values(spent).reduce((sum, one) => sum + allTokens(one), 0);
  const shares = [
    times.working,
    times.waiting,
    times.limited,
    times["needs you"],
    times.down + times.failed + times.starting + times["on hold"],
  ].map((time) => markup`<td title="${time === 0 ? "" : sayLength(time)}">${sayShare(time, whole)}</td>`);
  return markup`<tr><td>${name}</td>${shares}<td>${count}</td><td>${messages.sent}</td><td>${all === 0 ? "-" : sayCount(all)}</td></tr>\n`;
}

/** A bar for each agent, as long as what it spent, cut at the phases. */
function tokens(agents: readonly AgentReport[]): Markup {
  const spenders = agents.filter(({ spent }) => Object.keys(spent).length > 0);
  if (spenders.length === 0) return markup``;
  const sums = spenders.map(({ spent }) => Object.values(spent).reduce(addSpending, NOTHING_SPENT));
  const most = Math.max(...sums.map(allTokens), 1);
  const phases = [...new Set(spenders.flatMap(({ spent }) => Object.keys(spent)))];
  const bars = spenders.map(({ name, spent }, nth) => {
    let x = 0;
    const parts = Object.entries(spent).map(([phase, one]) => {
      const [from, width] = [x, (allTokens(one) / most) * 1000];
      x += width;
      const about = `${phase === "" ? name : `${name}, phase ${phase}`}: ${spendingText(one)}`;
      return markup`<rect class="working" opacity="${shade(phases.indexOf(phase), phases.length)}" x="${round(from)}" y="0" width="${round(Math.max(width - 1, 0.5))}" height="10"><title>${about}</title></rect>`;
    });
    const sum = sums[nth] ?? NOTHING_SPENT;
    return markup`<div class="lane tokens"><span class="name" title="${name}">${name}</span><div><svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${name}: ${spendingText(sum)}">${parts}</svg><p class="soft">${spendingText(sum)}${inPhases(spent)}</p></div></div>\n`;
  });
  return markup`<h3>Tokens, by phase</h3>\n${bars}`;
}

/** What a finger can't point at. */
const inPhases = (spent: AgentReport["spent"]): string => {
  const text = phasesText(spent);
  return text === "" ? "" : `; ${text}`;
};

const round = (value: number): number => Math.round(value * 10) / 10;
const shade = (nth: number, of: number): number => round(1 - (0.6 * nth) / Math.max(of - 1, 1));

/** How many took how long, from the first that has any to the last. */
function handoffBars({ handoffs: { count, buckets } }: ProjectReport): Markup {
  if (count === 0) return markup``;
  const first = buckets.findIndex((bucket) => bucket.count > 0);
  const shown = buckets.slice(first, buckets.findLastIndex((bucket) => bucket.count > 0) + 1);
  const most = Math.max(...shown.map((bucket) => bucket.count));
  const bars = shown.map((bucket) => {
    const within = bucket.within === null ? "longer" : `≤ ${sayLength(bucket.within)}`;
    const about = `${bucket.count} ${bucket.within === null ? "longer" : `within ${sayLength(bucket.within)}`}`;
    return markup`<div class="lane tokens"><span class="name soft">${within}: ${bucket.count}</span><svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${about}"><rect class="working" x="0" y="0" width="${round(Math.max((bucket.count / most) * 1000, bucket.count > 0 ? 3 : 0))}" height="10"><title>${about}</title></rect></svg></div>\n`;
  });
  return markup`<h3>Handoffs, from the push to the message</h3>\n${bars}`;
}

const SHOWN = 100;

function restarts({ restarts: all }: ProjectReport): Markup {
  if (all.length === 0) return markup``;
  const rows = all
    .slice(-SHOWN)
    .toReversed()
    .map(
      ({ at, agent, because }) =>
        markup`<tr><td>${sayMoment(at)}</td><td>${agent}</td><td>${because}</td></tr>\n`,
    );
  const more = all.length > SHOWN ? `the last ${SHOWN} of ${all.length}` : `${all.length}`;
  return markup`<h3>Restarts</h3>
<details${all.length <= 10 ? markup` open` : markup``}><summary>${more}, newest first</summary>
<div class="scroll"><table class="words"><tr><th>when</th><th>who</th><th>why</th></tr>
${rows}</table></div></details>`;
}
