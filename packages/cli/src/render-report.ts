import { oneLine } from "@fleet/engine";
import {
  type AgentReport,
  addSpending,
  allTokens,
  type Doing,
  NOTHING_SPENT,
  type ProjectReport,
  type Spending,
  slicesOf,
  type Window,
} from "@fleet/fleet";
import { sayCount, sayerFor, sayLength, sayMoment, sayShare } from "./figures.ts";

/** Of a terminal that is as narrow as they come. */
const NAME = 13;
const CHART = 64;

/** What came of one project, with a chart of letters. */
export function renderReport(report: ProjectReport): string {
  const { project, from, to, since } = report;
  const window = { from: since ?? from, to };
  const length = sayLength(to - window.from);
  const title = `${oneLine(project)}   ${sayMoment(window.from)} to ${sayMoment(to)} (${length})`;
  if (report.agents.every(({ timeline }) => timeline.length === 0))
    return `${title}\n  nothing is known of this time\n`;
  return [
    title,
    "",
    ...chart(report, window),
    "",
    HEADS.reduce((line, head, nth) => line + head.padStart(WIDTHS[nth] ?? 0), " ".repeat(NAME)),
    ...report.agents.map((agent) =>
      figuresOf(agent).reduce((line, text, nth) => line + text.padStart(WIDTHS[nth] ?? 0), label(agent.name)),
    ),
    "",
    ...facts(report).flatMap(([name, text]) => fill(name.padEnd(NAME), text)),
    "",
  ].join("\n");
}

const HEADS = ["working", "waiting", "limited", "needs you", "down", "restarts", "told", "tokens"];
const WIDTHS = [7, 9, 9, 11, 6, 10, 6, 8];

const WIDE = 80;

/** Broken at blanks where it is too long, and set in behind its name. */
function fill(name: string, text: string): readonly string[] {
  const lines: string[] = [];
  let line = name;
  for (const word of text.split(" ")) {
    const isFirst = line.length === name.length;
    if (!isFirst && line.length + 1 + word.length > WIDE) {
      lines.push(line);
      line = " ".repeat(NAME) + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** A letter for each thing that an agent may do, so that it reads without colours. */
const MARKS: Readonly<Record<Doing, string>> = {
  working: "█",
  waiting: "░",
  limited: "L",
  "needs you": "!",
  "on hold": "H",
  starting: "▒",
  down: "_",
  failed: "X",
  unseen: " ",
};

function chart({ agents, phases }: ProjectReport, window: Window): readonly string[] {
  const seen = new Set(agents.flatMap(({ timeline }) => timeline.map(({ is }) => is)));
  const legend = Object.entries(MARKS).filter(([is]) => seen.has(is as Doing));
  return [
    `${" ".repeat(NAME)}${axis(window)}`,
    ...(phases.length === 0 ? [] : [`${"phases".padEnd(NAME)}${band(phases, window)}`]),
    ...agents.map(({ name, timeline }) => {
      const marks = slicesOf(timeline, window, CHART).map((is) => (is === null ? " " : MARKS[is]));
      return `${label(name)}${marks.join("")}`.trimEnd();
    }),
    "",
    legend
      .map(([is, mark]) => `${mark === " " ? "blank" : mark} ${is === "unseen" ? "nobody looked" : is}`)
      .join("   "),
  ];
}

const label = (name: string): string => {
  const safe = oneLine(name);
  return (safe.length < NAME ? safe : `${safe.slice(0, NAME - 2)}…`).padEnd(NAME);
};

/** Times of the day within two days, days beyond that. */
function axis({ from, to }: Window): string {
  const parts = 4;
  const say = sayerFor({ from, to });
  const labels = Array.from({ length: parts }, (_, nth) => `|${say(from + ((to - from) * nth) / parts)}`);
  return labels
    .map((text) => text.padEnd(CHART / parts))
    .join("")
    .trimEnd();
}

/** Each phase by its name, from where it began; as much of it as there is room for. */
function band(phases: ProjectReport["phases"], { from, to }: Window): string {
  const cells = Array.from({ length: CHART }, () => " ");
  const place = (at: number): number =>
    Math.min(Math.floor(((at - from) / Math.max(to - from, 1)) * CHART), CHART);
  for (const phase of phases) {
    const [begin, end] = [place(phase.from), Math.max(place(phase.to), place(phase.from) + 1)];
    const text = `|${oneLine(phase.id)}`;
    for (let cell = begin; cell < Math.min(end, CHART); cell++) cells[cell] = text[cell - begin] ?? "-";
  }
  return cells.join("").trimEnd();
}

function figuresOf({ times, restarts, messages, spent }: AgentReport): readonly string[] {
  const whole = Object.values(times).reduce((sum, time) => sum + time, 0) - times.unseen;
  const share = (time: number) => sayShare(time, whole);
  const tokens = Object.values(spent).reduce((sum, one) => sum + allTokens(one), 0);
  return [
    share(times.working),
    share(times.waiting),
    share(times.limited),
    share(times["needs you"]),
    share(times.down + times.failed + times.starting + times["on hold"]),
    `${restarts}`,
    `${messages.sent}`,
    tokens === 0 ? "-" : sayCount(tokens),
  ];
}

function facts(report: ProjectReport): readonly (readonly [string, string])[] {
  const { handoffs, messages, restarts, falseRestarts, timeToHeal, agents } = report;
  const { sent, confirmed, lost, expired, doubled } = messages;
  const limited = agents.filter(({ times }) => times.limited > 0);
  return [
    ["handoffs", `${handoffs.count}${spreadText(handoffs)}`],
    [
      "messages",
      `${sent} sent, ${confirmed} confirmed, ${lost} lost, ${expired} expired, ${doubled} doubled`,
    ],
    ["restarts", restartText(restarts)],
    ...(falseRestarts > 0 ? [["", `${falseRestarts} of them without need`] as const] : []),
    ["healed", timeToHeal.count === 0 ? "nothing fell" : `${timeToHeal.count} times${healText(timeToHeal)}`],
    [
      "limits",
      limited.length === 0
        ? "none"
        : limited.map(({ name, times }) => `${oneLine(name)} ${sayLength(times.limited)}`).join(", "),
    ],
    ...spendingFacts(agents),
  ];
}

const spreadText = ({ median, p90, max }: ProjectReport["handoffs"]): string =>
  median === null
    ? ""
    : `, median ${sayLength(median)}, nine in ten within ${sayLength(p90 ?? 0)}, slowest ${sayLength(max ?? 0)}`;

const healText = ({ median, max }: ProjectReport["timeToHeal"]): string =>
  median === null ? "" : `, median ${sayLength(median)}, slowest ${sayLength(max ?? 0)}`;

/** "builder 3: 2 stalled, 1 died with exit 1". */
function restartText(restarts: ProjectReport["restarts"]): string {
  const agents = Map.groupBy(restarts, ({ agent }) => agent);
  const said = [...agents].map(([agent, those]) => {
    const reasons = [...Map.groupBy(those, ({ because }) => because)];
    const counts = reasons
      .toSorted(([, a], [, b]) => b.length - a.length)
      .map(([because, some]) => `${some.length} ${oneLine(because)}`);
    return `${oneLine(agent)} ${those.length}: ${counts.join(", ")}`;
  });
  return said.join("; ") || "none";
}

/** Of each agent, and of its phases where it has several. */
function spendingFacts(agents: readonly AgentReport[]): readonly (readonly [string, string])[] {
  const said = agents.flatMap(({ name, spent }) => {
    const all = Object.values(spent).reduce(addSpending, NOTHING_SPENT);
    const phases = phasesText(spent);
    return all.answers === 0
      ? []
      : [`${oneLine(name)}: ${spendingText(all)}`, ...(phases === "" ? [] : [`by phase: ${phases}`])];
  });
  return said.map((text, nth) => [nth === 0 ? "tokens" : "", text]);
}

/** "one 2.0M, two 31k"; "" where there is no more than one. */
export function phasesText(spent: AgentReport["spent"]): string {
  const phases = Object.entries(spent).filter(([phase]) => phase !== "");
  if (phases.length < 2) return "";
  return phases
    .map(([phase, one]) => `${oneLine(phase)} ${sayCount(allTokens(one))}${priceText(one)}`)
    .join(", ");
}

const priceText = ({ cost }: Spending): string => (cost === null ? "" : ` ($${cost.toFixed(2)})`);

export function spendingText(spending: Spending): string {
  const { input, output, cached, written } = spending.tokens;
  const parts = [
    `${sayCount(input)} in`,
    `${sayCount(output)} out`,
    ...(cached === 0 ? [] : [`${sayCount(cached)} cached`]),
    ...(written === 0 ? [] : [`${sayCount(written)} written`]),
    `${spending.answers} answer${spending.answers === 1 ? "" : "s"}`,
  ];
  return `${parts.join(", ")}${priceText(spending)}`;
}
