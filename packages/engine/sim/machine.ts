import type { Pane, Panes } from "../src/host/panes.ts";
import type { Terminal } from "../src/host/tmux.ts";
import type { Opening } from "../src/host/tmux-script.ts";
import { Failure } from "../src/problem.ts";
import type { Exit } from "../src/watch/sighting.ts";
import type { Duration } from "../src/watch/time.ts";
import type { Hours } from "./hours.ts";

/** What runs in a pane, as far as tmux and the kernel know it. */
export interface Program {
  /** What the pane shows. */
  screen(): string;
  paste(text: string): void;
  press(keys: readonly string[]): void;
  /** It has ended, by itself or not; nothing of it happens any more. */
  ended(): void;
}

export interface Process {
  readonly pid: number;
  readonly instance: string;
  readonly session: string;
  /** In the pane itself; its end is the pane's. */
  readonly main: boolean;
  deaf: boolean;
}

interface Session {
  pane: Pane;
  readonly program: Program | null;
  readonly server: number;
}

/** A machine with one tmux server at most, and the processes in it. */
export interface Machine {
  readonly processes: Map<number, Process>;
  readonly sessions: ReadonlyMap<string, Session>;
  /** Null when no server runs. */
  server(): { readonly pid: number; readonly epoch: number } | null;
  /** What asking tmux comes to until it is said otherwise. */
  trouble: "refuses" | "hangs" | null;
  /** Marks each session's pane as printed to. */
  print(session: string): void;
  scroll(session: string, scrolled: boolean): void;
  /** Ends the main process of a pane; its children stay when they are told to. */
  end(session: string, exit: Exit, orphans?: boolean): void;
  kill(pid: number, signal: string): void;
  /** The tmux server goes, with all its sessions. */
  loseServer(orphans: boolean): void;
  /** A person's own session, with whatever name. */
  openForeign(session: string): void;
  /** People close what is theirs. */
  clearForeign(): void;
  /** The power goes: no process is left. */
  stop(): void;
  terminal(epoch: number): Terminal;
}

export interface MachineSettings {
  readonly hours: Hours;
  /** Starts what a session is opened for. */
  begin(opening: Opening, children: () => void): Program;
  /** How long after TERM a process that is not deaf is gone. */
  readonly dies: () => Duration;
}

export function createMachine({ hours, begin, dies }: MachineSettings): Machine {
  const processes = new Map<number, Process>();
  const sessions = new Map<string, Session>();
  let server: { pid: number; epoch: number } | null = null;
  let lastPid = 100;
  const spawn = (instance: string, session: string, main: boolean): number => {
    const pid = ++lastPid;
    processes.set(pid, { pid, instance, session, main, deaf: false });
    return pid;
  };
  const mainOf = (session: string): Process | undefined => {
    const pid = sessions.get(session)?.pane.pid;
    return pid === undefined ? undefined : processes.get(pid);
  };
  const change = (session: string, more: Partial<Pane>) => {
    const found = sessions.get(session);
    if (found !== undefined) found.pane = { ...found.pane, ...more };
  };
  const end = (session: string, exit: Exit, orphans = false) => {
    const main = mainOf(session);
    if (main === undefined) return;
    processes.delete(main.pid);
    if (!orphans)
      for (const child of processes.values())
        if (child.instance === main.instance && !child.deaf) processes.delete(child.pid);
    sessions.get(session)?.program?.ended();
    change(session, { dead: true, exit });
  };
  const gone = (session: string, orphans: boolean) => {
    end(session, { signal: "1" }, orphans);
    sessions.delete(session);
  };
  const machine: Machine = {
    processes,
    sessions,
    server: () => server,
    trouble: null,
    print: (session) => change(session, { activity: Math.floor(hours.wall() / 1000) }),
    scroll: (session, scrolled) => change(session, { scrolled }),
    end,
    kill(pid, signal) {
      const found = processes.get(pid);
      if (found === undefined) return;
      const die = () => {
        if (!processes.has(pid)) return;
        if (found.main) end(found.session, { signal: signal === "SIGKILL" ? "9" : "15" }, true);
        processes.delete(pid);
      };
      if (signal === "SIGKILL") die();
      else if (!found.deaf) hours.after(dies(), die);
    },
    loseServer(orphans) {
      for (const session of [...sessions.keys()]) gone(session, orphans);
      server = null;
    },
    openForeign(session) {
      server ??= { pid: ++lastPid, epoch: 0 };
      if (sessions.has(session)) return;
      sessions.set(session, {
        server: server.pid,
        program: SHELL,
        pane: pane(session, spawn("", session, true), { project: null, instance: null }, hours.wall()),
      });
    },
    clearForeign() {
      for (const [name, { pane: one }] of sessions) if (one.project === null) gone(name, false);
    },
    stop() {
      for (const { program } of sessions.values()) program?.ended();
      sessions.clear();
      processes.clear();
      server = null;
    },
    terminal: (epoch) => createTerminal(epoch),
  };

  /** The way of one watchdog to the server; the server itself compares the epochs. */
  const createTerminal = (epoch: number): Terminal => {
    const ask = async (): Promise<void> => {
      if (machine.trouble === "hangs") await hours.wait(10_000);
      if (machine.trouble !== null) throw new Failure("TMUX_FAILED", `tmux list-panes: ${machine.trouble}`);
    };
    const fence = () => {
      if (server?.epoch !== epoch) throw new Failure("FENCED", "a newer watchdog has taken it over");
    };
    const panes = async (): Promise<Panes> => {
      await ask();
      const listed = new Map([...sessions].map(([name, session]) => [name, session.pane]));
      return server === null
        ? { server: null, epoch: 0, sessions: new Map() }
        : { server: server.pid, epoch: server.epoch, sessions: listed };
    };
    const isStill = (session: string, instance: string): Program | null => {
      const found = sessions.get(session);
      if (found === undefined || server?.epoch !== epoch) return null;
      if (found.pane.instance !== instance || found.pane.scrolled || found.pane.dead) return null;
      return found.program;
    };
    const claim = () => {
      if (server !== null && server.epoch < epoch) server.epoch = epoch;
    };
    return {
      panes,
      async screens(ids) {
        await ask();
        const shown = new Map<string, string>();
        for (const { pane: one, program } of sessions.values())
          if (ids.includes(one.id)) shown.set(one.id, program?.screen() ?? "$ ");
        return shown;
      },
      history: async (session) => sessions.get(session)?.program?.screen() ?? null,
      async claim() {
        await ask();
        claim();
      },
      async open(openings) {
        await ask();
        server ??= { pid: ++lastPid, epoch: 0 };
        claim();
        fence();
        for (const opening of openings) {
          const { session, instance, project } = opening;
          if (sessions.has(session)) continue;
          const pid = spawn(instance, session, true);
          const program = begin(opening, () => spawn(instance, session, false));
          const marks = { project, instance };
          sessions.set(session, {
            server: server.pid,
            program,
            pane: pane(session, pid, marks, hours.wall()),
          });
        }
      },
      async close(closed) {
        await ask();
        claim();
        fence();
        for (const session of closed) gone(session, false);
      },
      async paste(session, instance, _, text) {
        await ask();
        const program = isStill(session, instance);
        program?.paste(text);
        return program !== null;
      },
      async press(session, instance, keys) {
        await ask();
        const program = isStill(session, instance);
        program?.press(keys);
        return program !== null;
      },
      async end() {
        if (server !== null) fence();
        machine.loseServer(false);
      },
    };
  };
  return machine;
}

/** A person's shell, which looks as if it listened. */
const SHELL: Program = { screen: () => "❯ ", paste() {}, press() {}, ended() {} };

const pane = (
  session: string,
  pid: number,
  marks: Pick<Pane, "project" | "instance">,
  wall: number,
): Pane => ({
  ...{ session, id: `%${pid}`, pid, ...marks },
  ...{
    dead: false,
    exit: undefined,
    scrolled: false,
    title: "",
    cursor: "2 49",
    created: Math.floor(wall / 1000),
    size: "200 50",
    activity: Math.floor(wall / 1000),
  },
});
