import path from "node:path";
import {
  type Agent,
  chosen,
  defineCommand,
  Failure,
  readCount,
  readRunning,
  readSince,
  type Site,
  sanitize,
  type World,
} from "@fleet/engine";
import { findFleet, folderOf, pickProjects, readLogs, readRaw, readWatchdogLog } from "@fleet/fleet";
import { createLogPrinter } from "../render-logs.ts";

/*
 * Read by this fleet, whatever engine the project is pinned to: conversations
 * stand where the agent programs note them, and the rest in the project's
 * state directory.
 */

export const logsCommand = defineCommand({
  name: "logs",
  about: "show what agents said, were told and had done, oldest first; or the watchdog's own log",
  operands: "<project> [agent..]",
  flags: {
    follow: { type: "boolean", short: "f", about: "go on as more is said" },
    since: { type: "string", about: "only what is younger: 90s, 30m, 2h, 7d, or a time", value: "WHEN" },
    lines: { type: "string", short: "n", about: "only the last entries", value: "N" },
    raw: {
      type: "boolean",
      about: "what the terminal of one agent printed, as it came; for a file or a pipe",
    },
    json: { type: "boolean", about: "one JSON object a line" },
  },
  examples: [
    ["fleet logs demo", "all agents, in the order in which they spoke"],
    ["fleet logs demo builder -f -n 20", "the last 20 entries of one, and what comes"],
    ["fleet logs demo --since 2h --json", "the last two hours, for scripts"],
    ["fleet logs demo forge --raw > forge.log", "with every escape sequence, for less -R or a player"],
    ["fleet logs demo watchdog", "what the watchdog wrote about itself"],
  ],
  async run([name = "", ...names], { follow = false, since, lines, raw, json }, world) {
    const found = await findFleet(world.cwd);
    const [project] = pickProjects(found, [name]);
    if (project === undefined) throw new Error("a name was picked, and no project came of it");
    const most = lines === undefined ? Number.POSITIVE_INFINITY : readCount("--lines", lines);
    const from = since === undefined ? 0 : readSince(since, Date.now());
    const site = await readRunning(path.join(folderOf(found, project), "agents.toml"));
    const isWatchdog = names.length === 1 && names[0] === "watchdog" && !hasAgent(site, "watchdog");
    const agents = isWatchdog ? [] : chosen(site, names);
    const wanted = { agents, since: from, follow, env: world.env, signal: world.signal };
    if (raw) {
      if (json || lines !== undefined)
        throw new Failure("WRONG_USAGE", "--raw goes without --json and --lines");
      return printRaw(site, agents, wanted, world);
    }
    const print = createLogPrinter({ names: agents.length > 1, json: json === true, color: world.color });
    let isFirst = true;
    let said = 0;
    const batches = isWatchdog ? readWatchdogLog(site, wanted) : readLogs(site, wanted);
    for await (const batch of batches) {
      const shown = isFirst && most < batch.length ? batch.slice(-most) : batch;
      isFirst = false;
      said += shown.length;
      for (const line of shown) world.out(print(line));
    }
    if (said === 0 && !follow) saySilence(project.name, names, since, world);
    return world.signal.aborted ? 130 : 0;
  },
});

const hasAgent = ({ project }: Site, wanted: string): boolean =>
  project.agents.some(({ name }) => name === wanted);

/** Nothing is an answer; that there never was anything is worth a word. */
function saySilence(
  project: string,
  names: readonly string[],
  since: string | undefined,
  world: World,
): void {
  const who = names.length === 0 ? project : names.join(", ");
  const why = since === undefined ? "nothing is noted, and no terminal is open" : `nothing since ${since}`;
  world.err(`fleet: of ${who} ${why}; what happened: fleet events ${project}\n`);
}

async function printRaw(
  site: Site,
  [agent, ...more]: readonly Agent[],
  wanted: Omit<Parameters<typeof readLogs>[1], "agents">,
  world: World,
): Promise<number> {
  if (agent === undefined || more.length > 0)
    throw new Failure("WRONG_USAGE", "--raw takes one agent", {
      hint: `fleet logs ${site.name} AGENT --raw > FILE`,
    });
  // A terminal would obey it.
  const safe = world.shown ? sanitize : (text: string) => text;
  for await (const text of readRaw(site, agent, wanted)) world.out(safe(text));
  return world.signal.aborted ? 130 : 0;
}
