import type { World } from "../command/command.ts";
import { Failure } from "../problem.ts";
import { type Environment, pick } from "./environment.ts";
import { type Ran, run } from "./run.ts";
import { windowSize } from "./tmux-script.ts";

/** A session on a tmux server of ours. */
export interface Place {
  readonly socket: string;
  readonly session: string;
}

/**
 * Shows a person the session in their own terminal, until they leave it.
 *
 * tmux fits a window to whoever looks at it, readers included where nobody
 * else does. So a reader's window is held at its size, and when the last who
 * could type has left, it gets back the size in which its program began.
 * @throws Failure TMUX_FAILED when tmux can't
 */
export async function attach(
  { socket, session }: Place,
  readOnly: boolean,
  { env, lend }: Pick<World, "env"> & { readonly lend: NonNullable<World["lend"]> },
): Promise<void> {
  const server = ["-u", "-S", socket, "-f", "/dev/null"];
  const tmux = (...words: readonly string[]): Promise<Ran> =>
    run("tmux", [...server, ...words], { env: pick(env), timeout: TIMEOUT });
  const target = ["-t", `=${session}:`];
  const size = (value: readonly string[]) => tmux("set-option", "-w", ...target, ...value);
  const { writers } = await readClients(tmux, session);
  if (!readOnly) await size(["-u", "window-size"]);
  else if (writers === 0) await size(["window-size", "manual"]);
  const say = `${readOnly ? "you only look; " : ""}to leave: ${await keysToLeave(env)} (nothing is stopped)`;
  const code = await lend(
    "tmux",
    [
      ...server,
      ...["attach-session", ...(readOnly ? ["-r"] : []), ...target],
      ...[";", "display-message", "-d", SAID_FOR, say],
    ],
    pick(env, ["TERM", "COLORTERM"]),
  );
  await leave(tmux, session);
  if (code !== null && code !== 0)
    throw new Failure("TMUX_FAILED", `tmux attach-session ended with exit ${code}`);
}

type Tmux = (...words: readonly string[]) => Promise<Ran>;

const TIMEOUT = 10_000;
/** Milliseconds. A key takes it away earlier. */
const SAID_FOR = "5000";

/** Who looks at the session just now. One that has gone has nobody. */
async function readClients(
  tmux: Tmux,
  session: string,
): Promise<{ readonly readers: number; readonly writers: number }> {
  const { stdout } = await tmux("list-clients", "-t", `=${session}`, "-F", "#{client_readonly}");
  const clients = stdout.split("\n").filter((line) => line !== "");
  const readers = clients.filter((line) => line === "1").length;
  return { readers, writers: clients.length - readers };
}

/** What the last who could type leaves behind would be in the watchdog's way: a small window, and a pane that scrolls. */
async function leave(tmux: Tmux, session: string): Promise<void> {
  const { readers, writers } = await readClients(tmux, session);
  if (writers > 0) return;
  const target = ["-t", `=${session}:`];
  const { columns, rows } = windowSize;
  await tmux("resize-window", ...target, "-x", `${columns}`, "-y", `${rows}`);
  // To set a size holds the window at it; with nobody there it stays as it is, and the next who comes may change it.
  if (readers === 0) await tmux("set-option", "-w", "-u", ...target, "window-size");
  await tmux("if-shell", "-F", ...target, "#{pane_in_mode}", `send-keys -t '=${session}:' -X cancel`);
}

/** Inside another tmux that one's prefix comes first: where it is the same, it is typed twice. */
async function keysToLeave(env: Environment): Promise<string> {
  const own = "C-b";
  if (env.TMUX === undefined || env.TMUX === "") return `${own} d`;
  const outer = await run("tmux", ["show-options", "-gv", "prefix"], {
    env: { ...pick(env), TMUX: env.TMUX },
    timeout: TIMEOUT,
  });
  return outer.stdout.trim() === own ? `${own} ${own} d` : `${own} d`;
}
