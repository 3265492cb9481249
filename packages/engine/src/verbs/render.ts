import { oneLine } from "../diagnostics/safe-text.ts";
import type { Outcome } from "./outcome.ts";
import type { AgentSurvey, Survey } from "./survey.ts";

/** The table that people know: the phase line, then a row for each agent, the watchdog last. */
export function renderStatus(seen: Survey): string {
  return lines([...phaseLine(seen), ...columns([...seen.agents.map(row), watchdogRow(seen)])]);
}

/** The same with since when, and why. */
export function renderWide(seen: Survey, now: number): string {
  const rows = seen.agents.map((agent) => [
    ...row(agent),
    age(agent.since, now),
    oneLine(whyOf(agent)) + slotsOf(agent),
  ]);
  const orphans = seen.orphans.map(({ session, pid }) => {
    const why = `no agent of agents.toml owns its session, pid ${pid}`;
    return [oneLine(session), "orphan", "-", "-", "-", "RUNNING", "-", why];
  });
  const beat = seen.watchdog === null ? "-" : age(seen.watchdog.heartbeat, now);
  const last = [...watchdogRow(seen), beat, aboutWatchdog(seen, now)];
  return lines([...phaseLine(seen), ...columns([...rows, ...orphans, last])]);
}

/** What a person should know of the watchdog, the worst first. */
function aboutWatchdog({ watchdog, keeper }: Survey, now: number): string {
  if (watchdog === null) {
    if (keeper === null) return "";
    const left = Math.max(0, Math.round((Date.parse(keeper.next) - now) / 1000));
    const times = keeper.deaths === 1 ? "once" : `${keeper.deaths} times`;
    return `died ${times}, last with exit ${keeper.exit}; starts again in ${left} s; see: logs watchdog`;
  }
  const { trouble, version, on_disk, epoch, pid } = watchdog;
  return [
    ...(trouble === null ? [] : [`can't go on: ${oneLine(trouble)}`]),
    ...(version === on_disk ? [] : [`runs ${version}, on disk is ${on_disk}: watchdog restart`]),
    `epoch ${epoch}, pid ${pid}`,
  ].join("; ");
}

const slotsOf = ({ next_slot, last_slot }: AgentSurvey): string =>
  (next_slot === null ? "" : `; next ${minuteOf(next_slot)}`) +
  (last_slot === null ? "" : `; last ${minuteOf(last_slot)}`);

/** Schedules know no seconds. */
const minuteOf = (iso: string): string => `${iso.slice(0, 16)}Z`;

/** A hold is the whole project's, and stands below the table. */
const whyOf = ({ why, is, pending, orphan, restraint }: AgentSurvey): string =>
  `${why}${restraint?.by !== "limit" || is === "held" ? "" : `; nothing is begun with it: ${restraint.because}`}${pending ? "; its new settings wait for its next start" : ""}${orphan ? "; it is no longer in agents.toml" : ""}`;

const phaseLine = ({ phase }: Survey): readonly string[] => {
  if (phase === null) return [];
  const { id, index, total, plan, state } = phase;
  return [`phase: ${id} [${index < 0 ? "-" : index + 1}/${total}] plan=${oneLine(plan)} (${state})`];
};

const row = ({ name, kind, backend, model, watch, state, enabled }: AgentSurvey): readonly string[] => [
  name,
  kind,
  backend ?? "-",
  model ?? "-",
  watch ?? "-",
  enabled ? state : `${state} (disabled)`,
];

const watchdogRow = ({ watchdog }: Survey): readonly string[] => [
  "watchdog",
  "service",
  "-",
  "-",
  "-",
  watchdog === null ? "stopped" : watchdog.stale ? "STALE" : "RUNNING",
];

/** How long ago, in the largest unit that fits. */
export function age(since: string | null, now: number): string {
  if (since === null) return "-";
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86_400)}d`;
}

/** Two spaces between columns, nothing at the end of a line. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const cells of rows)
    cells.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  return rows.map((cells) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join("");

export const renderOutcomes = (outcomes: readonly Outcome[]): string =>
  columns(
    outcomes.map(({ agent, outcome, because }) => [
      agent,
      because === null ? outcome : `${outcome} (${because})`,
    ]),
  )
    .map((line) => `${line}\n`)
    .join("");
