import { hostname, userInfo } from "node:os";
import path from "node:path";
import { BACKENDS } from "../backends/index.ts";
import { redact } from "../backends/redact.ts";
import { defineCommand, type World } from "../command/command.ts";
import { systemClock } from "../host/clock.ts";
import { systemDisk } from "../host/disk.ts";
import { versionOf } from "../host/program-version.ts";
import type { Site } from "../host/site.ts";
import { createTmux } from "../host/tmux.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { VERSION } from "../version.ts";
import { ANSWER_VERSION, chosen, configFlag, openRunning } from "./common.ts";
import { sayReading } from "./read.ts";

export const record = defineCommand({
  name: "record",
  about: "make a test case of what an agent shows, with nothing in it that is nobody else's business",
  operands: "<agent>",
  flags: {
    ...configFlag,
    to: { type: "string", about: "into this file, and not to the standard output", value: "FILE" },
  },
  examples: [
    ["agents record builder --to case.json", "to attach to an issue: look it over first"],
    ["agents record builder | jq -r '.screen[]'", "what of its screen is told"],
  ],
  async run([name = ""], { config, to }, world) {
    const site = await openRunning(config, world);
    const [agent] = chosen(site, [name]);
    if (agent === undefined) throw new Error("an agent was chosen, and none came of it");
    const seen = await lookAt(site, agent, world);
    const version = await versionOf(site, agent, world.env);
    const { screen, title, reading } = seen.redacted;
    const recorded = {
      schema_version: ANSWER_VERSION,
      backend: agent.backend,
      version,
      engine: VERSION,
      size: seen.size,
      title,
      reading,
      screen: screen.split("\n"),
    };
    const text = `${JSON.stringify(recorded, null, 1)}\n`;
    if (to === undefined) world.out(text);
    else {
      await systemDisk.write(path.resolve(world.cwd, to), text);
      world.out(`${to}: ${agent.backend} ${version ?? "of no known version"}, ${sayReading(reading)}\n`);
    }
    world.err(`note: ${COVERED}\n`);
    return 0;
  },
});

const COVERED =
  "names, paths, keys and what was said are covered; look it over all the same before you give it away";

async function lookAt(site: Site, agent: Agent, { env }: World) {
  const backend = BACKENDS[agent.backend ?? ""];
  if (backend === undefined)
    throw new Failure("WRONG_USAGE", `${agent.name} has no backend that reads its screen`);
  const terminal = createTmux(site.socket, env, 0);
  const pane = (await terminal.panes()).sessions.get(agent.session);
  if (pane !== undefined && pane.project !== site.id)
    throw new Failure("FOREIGN", `the session ${agent.session} is not ours`);
  const styled = new Set(backend.styled && pane !== undefined ? [pane.id] : []);
  const screen =
    pane === undefined || pane.dead ? undefined : (await terminal.screens([pane.id], styled)).get(pane.id);
  if (pane === undefined || screen === undefined)
    throw new Failure("AGENT_FAILED", `${agent.name} does not run, so it shows nothing to record`, {
      hint: "what happened to it: agents events",
    });
  const captured = { screen, title: pane.title };
  const redacted = redact(captured, backend, namesIn(site, agent, env), systemClock.now());
  if (redacted === null)
    throw new Failure("DENIED", `what ${agent.name} shows does not read the same without its names`, {
      hint: "describe it in your own words",
    });
  return { size: pane.size, redacted };
}

/** What might be recognised: who and where this is, and what it is about. */
function namesIn(site: Site, { name, session, workdir }: Agent, env: World["env"]): readonly string[] {
  const names = [
    ...[userInfo().username, env.USER, env.LOGNAME, env.HOME, hostname()],
    ...[site.name, site.root, path.resolve(site.root, workdir), name, session],
  ];
  return names.flatMap((one) => one?.split(/[^\p{L}\p{N}]+/u) ?? []).filter((word) => word.length > 1);
}
