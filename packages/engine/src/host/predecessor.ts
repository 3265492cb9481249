import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { Failure } from "../problem.ts";
import { type Environment, pick } from "./environment.ts";
import { readText } from "./files.ts";
import { run } from "./run.ts";
import type { Site } from "./site.ts";

/**
 * An adopted project must not be started beside the set-up that it comes from:
 * two watchdogs would start the same agents. That one's watchdog sits in a
 * session of the tmux server that everyone has; it is asked only where a project
 * was adopted, and not when nobody has such a server.
 * @throws Failure TAKEN, or TMUX_FAILED when it can't be seen whether it runs
 */
export async function checkPredecessor({ state, root }: Site, env: Environment): Promise<void> {
  if (existsSync(path.join(state, "state/phase-idx")))
    throw new Failure("TAKEN", `${state} is the state directory of another engine`, {
      hint: "choose another log_dir in agents.toml; what that engine knows comes over by: fleet adopt FOLDER",
    });
  const session = sessionIn(await readText(path.join(state, "adopted.json")));
  const socket = defaultSocket(env);
  if (session === null || !existsSync(socket)) return;
  const asked = await run("tmux", ["-S", socket, "has-session", "-t", `=${session}`], {
    env: pick(env),
    timeout: 10_000,
  });
  if (asked.timedOut)
    throw new Failure(
      "TMUX_FAILED",
      `tmux does not say whether ${session} runs, the watchdog before this one`,
    );
  if (asked.code !== 0) return;
  throw new Failure("TAKEN", `the old watchdog still runs, in the tmux session ${session}`, {
    hint: `stop the old set-up first: fleet cutover ${path.basename(root)} tells how`,
  });
}

/** Of the server that tmux talks to when it is not told of one. */
export const defaultSocket = ({ TMUX_TMPDIR: folder = "" }: Environment): string =>
  path.join(folder === "" ? "/tmp" : folder, `tmux-${process.getuid?.() ?? 0}`, "default");

/** Null where the project was not adopted from one that has such a session. */
function sessionIn(text: string | null): string | null {
  const session = /"watchdog_session": *"([\w-]+)"/.exec(text ?? "")?.[1];
  return session ?? null;
}
