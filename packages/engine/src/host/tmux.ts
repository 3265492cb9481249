import { unlink } from "node:fs/promises";
import { Failure } from "../problem.ts";
import type { Duration } from "../watch/time.ts";
import { type Environment, pick } from "./environment.ts";
import { FORMAT, NO_PANES, type Pane, type Panes, parsePanes } from "./panes.ts";
import { type Ran, run } from "./run.ts";
import { claim, close, fenced, isStill, type Opening, open, quote, STALE, setUp } from "./tmux-script.ts";

export interface Terminal {
  /** Every pane there is, in one call. Throws when tmux cannot say; a session that is not in the map is absent. */
  panes(): Promise<Panes>;
  /** The visible lines of these panes, in one call, those of `styled` with their colours; a pane that went meanwhile is missing. */
  screens(ids: readonly string[], styled?: ReadonlySet<string>): Promise<ReadonlyMap<string, string>>;
  /** The whole text of a session's terminal, with what scrolled away, and with its colours if they are wanted; null when there is no such session. */
  history(session: string, options?: { readonly styled?: boolean }): Promise<string | null>;
  /** Makes this epoch the one that the server obeys, if there is a server and it obeys no newer one. */
  claim(): Promise<void>;
  /** All in one call. Which of them came to be, the next look says. */
  open(openings: readonly Opening[]): Promise<void>;
  close(sessions: readonly string[]): Promise<void>;
  /** Pastes into the run's input box, if it is still that run, and its cursor where it was at the last look. False when it is not. */
  paste(session: string, instance: string, name: string, text: string): Promise<boolean>;
  press(session: string, instance: string, keys: readonly string[]): Promise<boolean>;
  /** Ends the server and removes its socket. */
  end(): Promise<void>;
}

/** All the ways tmux has of saying that its server has nothing, or is not there. A server that it may not or cannot reach is none of them. */
const NOTHING_THERE =
  /no server running|error connecting to .*\(No such file or directory\)|no sessions|no current target|server exited/;
const UNREACHED = /no server running|error connecting|server exited/;

const TIMEOUT: Duration = 10_000;
/** So many sessions in one call: what already runs of a thousand agents takes the processor from the server that opens the rest. */
const BATCH = 50;

/** tmux, on a server of the project's own: nobody's other sessions are ever seen or touched. Acting needs an epoch. */
export function createTmux(
  socket: string,
  environment: Environment,
  epoch: number,
  timeout: Duration = TIMEOUT,
): Terminal {
  const env = pick(environment);
  /** Of each session the pane that we made: a person may have split its window, and be in the other half. */
  let own: ReadonlyMap<string, Pane> = new Map();
  const call = (args: readonly string[], input?: string): Promise<Ran> =>
    run("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...args], {
      env,
      timeout,
      ...(input === undefined ? {} : { input }),
    });
  const script = async (lines: readonly string[]): Promise<void> => {
    const ran = await call(["start-server", ";", "source-file", "-"], `${lines.join("\n")}\n`);
    if (ran.stdout.includes(STALE))
      throw new Failure("FENCED", "a newer watchdog has taken this project over");
    // What went wrong for one session is seen at the next look; a server that can't be reached is a failure.
    if (ran.code !== 0 && UNREACHED.test(ran.stderr)) throw failed("source-file", ran);
    if (ran.timedOut) throw failed("source-file", ran);
  };

  const list = async (): Promise<Panes> => {
    const panes = toPanes(await call(["list-panes", "-a", "-F", FORMAT]));
    own = panes.sessions;
    return panes;
  };
  const paneOf = async (session: string): Promise<Pane | null> =>
    own.get(session) ?? (await list()).sessions.get(session) ?? null;

  return {
    panes: list,
    async screens(ids, styled = new Set()) {
      if (ids.length === 0) return new Map();
      // Made anew each time, so that no screen can contain it.
      const end = `fleet-screen-${crypto.randomUUID()}`;
      // By its input: a command line for some hundred panes would be too long for tmux.
      const captures = ids.map(
        (id, index) =>
          `capture-pane -p ${styled.has(id) ? "-e " : ""}-t ${id} ; display-message -p ${end}-${index}\n`,
      );
      const ran = await call(["source-file", "-"], captures.join(""));
      if (ran.timedOut) throw failed("capture-pane", ran);
      return parseScreens(ran.stdout, end, ids);
    },
    async history(session, { styled = false } = {}) {
      const pane = await paneOf(session);
      if (pane === null) return null;
      const ran = await call([
        "capture-pane",
        "-p",
        ...(styled ? ["-e"] : []),
        "-J",
        "-S",
        "-",
        "-t",
        pane.id,
      ]);
      return ran.code === 0 ? ran.stdout : null;
    },
    async claim() {
      const ran = await call(["source-file", "-"], `${claim(epoch)}\n`);
      if (ran.code !== 0 && !NOTHING_THERE.test(ran.stderr)) throw failed("source-file", ran);
    },
    async open(openings) {
      for (const some of batchesOf(openings))
        await script([claim(epoch), setUp(epoch), ...some.map((opening) => open(epoch, opening))]);
    },
    async close(sessions) {
      for (const some of batchesOf(sessions))
        await script([claim(epoch), ...some.map((session) => close(epoch, session))]);
    },
    async paste(session, instance, name, text) {
      const buffer = `fleet-${name}`;
      const pane = await paneOf(session);
      if (pane === null) return false;
      const paste = `paste-buffer -p -r -d -b ${buffer} -t ${pane.id}`;
      const refuse = `delete-buffer -b ${buffer} ; display-message -p ${STALE}`;
      const same = isStill(epoch, instance, pane.cursor);
      const still = ["if-shell", "-F", "-t", pane.id, same, paste, refuse];
      return took(await call(["load-buffer", "-b", buffer, "-", ";", ...still], text));
    },
    async press(session, instance, keys) {
      const pane = await paneOf(session);
      if (pane === null) return false;
      const send = `send-keys -t ${pane.id} ${keys.map(quote).join(" ")}`;
      const refuse = `display-message -p ${STALE}`;
      const same = isStill(epoch, instance, pane.cursor);
      return took(await call(["if-shell", "-F", "-t", pane.id, same, send, refuse]));
    },
    async end() {
      const ran = await call(["source-file", "-"], `${fenced(epoch, "kill-server")}\n`);
      if (ran.stdout.includes(STALE))
        throw new Failure("FENCED", "a newer watchdog has taken this project over");
      await unlink(socket).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      });
    },
  };
}

/** Each screen, and after it the end mark with its number; a pane that went in the meantime has neither. */
function parseScreens(printed: string, end: string, ids: readonly string[]): ReadonlyMap<string, string> {
  const screens = new Map<string, string>();
  let rest = printed;
  ids.forEach((id, index) => {
    const mark = `${end}-${index}\n`;
    const at = rest.indexOf(mark);
    if (at < 0) return;
    screens.set(id, rest.slice(0, at));
    rest = rest.slice(at + mark.length);
  });
  return screens;
}

function* batchesOf<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < all.length; from += BATCH) yield all.slice(from, from + BATCH);
}

const took = ({ code, stdout }: Ran): boolean => code === 0 && !stdout.includes(STALE);

/** What `list-panes` answered. @throws Failure TMUX_FAILED */
export function toPanes(ran: Ran): Panes {
  if (ran.code !== 0 && !NOTHING_THERE.test(ran.stderr)) throw failed("list-panes", ran);
  const panes = ran.code === 0 ? parsePanes(ran.stdout) : NO_PANES;
  if ([...panes.sessions.values()].some(({ dead, exit }) => dead && exit === undefined)) remind(panes.server);
  return panes;
}

const failed = (command: string, { code, stderr, timedOut }: Ran): Failure =>
  new Failure("TMUX_FAILED", `tmux ${command}: ${timedOut ? "timed out" : stderr.trim() || `exit ${code}`}`);

/**
 * tmux 3.3a can miss the SIGCHLD of a dying pane: the process stays a zombie
 * and the exit stays blank for good. Its own signal, sent again, makes it
 * collect what it missed.
 */
export function remind(server: number | null): void {
  if (server === null) return;
  try {
    process.kill(server, "SIGCHLD");
  } catch {
    // The server has gone, and its panes with it: the next look will say so.
  }
}
