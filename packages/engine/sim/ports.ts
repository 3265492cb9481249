import type { Disk } from "../src/host/disk.ts";
import type { Remote } from "../src/host/mirror.ts";
import type { Store } from "../src/host/store.ts";
import type { Terminal } from "../src/host/tmux.ts";
import { createBell, type Wakes } from "../src/host/wakes.ts";
import type { Duration } from "../src/watch/time.ts";
import type { World } from "./world.ts";

/* A watchdog's ways to its world: each effect goes through `touch`, and what really happened is told. */

/** Does something to the world, by its name, unless whoever does it dies of that. */
export type Touch = <T>(effect: string, what: () => Promise<T>) => Promise<T>;

export function diskOf(files: World["files"], touch: Touch): Disk {
  return {
    read: files.read,
    size: files.size,
    list: files.list,
    exists: files.exists,
    write: (file, text) => touch("disk.write", () => files.write(file, text)),
    append: (file, lines) => touch("disk.append", () => files.append(file, lines)),
    copy: (from, to) => touch("disk.copy", () => files.copy(from, to)),
    move: (from, to) => touch("disk.move", () => files.move(from, to)),
    remove: (file) => touch("disk.remove", () => files.remove(file)),
    makeFolder: files.makeFolder,
  };
}

/** The store, and what is saved and noted by it. */
export function watched(store: Store, world: World, alone: () => boolean): Store {
  return {
    ...store,
    async save(records) {
      await store.save(records);
      world.tell({ what: "saved", records, alone: alone() });
    },
    async journal(entries) {
      await store.journal(entries);
      if (entries.length > 0) world.tell({ what: "journaled", entries });
    },
    async queue(message) {
      world.tell({ what: "queued", id: message.id, text: message.text, to: message.to });
      await store.queue(message);
    },
  };
}

export function terminalOf(world: World, epoch: number, touch: Touch): Terminal {
  const terminal = world.machine.terminal(epoch);
  const acting = <T>(effect: string, sessions: readonly string[], what: () => Promise<T>): Promise<T> =>
    touch(effect, async () => {
      const foreign =
        effect !== "tmux.open" &&
        sessions.some((session) => world.machine.sessions.get(session)?.pane.project === null);
      const value = await what();
      if (value !== false) world.tell({ what: "acted", effect, epoch, sessions, foreign });
      return value;
    });
  return {
    panes: () => touch("tmux.panes", terminal.panes),
    screens: (ids, styled) => touch("tmux.screens", () => terminal.screens(ids, styled)),
    history: terminal.history,
    claim: () => acting("tmux.claim", [], terminal.claim),
    open: (openings) =>
      acting(
        "tmux.open",
        openings.map(({ session }) => session),
        () => terminal.open(openings),
      ),
    close: (sessions) => acting("tmux.close", sessions, () => terminal.close(sessions)),
    paste: (session, instance, name, text) =>
      acting("tmux.paste", [session], () => terminal.paste(session, instance, name, text)),
    press: (session, instance, keys) =>
      acting("tmux.press", [session], () => terminal.press(session, instance, keys)),
    end: () => acting("tmux.end", [], terminal.end),
  };
}

export function remoteOf(world: World, touch: Touch): Remote {
  const remote = world.repository.remote(world.url, world.hours);
  return {
    origin: remote.origin,
    mirror(url) {
      const mirror = remote.mirror(url);
      return {
        head: () => touch("git.head", mirror.head),
        fetch: () => touch("git.fetch", mirror.fetch),
        gain: (seen, handoff) => touch("git.gain", () => mirror.gain(seen, handoff)),
        parting: mirror.parting,
        text: (file) => touch("git.text", () => mirror.text(file)),
      };
    },
  };
}

export async function processesOf({ machine }: World): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  for (const { pid, instance } of machine.processes.values())
    if (instance !== "") found.set(instance, [...(found.get(instance) ?? []), pid]);
  return found;
}

/** Whoever works keeps its children busy, where it has any. */
export function usedBy({ machine, bodies, hours }: World, pid: number): Duration | null {
  const process = machine.processes.get(pid);
  if (process === undefined) return null;
  const body = [...bodies.values()].find(({ instance }) => instance === process.instance);
  return body?.state === "busy" ? hours.now() / 2 : 0;
}

export function sendSignal(world: World, pids: readonly number[], signal: string): void {
  const [first] = pids;
  const instance = world.machine.processes.get(first ?? 0)?.instance;
  if (instance !== undefined) {
    const body = [...world.bodies.values()].find((one) => one.instance === instance) ?? null;
    world.tell({ what: "signalled", body, instance, signal });
  }
  for (const pid of pids) world.machine.kill(pid, signal);
}

/** As inotify would, but no event comes that the world has not told of. */
export function createWakes({ hours }: World): Wakes & { notice(folder: string, file: string): void } {
  const folders = new Map<string, (file: string) => boolean>();
  const bell = createBell();
  const ring = () => hours.release(bell.ring);
  return {
    ring,
    on(folder, wanted = () => true) {
      if (!folders.has(folder)) folders.set(folder, wanted);
    },
    notice(folder, file) {
      if (folders.get(folder)?.(file)) ring();
    },
    next: bell.next,
    close: () => folders.clear(),
  };
}
