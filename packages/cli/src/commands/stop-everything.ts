import { existsSync } from "node:fs";
import {
  type Command,
  columns,
  defineCommand,
  FAILURES,
  Failure,
  readDuration,
  type World,
} from "@fleet/engine";
import {
  type FleetProject,
  type FoundFleet,
  findStoppable,
  folderOf,
  liftStandstill,
  runEngine,
  runOwnEngine,
  writeStandstill,
} from "@fleet/fleet";
import { ANSWER_VERSION } from "../render.ts";
import { jsonFlag, toWords } from "./flags.ts";

export const stopEverythingCommand: Command = defineCommand({
  name: "stop-everything",
  about: "stop every project, at once, and let nothing start anybody again until that is lifted",
  flags: {
    why: { type: "string", about: "for whoever wonders", value: "TEXT" },
    lift: { type: "boolean", about: "let projects be started again; this starts nobody" },
    timeout: { type: "string", about: "how long each project's engine has for it (5m)", value: "DURATION" },
    ...jsonFlag,
  },
  examples: [
    ["fleet stop-everything --why 'the API key leaked'", "every process of every project gone; up refuses"],
    ["fleet stop-everything --lift", "then: fleet up --all"],
  ],
  async run(_, { why, lift = false, timeout = "5m", json = false }, world) {
    const { found, broken } = await findStoppable(world.cwd);
    const patience = readDuration("--timeout", timeout);
    // First of all: whatever comes after it, nothing is started any more.
    const unwritten = lift ? null : await noteIt(found.root, why ?? null, world);
    const argv = ["stop-everything", ...toWords({ why, lift })];
    const { projects } = found.fleet;
    const ends = await Promise.all(projects.map((project) => end(found, project, { argv, patience }, world)));
    const exit = Math.max(
      broken === null ? 0 : FAILURES.INVALID_FILE,
      unwritten === null ? 0 : FAILURES.NOT_WRITABLE,
      ...ends.map((one) => one.exit),
    );
    // What could not be lifted says so itself when it is asked for.
    if (lift) await liftStandstill(found.root);
    const done = lift ? "lifted" : "stopped";
    world.out(json ? `${JSON.stringify(answerOf(done, ends, broken))}\n` : tell(done, ends));
    if (broken !== null)
      world.err(
        `fleet: ${broken}\n  what else it means by that is not ${done}: mend it, and say this again\n`,
      );
    if (unwritten !== null)
      world.err(`fleet: that nothing may be started could not be noted: ${unwritten}\n`);
    if (!json) world.err(lastWord(lift, exit));
    return world.signal.aborted ? 130 : exit;
  },
});

/** Null: it is noted. A disk that takes nothing is no reason to stop nobody. */
async function noteIt(root: string, why: string | null, world: World): Promise<string | null> {
  const standstill = { since: new Date().toISOString(), by: whoIn(world), why };
  return writeStandstill(root, standstill).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

const whoIn = ({ env }: World): string => env.USER || env.LOGNAME || `uid ${process.getuid?.() ?? "unknown"}`;

/** How it went with one project; `because` where its own engine did not do it. */
interface End {
  readonly project: string;
  readonly exit: number;
  readonly by: "its engine" | "this fleet's engine";
  readonly because: string | null;
  /** False: there is no such folder, and so nothing in it. */
  readonly there?: false;
}

interface Task {
  readonly argv: readonly string[];
  readonly patience: number;
}

/** Its own engine does it; where that fails or hangs, this fleet's. Nobody waits for another project. */
async function end(
  found: FoundFleet,
  project: FleetProject,
  { argv, patience }: Task,
  world: World,
): Promise<End> {
  const { name } = project;
  if (!existsSync(folderOf(found, project)))
    return { project: name, exit: 0, by: "its engine", because: null, there: false };
  const own = await attempt(argv, patience, world, (one) => runEngine(found, project, argv, one));
  if (own.exit === 0) return { project: name, exit: 0, by: "its engine", because: null };
  if (world.signal.aborted) return { project: name, exit: own.exit, by: "its engine", because: own.because };
  const ours = await attempt(argv, patience, world, (one) => runOwnEngine(found, project, argv, one));
  const by = "this fleet's engine";
  if (ours.exit === 0) return { project: name, exit: 0, by, because: own.because };
  return { project: name, exit: Math.max(own.exit, ours.exit), by, because: ours.because ?? own.because };
}

async function attempt(
  argv: readonly string[],
  patience: number,
  world: World,
  run: (world: World) => Promise<number>,
): Promise<{ readonly exit: number; readonly because: string | null }> {
  let err = "";
  const late = AbortSignal.timeout(patience);
  const own: World = {
    ...world,
    signal: AbortSignal.any([world.signal, late]),
    out: () => {},
    err: (text) => {
      err += text;
    },
  };
  const saidLate = `${argv[0]} had not ended after ${patience / 1000} s`;
  try {
    const exit = await run(own);
    if (exit === 0) return { exit, because: null };
    const [said = ""] = err.trim().split("\n");
    return { exit, because: late.aborted ? saidLate : said.replace(/^\w+: /, "") || `exit ${exit}` };
  } catch (error) {
    // Whatever is wrong with one, a bug of ours included, must not keep the others running.
    const exit = error instanceof Failure ? FAILURES[error.code] : BUG;
    return { exit, because: error instanceof Error ? error.message : String(error) };
  }
}

const BUG = 70;

function tell(done: string, ends: readonly End[]): string {
  const rows = ends.map(({ project, exit, by, because, there = true }) => [
    project,
    !there
      ? "is not there"
      : exit === 0
        ? `${done}${because === null ? "" : ` by ${by}, as its own failed: ${because}`}`
        : `NOT ${done}: ${because}`,
  ]);
  return columns(rows)
    .map((line) => `${line}\n`)
    .join("");
}

function lastWord(lift: boolean, exit: number): string {
  if (lift)
    return exit === 0
      ? "projects may be started again; this started nobody: fleet up --all\n"
      : "some projects could not be lifted: see above, and say this again; the others: fleet up --all\n";
  return exit === 0
    ? "nothing of this fleet is started any more, until: fleet stop-everything --lift\n"
    : "NOT everything is stopped: see above, and say this again; nothing is started until: fleet stop-everything --lift\n";
}

const answerOf = (done: string, ends: readonly End[], broken: string | null) => ({
  schema_version: ANSWER_VERSION,
  broken,
  projects: ends.map(({ project, exit, by, because }) => ({
    project,
    [done]: exit === 0,
    exit,
    by,
    because,
  })),
});
