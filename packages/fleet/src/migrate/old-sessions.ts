import { existsSync } from "node:fs";
import { defaultSocket, Failure, pick, run, type World } from "@fleet/engine";

/** All the ways tmux has of saying that its server has nothing. */
const NOTHING = /no server running|error connecting to .*\(No such file or directory\)|no sessions/;

/** The sessions of a prefix on the tmux server that everyone has. No server is started by asking. */
export async function sessionsOf(prefix: string, { env }: Pick<World, "env">): Promise<readonly string[]> {
  const socket = defaultSocket(env);
  if (prefix === "" || !existsSync(socket)) return [];
  const asked = await run("tmux", ["-S", socket, "list-sessions", "-F", "#{session_name}"], {
    env: pick(env),
    timeout: 10_000,
  });
  if (asked.code !== 0 && !NOTHING.test(asked.stderr))
    throw new Failure("TMUX_FAILED", `tmux does not say which sessions there are: ${asked.stderr.trim()}`);
  return asked.stdout
    .split("\n")
    .filter((name) => name.startsWith(prefix))
    .sort();
}
