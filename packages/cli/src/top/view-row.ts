import type { EngineStatus } from "@fleet/fleet";
import { cut, type Line, line, pad, type Span, span, type Tone, widthOf } from "./cells.ts";
import type { AgentRow, AgentStatus, ProjectRow, Row } from "./rows.ts";
import { sayAge, sayLeft } from "./times.ts";

/** How wide each column is: as wide as what stands in it, within bounds. */
export interface Widths {
  readonly columns: number;
  readonly name: number;
  readonly phase: number;
  readonly state: number;
  readonly since: number;
  readonly left: number;
}

const nameOf = (row: Row): string =>
  row.is === "agent"
    ? `  ${row.agent.name}`
    : `${row.line.project.name}${row.line.project.enabled ? "" : " (disabled)"}`;

/** Where there is room, nothing that comes and goes moves the columns beside it. */
export function widthsOf(rows: readonly Row[], columns: number, now: number): Widths {
  const isWide = columns >= 70;
  const widest = (least: number, most: number, texts: readonly string[]) =>
    Math.min(most, Math.max(isWide ? least : 0, ...texts.map(widthOf)));
  const agents = rows.filter((row) => row.is === "agent");
  const phases = rows
    .filter((row) => row.is === "project")
    .map((row) =>
      phaseCells(row, columns)
        .map(({ text }) => text)
        .join(""),
    );
  const states = agents.map(({ agent }) => stateOf(agent));
  const sinces = agents.map((row) => sinceOf(row, now));
  const deadlines = agents.map(({ agent }) => deadlineOf(agent, now));
  return {
    columns,
    name: widest(0, Math.max(8, Math.floor(columns * 0.28)), rows.map(nameOf)),
    phase: isWide ? widest(0, Math.floor(columns / 2), phases) : 0,
    state: widest(8, isWide ? 14 : 8, states),
    since: widest(3, 4, sinces),
    left: widest(10, 15, deadlines),
  };
}

interface Shown {
  readonly widths: Widths;
  readonly selected: boolean;
  readonly now: number;
}

export function rowLine(row: Row, { widths, selected, now }: Shown): Line {
  const mark =
    row.concern === null
      ? span(" ")
      : row.concern.level === "needs-you"
        ? span("!", "bad")
        : span("~", "warn");
  const head = [span(selected ? "›" : " "), mark, span(" ")];
  const rest = row.is === "project" ? projectCells(row, widths, now) : agentCells(row, widths, now);
  return line([...head, ...rest], widths.columns, selected);
}

function projectCells(row: ProjectRow, widths: Widths, now: number): readonly Span[] {
  const { status, because, attention } = row.line;
  const name = [span(pad(nameOf(row), widths.name), "strong"), span("  ")];
  if (status === null)
    return [...name, span(attention?.reason ?? because ?? "", attention === null ? "quiet" : "bad")];
  const closed = row.open || status.agents.length === 0 ? "" : "+ ";
  const agents = span(`${closed}${countStates(row)}`, "quiet");
  const said = row.concern === null ? agents : span(row.concern.reason, toneOf(row));
  const phase = phaseCells(row, widths.columns);
  const rest = widths.phase - phase.reduce((sum, { text }) => sum + widthOf(text), 0);
  return [...name, ...phase, span(" ".repeat(Math.max(0, rest))), ...kept(status, now), said];
}

/** What a person has asked for, and what everything else comes after. */
function kept({ hold, standstill }: EngineStatus, now: number): readonly Span[] {
  if (standstill != null) return [span("stopped by stop-everything  ", "bad")];
  if (hold == null) return [];
  const left = hold.until === null ? "" : ` ${sayLeft(Date.parse(hold.until) - now)}`;
  return [span(`on hold${left}  `, "warn")];
}

function phaseCells({ line: { status } }: ProjectRow, columns: number): readonly Span[] {
  if (status === null || status.phase === null) return [];
  const { id, index, total, state, paused = false } = status.phase;
  const at = index < 0 ? "-" : `${index + 1}`;
  return [
    ...bar(status.phase, columns < 70 ? 6 : columns < 120 ? 10 : 20),
    span(` ${at}/${total} `),
    span(cut(id, Math.floor(columns / 5)), "strong"),
    span(state === "in progress" ? "" : ` ${state}`),
    span(paused ? " paused" : "", "warn"),
    span("  "),
  ];
}

/** What is done, what is under way, what is to come. */
function bar(
  { index, total, state }: { readonly index: number; readonly total: number; readonly state: string },
  width: number,
): readonly Span[] {
  const done = state === "complete" ? total : Math.max(0, index) + (state === "done" ? 1 : 0);
  const cells = (phases: number) => Math.round((phases / Math.max(1, total)) * width);
  const full = Math.min(width, cells(done));
  const next = index < 0 ? done : Math.min(total, done + 1);
  const current = Math.max(0, Math.min(width, cells(next)) - full);
  return [
    span("█".repeat(full), "good"),
    span("▒".repeat(current)),
    span("░".repeat(width - full - current), "quiet"),
  ];
}

/** "4 RUNNING, 1 stopped", or how many need somebody, where they are not seen below. */
function countStates({ line: { status, attention }, open }: ProjectRow): string {
  if (status === null) return "";
  const counts = Map.groupBy(status.agents, ({ state }) => state);
  const states = [...counts].map(([state, those]) => `${those.length} ${state}`).join(", ") || "no agents";
  return attention === null || open ? states : `${attention.others + 1} of concern; ${states}`;
}

function agentCells(row: AgentRow, widths: Widths, now: number): readonly Span[] {
  const { agent, concern } = row;
  const deadline = deadlineOf(agent, now);
  const what = [agent.backend ?? agent.kind, agent.model].filter((word) => word != null).join(" ");
  const says = concern !== null || !OWN_WORD.has(agent.is ?? "");
  const about = says ? span(agent.why ?? "", concern === null ? "plain" : toneOf(row)) : span(what, "quiet");
  return [
    span(pad(nameOf(row), widths.name)),
    span("  "),
    span(pad(stateOf(agent), widths.state), toneOf(row)),
    ...(widths.since === 0 ? [] : [span(`  ${sinceOf(row, now).padStart(widths.since)}`)]),
    ...(widths.left === 0
      ? []
      : [span("  "), span(pad(deadline, widths.left), deadline.startsWith("late") ? "warn" : "strong")]),
    span("  "),
    about,
  ];
}

/** Their sentence says no more than the word. */
const OWN_WORD: ReadonlySet<string> = new Set(["working", "ready", "waiting", "starting"]);

const stateOf = ({ is, state, enabled }: AgentStatus): string => (enabled ? (is ?? state) : "disabled");

function toneOf({ concern, ...row }: Row): Tone {
  if (concern !== null) return concern.level === "needs-you" ? "bad" : "warn";
  if (row.is === "project") return "plain";
  if (row.agent.is === "working") return "good";
  return row.agent.state === "RUNNING" ? "plain" : "quiet";
}

/** Since when it is so; of who is well, since when it runs. */
function sinceOf({ agent: { is_since, since } }: AgentRow, now: number): string {
  const known = is_since ?? since;
  return known == null ? "" : sayAge(known, now);
}

/** What comes next at a time that is known, and how long it is until then. */
function deadlineOf({ is, until, next_slot, state }: AgentStatus, now: number): string {
  const at = until == null ? Number.NaN : Date.parse(until);
  if (!Number.isNaN(at)) {
    if (is === "overdue") return `late ${sayLeft(now - at)}`;
    return `${LABELS[is ?? ""] ?? "until"} ${sayLeft(at - now)}`;
  }
  const slot = next_slot == null || state === "RUNNING" ? Number.NaN : Date.parse(next_slot);
  return Number.isNaN(slot) ? "" : `slot ${sayLeft(slot - now)}`;
}

const LABELS: Readonly<Record<string, string>> = {
  waiting: "wait",
  limited: "limit",
  resting: "retry",
  held: "held",
};
