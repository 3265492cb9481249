import path from "node:path";
import { Failure, type Problem, type World } from "@fleet/engine";
import { z } from "zod";
import { type Look, parseLook } from "./health.ts";

/** An engine in some folder, and the project that it is to serve. */
export interface Asked {
  /** Of `agents`. */
  readonly engine: string;
  readonly project: string;
}

interface Answer {
  /** Null: it was ended. */
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

const PATIENCE = 60_000;

/** Runs one verb to its end, in the project's folder. */
export async function ask(
  { engine, project }: Asked,
  words: readonly string[],
  { env, signal }: Pick<World, "env" | "signal">,
): Promise<Answer> {
  // Only where it is needed: it takes longer to load than most commands to run.
  const { execa } = await import("execa");
  // By sh: where releases are laid aside, files may not be executed.
  const ran = await execa("sh", [path.join(engine, "agents"), ...words], {
    cwd: project,
    env,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    timeout: PATIENCE,
    cancelSignal: signal,
  });
  return { exit: ran.exitCode ?? null, out: ran.stdout, err: ran.stderr };
}

/** How the project is, in this engine's eyes. Null when it can't tell. */
export async function lookAt(asked: Asked, world: Pick<World, "env" | "signal">): Promise<Look | null> {
  const { exit, out } = await ask(asked, ["status", "--json"], world);
  return exit === 0 ? parseLook(out) : null;
}

const Diagnostics = z.object({
  diagnostics: z.array(
    z.object({
      code: z.string(),
      severity: z.enum(["error", "warning"]),
      file: z.string(),
      line: z.int(),
      column: z.int(),
      end_line: z.int(),
      end_column: z.int(),
      message: z.string(),
      help: z.string().nullable(),
    }),
  ),
});

/** What is to be said of an engine that is tried out. */
interface Tried {
  readonly version: string;
  /** Of the project. */
  readonly name: string;
  /** Its folder, as a person would write it. */
  readonly shown: string;
}

const failed = (what: string, { version, name }: Tried, { err, out }: Answer): Failure => {
  const [said = "it said nothing"] = `${err}\n${out}`.trim().split("\n");
  return new Failure("ENGINE_FAILED", `the engine v${version} ${what}: ${said}`, {
    hint: `nothing was changed in ${name}`,
  });
};

/** Does this engine run here, and is it what it says? @throws Failure ENGINE_FAILED */
export async function tryStart(
  asked: Asked,
  tried: Tried,
  world: Pick<World, "env" | "signal">,
): Promise<void> {
  const called = await ask(asked, ["--version"], world);
  if (called.out.trim() !== `agents ${tried.version}`) throw failed("does not run here", tried, called);
}

/**
 * Does this engine accept the project's files, and does it understand what lies
 * in the state directory? @throws Failure ENGINE_FAILED, INVALID_FILE with every problem
 */
export async function tryOut(
  asked: Asked,
  tried: Tried,
  world: Pick<World, "env" | "signal">,
): Promise<Look> {
  const { version, name, shown } = tried;
  const checked = await ask(asked, ["validate", "--json"], world);
  if (checked.exit === 1) {
    throw new Failure("INVALID_FILE", `the engine v${version} does not accept ${name}`, {
      problems: problemsIn(checked.out, shown),
      hint: `nothing was changed in ${name}`,
    });
  }
  if (checked.exit !== 0) throw failed(`can't check ${name}`, tried, checked);
  const looked = await ask(asked, ["status", "--json"], world);
  const look = looked.exit === 0 ? parseLook(looked.out) : null;
  if (look === null) throw failed(`can't tell how ${name} is`, tried, looked);
  return look;
}

function problemsIn(text: string, shown: string): readonly Problem[] {
  try {
    const { diagnostics } = Diagnostics.parse(JSON.parse(text));
    return diagnostics
      .filter(({ severity }) => severity === "error")
      .map((one) => ({ ...one, file: path.join(shown, one.file), related: [] }));
  } catch {
    return [];
  }
}
