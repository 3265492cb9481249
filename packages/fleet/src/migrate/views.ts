import path from "node:path";
import {
  chooseBackend,
  chooseModel,
  columns,
  type Project,
  readText,
  renderKickoff,
  statusFile,
  type World,
} from "@fleet/engine";
import type { OldProject } from "../adopt/old-project.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { askBoth, type Status } from "./ask.ts";

/** What two set-ups are compared by. Null: this one does not tell. */
export interface View {
  /** The table of status, without the states. */
  readonly status: string | null;
  readonly config: string | null;
  /** By session: the first message of a loop agent in the current phase. */
  readonly kickoffs: Readonly<Record<string, string>> | null;
}

/** How a project of this fleet shows itself, by its own engine. */
export async function viewOfProject(
  found: FoundFleet,
  project: FleetProject,
  world: World,
): Promise<View & { readonly configured: Project; readonly phase: string | null }> {
  const { status, config } = await askBoth(found, project, world);
  const { phase, agents } = status;
  const rows = agents.map(
    (one) => [one.name, one.kind, one.backend, one.model, one.watch, one.enabled] as const,
  );
  return {
    status: table(phase, rows),
    config: pretty(config),
    kickoffs: await kickoffs(config, phase?.id ?? null, (file) =>
      readText(path.join(folderOf(found, project), file)),
    ),
    configured: config,
    phase: phase?.id ?? null,
  };
}

/** How a set-up of the engine before would show itself. Its engine is not asked: even its status writes. */
export async function viewOfOld(old: OldProject): Promise<View> {
  const { project, phase, state, files } = old;
  const plan = project.loop?.phases.find(({ id }) => id === phase?.id)?.plan ?? "";
  const at = phase === null ? null : { ...phase, plan, state: state.complete ? "complete" : "in progress" };
  const rows = project.agents.map((agent) => {
    const watch = agent.kind === "service" ? null : agent.watch;
    const model = chooseModel(project, agent, phase?.id ?? null);
    return [agent.name, agent.kind, chooseBackend(agent), model, watch, agent.enabled] as const;
  });
  const rendered = await kickoffs(project, phase?.id ?? null, async (file) => files[file] ?? null);
  const recorded = Object.keys(state.kickoffs).length > 0;
  // What it wrote itself counts before what would be written by our rules.
  const said = recorded ? state.kickoffs : rendered;
  return { status: table(at, rows), config: pretty(project), kickoffs: said };
}

type Row = readonly [string, string, string | null, string | null, string | null, boolean];

function table(phase: Status["phase"], rows: readonly Row[]): string {
  const head =
    phase === null
      ? []
      : [`phase: ${phase.id} [${phase.index + 1}/${phase.total}] plan=${phase.plan} (${phase.state})`];
  const cells = [
    ...rows.map(([name, kind, backend, model, watch, enabled]) => [
      ...[name, kind, backend ?? "-", model ?? "-", watch ?? "-"],
      enabled ? "" : "(disabled)",
    ]),
    ["watchdog", "service", "-", "-", "-", ""],
  ];
  return lines([...head, ...columns(cells)]);
}

const STATES = ["RUNNING", "stopped", "unknown", "STALE"];

/** A table of status that somebody recorded, without its states. */
export function tableIn(text: string): string {
  const all = text.split("\n").map((line) => line.trim());
  const head = all.filter((line) => line.startsWith("phase: "));
  const rows = all
    .map((line) => line.split(/\s+/))
    .filter((cells) => cells.length >= 6 && STATES.includes(cells[5] ?? ""))
    .map((cells) => [...cells.slice(0, 5), cells.slice(6).join(" ")]);
  return lines([...head, ...columns(rows)]);
}

const lines = (all: readonly string[]): string => all.map((line) => `${line.trimEnd()}\n`).join("");

/** With its keys in the order of their letters: engines of two versions may have them in two orders. */
export const pretty = (config: Project): string => `${JSON.stringify(sorted(config), null, 2)}\n`;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}

/** The first message of each loop agent in a phase; null where nothing says how it would be made. */
async function kickoffs(
  { loop, agents }: Project,
  phase: string | null,
  read: (file: string) => Promise<string | null>,
): Promise<View["kickoffs"]> {
  const current = loop?.phases.find(({ id }) => id === phase);
  const template = loop?.kickoff_template == null ? null : await read(loop.kickoff_template);
  if (loop === null || current === undefined || template === null) return null;
  const all: Record<string, string> = {};
  for (const { kind, session, role } of agents) {
    if (kind !== "loop") continue;
    const roleText = loop.roles_dir === null ? "" : ((await read(`${loop.roles_dir}/${role}.md`)) ?? "");
    const slots = { phase_id: current.id, plan: current.plan, status: statusFile(loop, current.id), role };
    all[session] = renderKickoff(template, slots, roleText);
  }
  return all;
}
