import { age, columns, oneLine } from "@fleet/engine";
import { type Attention, ageOf, type EngineStatus, type FleetProject } from "@fleet/fleet";
import type { ProjectLine } from "./project-line.ts";

/** The version of the JSON that this command makes itself. */
export const ANSWER_VERSION = 1;

interface Moment {
  /** Null: times as they are, for a text that is compared with the one before. */
  readonly now: number | null;
  /** How many were asked. */
  readonly of: number;
}

/** A line for each project. */
export function renderSummary(lines: readonly ProjectLine[], { now, of }: Moment): string {
  if (lines.length > 0)
    return columns(lines.map((line) => summaryRow(line, now)))
      .join("\n")
      .concat("\n");
  return of === 0 ? "no projects yet: fleet create-project NAME\n" : `nothing is wrong in ${of} projects\n`;
}

function summaryRow(
  { project, status, because, attention }: ProjectLine,
  now: number | null,
): readonly string[] {
  const label = project.enabled ? project.name : `${project.name} (disabled)`;
  const needs = attention === null ? [] : [sayAttention(attention, now)];
  if (status === null)
    return [label, "unknown", "-", "-", ...(needs.length > 0 ? needs : [oneLine(because ?? "")])];
  const { phase, agents, watchdog } = status;
  const where =
    phase === null
      ? "-"
      : `${oneLine(phase.id)} [${phase.index < 0 ? "-" : phase.index + 1}/${phase.total}] (${oneLine(phase.state)})`;
  const said = [...foreignness(status), ...sayStandstill(status), ...sayHold(status), ...needs].join("; ");
  const cells = [label, watchdog === null ? "stopped" : "RUNNING", where, countStates(agents)];
  return said === "" ? cells : [...cells, said];
}

/** Its answer has keys that mean something else by now: what stands in its line may be little. */
function foreignness(status: EngineStatus): readonly string[] {
  const age = ageOf(status);
  return age === "known" ? [] : [`${age} engine (its answers have version ${status.schema_version})`];
}

function sayStandstill({ standstill }: EngineStatus): readonly string[] {
  if (standstill == null) return [];
  const why = standstill.why === null ? "" : `: ${oneLine(standstill.why)}`;
  return [`stopped with everything (${oneLine(standstill.by)}${why}); type: fleet stop-everything --lift`];
}

/** "on hold until 18:00Z (ada: a review)" */
function sayHold({ hold }: EngineStatus): readonly string[] {
  if (hold == null) return [];
  const until = hold.until === null ? "" : ` until ${oneLine(hold.until.slice(0, 16))}Z`;
  const why = hold.why === null ? "" : `: ${oneLine(hold.why)}`;
  return [`on hold${until} (${oneLine(hold.by)}${why})`];
}

/** "needs you for 12m: builder asks: Trust this folder?; type: tmux …" */
function sayAttention(
  { level, agent, reason, since, command, others }: Attention,
  now: number | null,
): string {
  const time = since === null ? "" : now === null ? ` since ${oneLine(since)}` : ` for ${age(since, now)}`;
  const who = agent === null ? "" : `${oneLine(agent)} `;
  const more = others === 0 ? "" : ` (and ${others} more)`;
  return `${level === "needs-you" ? "needs you" : "ailing"}${time}: ${who}${oneLine(reason)}${more}; type: ${oneLine(command)}`;
}

/** "4 RUNNING, 1 stopped", in the order in which the states come. */
function countStates(agents: EngineStatus["agents"]): string {
  const counts = Map.groupBy(agents, ({ state }) => state);
  return [...counts].map(([state, those]) => `${those.length} ${oneLine(state)}`).join(", ") || "no agents";
}

export const summaryJson = (lines: readonly ProjectLine[]): string =>
  `${JSON.stringify({
    schema_version: ANSWER_VERSION,
    projects: lines.map(({ project: { name, path, enabled }, status, because, attention }) => ({
      name,
      path,
      enabled,
      attention,
      status,
      error: because,
    })),
  })}\n`;

/** The answers of several engines as one. */
export const jsonList = (projects: readonly unknown[]): string =>
  `${JSON.stringify({ schema_version: ANSWER_VERSION, projects })}\n`;

/** Of each project, how it ended: its exit code, or because of whom it was left out. */
export type Ends = ReadonlyMap<FleetProject, number | { readonly after: FleetProject }>;

/** What did not go well with several projects; null when everything did. */
export function renderEnd(verb: string, ends: Ends): string | null {
  const failed: string[] = [];
  const skipped: string[] = [];
  for (const [{ name }, end] of ends) {
    if (typeof end === "object") skipped.push(`${name} (comes after ${end.after.name})`);
    else if (end !== 0) failed.push(`${name} (exit ${end})`);
  }
  if (failed.length === 0) return null;
  const left = skipped.length === 0 ? "" : `; left out: ${skipped.join(", ")}`;
  const done = ends.size - failed.length - skipped.length;
  return `fleet: ${verb}: ${done} of ${ends.size} done; failed: ${failed.join(", ")}${left}\n`;
}
