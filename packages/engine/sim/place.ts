import { parseAgentsFile } from "../src/agents-file.ts";
import type { Site } from "../src/host/site.ts";
import { digest } from "../src/watch/digest.ts";
import { inForceOf } from "../src/watch/in-force.ts";
import type { Chance } from "./chance.ts";
import type { Files } from "./files.ts";
import type { Size } from "./size.ts";

export const ROOT = "/p";
export const STATE = `${ROOT}/.state`;

/** Supervision that is quick about it, so that an hour holds more. */
const QUICK = `[supervision]
signal_tick = "15s"
heavy_tick = "60s"
stall_idle = "120s"
stall_grace = "90s"
max_wait = "180s"
start_timeout = "60s"
healthy_after = "4m"
backoff = ["0s", "10s", "20s", "40s"]
start_limit = 4
start_limit_window = "8m"
restart_gap = "5s"
stop_grace = "5s"
`;

/** Mostly nothing that was missed is too old to be caught up. */
const IMPATIENT = `catch_up = "90s"\n`;

/** The parsed projects of this process; there are not many kinds. */
const known = new Map<string, Site>();

/** What stands in its agents.toml. */
const texts = new WeakMap<Site, string>();
export const textOf = (site: Site): string => texts.get(site) ?? "";

/** A project of this seed's own kind, as a person would have written it. */
export async function placeOf(chance: Chance, size: Size): Promise<Site> {
  const text = agentsToml(chance, size);
  const found = known.get(text) ?? (await parse(text));
  known.set(text, found);
  texts.set(found, text);
  return found;
}

function agentsToml(chance: Chance, size: Size): string {
  const loops = ["builder", "adversary", "cyd", "dan", "eve"].slice(0, chance.pick(size.loops));
  const persistent = ["ora", "pat"].slice(0, chance.pick(size.others));
  const tasks = ["tom", "una"].slice(0, chance.pick(size.others));
  const slots = (name: string) =>
    name === "una" || chance.happens(0.7) ? `schedule = "*/${chance.pick([2, 3])} * * * *"\n` : "";
  const phases = ["a", "b", "c", "d"].slice(0, chance.pick(size.phases));
  const end = chance.pick([
    "",
    ...(persistent.length > 0 ? [`on_complete = { agent = "ora", message = "all is done" }\n`] : []),
    `on_complete = { command = ["true"] }\n`,
  ]);
  const agent = (name: string, kind: string, watch: string, more = "") =>
    `[agents.${name}]\nkind = "${kind}"\nwatch = "${watch}"\nworkdir = "clones/${name}"\n${more}\n`;
  const service = chance.happens(0.4) ? `[services.forge]\ncommand = ["forge"]\n\n` : "";
  const off = chance.happens(0.3) ? agent("zoe", "persistent", "heal", "enabled = false\n") : "";
  return `[defaults]
session_prefix = "p-"
log_dir = ".state"
backend = "demo"
model = "sonnet"

${loops.map((name) => agent(name, "loop", "heal+stall")).join("")}
${persistent.map((name, index) => agent(name, "persistent", index === 0 ? "heal" : "none")).join("")}
${tasks.map((name) => agent(name, "task", "none", slots(name))).join("")}
${off}${service}[loop]
kickoff_template = "kickoff.md"
docs_dir = "docs"
done_by = "builder"
phases = [${phases.map((id) => `{ id = "${id}", plan = "${id}.md" }`).join(", ")}]
${end}
[loop.handoff]
repo = "clones/builder"
branch = "main"
claim = "adversary"
review = "builder"

${chance.happens(0.8) ? QUICK + (chance.happens(0.3) ? IMPATIENT : "") : ""}`;
}

async function parse(text: string): Promise<Site> {
  const parsed = await parseAgentsFile("agents.toml", new TextEncoder().encode(text), { strict: true });
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("\n"));
  return {
    file: `${ROOT}/agents.toml`,
    root: ROOT,
    state: STATE,
    socket: `${STATE}/tmux.sock`,
    id: digest(STATE),
    name: "p",
    project: parsed.value,
    inForce: inForceOf(digest(text), parsed.value),
    warnings: [],
  };
}

/** What lies in the project's folder before anything is started. */
export async function furnish(files: Files, { project, root }: Site): Promise<void> {
  files.put(`${root}/kickoff.md`, "phase {phase_id}\nplan {plan}\nyou are {role}\n");
  for (const { workdir } of project.agents) await files.makeFolder(`${root}/${workdir}`);
  await files.makeFolder(root);
}
