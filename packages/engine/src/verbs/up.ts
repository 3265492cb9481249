import { refusalOf } from "../choose-args.ts";
import { variablePrefix } from "../choose-model.ts";
import { defineCommand, type World } from "../command/command.ts";
import { pick } from "../host/environment.ts";
import { otherOwnerOf } from "../host/kept.ts";
import { checkPredecessor } from "../host/predecessor.ts";
import { run } from "../host/run.ts";
import { checkSocket, type Site } from "../host/site.ts";
import { createStore, type Store } from "../host/store.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { indexOf } from "../watch/course.ts";
import { withEnvironment } from "../watch/in-force.ts";
import { FRESH_RECORDS, type Wishes } from "../watch/records.ts";
import type { Wish } from "../watch/scene.ts";
import { awaitOutcomes, ensureWatchdog } from "./bring-up.ts";
import {
  ANSWER_VERSION,
  asOnlyCommand,
  awaitInForce,
  changeWishes,
  chosen,
  configFlag,
  jsonFlag,
  noteHold,
  openSite,
  personIn,
  refuseStandstill,
} from "./common.ts";
import type { Outcome } from "./outcome.ts";
import { columns, renderOutcomes } from "./render.ts";
import { survey } from "./survey.ts";

export const up = defineCommand({
  name: "up",
  about: "start what should run, and wait until each agent is really there",
  operands: "[agent..]",
  flags: {
    ...configFlag,
    ...jsonFlag,
    fresh: { type: "boolean", about: "start the phases over from the first, as RESUME_PHASE=0 does" },
    "dry-run": { type: "boolean", about: "say what would be started, and do nothing" },
    follow: {
      type: "boolean",
      short: "f",
      about: "show what happens as it happens, until all phases are done",
    },
  },
  examples: [
    ["agents up", "start every enabled agent, and the watchdog"],
    ["agents up builder", "start one, also one that is disabled"],
    ["agents up upgrader", "run a task now; one that is busy is left alone, a finished one starts afresh"],
    ["agents up --follow", "start, and watch it work"],
  ],
  async run(names, flags, world) {
    const site = await openSite(flags.config, world);
    const fresh = flags.fresh ?? isFresh(world.env);
    const asked = await checkUp(site, names, fresh, world);
    if (flags["dry-run"]) return sayPlan(site, asked, world);
    const since = Date.now();
    const outcomes = await asOnlyCommand(site, "up", async (store) => {
      // A watchdog that runs must know the file before the wish, one that starts reads it first of all.
      await awaitInForce(site, world);
      await wishUp(site, store, asked, names, fresh, world);
      await ensureWatchdog(site, world);
      await awaitInForce(site, world);
      const sofar = flags.follow ? (await import("./follow.ts")).announce(world) : (_: Outcome) => {};
      return awaitOutcomes(site, asked, since, world, sofar);
    });
    if (flags.json)
      world.out(
        `${JSON.stringify({ schema_version: ANSWER_VERSION, project: site.name, agents: outcomes })}\n`,
      );
    else if (!flags.follow) world.out(renderOutcomes(outcomes));
    await noteHold(site, world);
    const failed = outcomes.some(({ outcome }) => outcome === "failed");
    if (failed || !flags.follow) return failed ? 1 : 0;
    return (await import("./follow.ts")).follow(site, since, world);
  },
});

/** Everything that can be known to fail is said before anything is changed. */
async function checkUp(
  site: Site,
  names: readonly string[],
  fresh: boolean,
  world: World,
): Promise<readonly Agent[]> {
  const agents = chosen(site, names);
  const asked =
    names.length > 0 ? agents : agents.filter(({ enabled, schedule }) => enabled && schedule === null);
  refuseStandstill(site, await createStore(site.state).wishes());
  checkSocket(site);
  checkOwner(site);
  checkArguments(site, world.env);
  await checkPredecessor(site, world.env);
  await run("tmux", ["-V"], { env: pick(world.env), timeout: 10_000 });
  const { course } = await createStore(site.state).records();
  const { loop } = site.project;
  const more = loop !== null && course !== null && indexOf(loop, course.phase) < loop.phases.length - 1;
  const loops = asked.some(({ kind }) => kind === "loop");
  if (course?.complete != null && !more && !fresh && loops)
    throw new Failure("COMPLETE", `${site.name}: all phases are done, the sequence is complete`, {
      hint: "add a phase to agents.toml; or start over from the first with --fresh",
    });
  const seen = await survey(site, world.env);
  const foreign = seen.agents.find(
    (one) => one.is === "foreign" && asked.some(({ name }) => name === one.name),
  );
  if (foreign !== undefined)
    throw new Failure(
      "FOREIGN",
      `a tmux session called ${foreign.session} is there and was not made by fleet`,
      {
        hint: `look at it: tmux -S ${site.socket} attach -t =${foreign.session}; then end it, or change session_prefix`,
      },
    );
  return asked;
}

/** Two projects with one state directory would take each other's agents for their own. */
function checkOwner({ state, file, name, project }: Site): void {
  const other = otherOwnerOf(state, file);
  if (other === null) return;
  throw new Failure("TAKEN", `the state directory of ${name} is that of another project: ${other}`, {
    hint: `${state} leads there; give ${name} a log_dir of its own in place of "${project.log_dir}"`,
  });
}

function sayPlan(site: Site, asked: readonly Agent[], world: World): number {
  const rows = asked.map(({ name, kind, session, workdir }) => [name, kind, session, workdir]);
  world.out(
    `would start in ${site.name}, if they do not run yet:\n${columns(rows)
      .map((row) => `  ${row}\n`)
      .join("")}`,
  );
  return 0;
}

/** Those that are wished up already and did not fail keep their wish: asking twice changes nothing. */
async function wishUp(
  site: Site,
  store: Store,
  asked: readonly Agent[],
  names: readonly string[],
  fresh: boolean,
  world: World,
): Promise<void> {
  const { agents: records } = await store.records();
  const at = Date.now();
  const first = site.project.loop?.phases[0]?.id;
  await changeWishes(store, (before): Wishes => {
    refuseStandstill(site, before);
    const wishes: Record<string, Wish> = { ...before.agents };
    for (const agent of asked) {
      const old = before.agents[agent.name];
      const record = records[agent.name];
      const stands = old?.state === "up" && record?.gaveUp == null && !before.off;
      // A task that is named is asked for again: the watchdog judges whether its run is still busy.
      const again = agent.kind === "task" && names.length > 0;
      if (!stands || again || (fresh && agent.kind === "loop"))
        wishes[agent.name] = { state: "up", at, anew: again && agent.start === "fresh" };
    }
    const phase = fresh && first !== undefined ? { goto: first, at, by: personIn(world) } : before.phase;
    return { ...before, agents: wishes, off: false, phase, env: overridesIn(site, world.env) };
  });
}

/** RESUME_PHASE=1, and saying nothing, goes on where the phases are. */
function isFresh({ RESUME_PHASE: resume = "1" }: World["env"]): boolean {
  if (["0", "1", ""].includes(resume)) return resume === "0";
  throw new Failure("WRONG_USAGE", `RESUME_PHASE is 0 or 1, not "${resume}"`);
}

/** LOOP_MODEL, LOOP_BACKEND and a task's own, as they stand now: they hold until the next `up`. */
function overridesIn({ project }: Pick<Site, "project">, env: World["env"]): Record<string, string> {
  const tasks = project.agents.filter(({ kind }) => kind === "task");
  const names = [
    ...["LOOP_MODEL", "LOOP_BACKEND"],
    ...tasks.flatMap(({ name }) =>
      ["MODEL", "BACKEND", "ARGS"].map((what) => `${variablePrefix(name)}_${what}`),
    ),
  ];
  return Object.fromEntries(
    names.flatMap((name): readonly [string, string][] => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What the environment asks for is kept until the next `up`, also for a task that only its schedule starts. */
function checkArguments({ project }: Site, env: World["env"]): void {
  for (const agent of withEnvironment(project, FRESH_RECORDS, overridesIn({ project }, env)).agents) {
    const refusal = refusalOf(agent, project.backends[agent.backend ?? ""] ?? null);
    if (refusal === null) continue;
    const hint = `see deny_args of ${agent.name}, and ${variablePrefix(agent.name)}_ARGS in the environment`;
    throw new Failure("DENIED", refusal, { hint });
  }
}
