import { Failure } from "../problem.ts";
import { collapse } from "../watch/handoff.ts";
import type { Message } from "../watch/message.ts";
import type { End } from "../watch/receipt.ts";
import type { Disk } from "./disk.ts";
import { refusing } from "./files.ts";
import { stored } from "./stored.ts";

export interface Settled {
  readonly message: Message;
  readonly end: End;
}

/**
 * The messages on their way, a file each: `new` holds those that wait, `done`
 * the last of those that were settled, `bad` what is no message. The names
 * begin with a number that counts up, so that no clock can change the order.
 * Two who queue at the same moment may take the same one: then either may be first.
 */
export interface Outbox {
  /**
   * Puts a message in; what is or was there already is left alone. A handoff may
   * be told by one that waits, as long as that is not the one that was begun.
   */
  queue(message: Message, begun?: string | null): Promise<void>;
  /** The oldest message for an agent that is not settled. */
  next(agent: string): Promise<Message | null>;
  /** Takes away what a crash left, and sets aside what can't be read; says which files that were. */
  sift(agent: string): Promise<readonly string[]>;
  /** How it ended; null while it is on its way. */
  settled(agent: string, id: string): Promise<Settled | null>;
  settle(message: Message, end: End): Promise<void>;
}

const SETTLED_KEPT = 500;
const WAITING_MOST = 50;

export function createOutbox(directory: string, disk: Disk): Outbox {
  const at = (agent: string, part: "new" | "done" | "bad", ...more: string[]) =>
    more.length === 0 ? `${directory}/${agent}/${part}` : `${directory}/${agent}/${part}/${more.join("/")}`;

  /** What was looked at once need not be looked at in each tick. */
  const readable = new Set<string>();
  /** Those that wait, as they were read last. */
  const parsed = new Map<string, { readonly text: string; readonly message: Message | null }>();

  /** Oldest first. */
  const list = async (agent: string, part: "new" | "done"): Promise<readonly string[]> => {
    const names = await disk.list(at(agent, part));
    return names.length === 0 ? names : names.filter((name) => name.endsWith(".json")).sort();
  };

  const write = (file: string, value: unknown): Promise<void> =>
    refusing(file, disk.write(file, `${JSON.stringify(value, null, 1)}\n`));

  const read = async (agent: string, part: "new" | "done", name: string): Promise<Message | null> => {
    const file = at(agent, part, name);
    const text = (await disk.read(file)) ?? "";
    const before = parsed.get(file);
    if (before?.text === text) return before.message;
    const message = (await stored()).parseMessage(text);
    if (part === "new") parsed.set(file, { text, message });
    return message;
  };

  const readAll = async (agent: string, part: "new" | "done", names: readonly string[]) => {
    const found = await Promise.all(names.map((name) => read(agent, part, name)));
    return found.filter((message) => message !== null);
  };

  return {
    async queue(message, begun = null) {
      const { to, id } = message;
      for (const part of ["new", "done"] as const) await disk.makeFolder(at(to, part));
      const waiting = await list(to, "new");
      const settled = await list(to, "done");
      const names = [...waiting, ...settled];
      if (names.some((name) => idOf(name) === id)) return;
      if (message.from === "person" && waiting.length >= WAITING_MOST)
        throw new Failure("BUSY", `${waiting.length} messages wait for ${to}`, {
          hint: "see why they are not taken: agents status -o wide",
        });
      const fresh = `${String(1 + Math.max(0, ...names.map(numberOf))).padStart(15, "0")}-`;
      if (message.kind === null) return write(at(to, "new", `${fresh}${id}.json`), message);
      const known = [...(await readAll(to, "done", settled)), ...(await readAll(to, "new", waiting))];
      const open = waiting.filter((name) => idOf(name) !== begun && !settled.includes(name));
      const told = collapse(message, await readAll(to, "new", open), known);
      if (told === null) return;
      const name = open.find((other) => idOf(other) === told.id) ?? `${fresh}${told.id}.json`;
      return write(at(to, "new", name), told);
    },
    async next(agent) {
      for (const name of await list(agent, "new")) {
        // Settled already, but a crash kept it from being taken away.
        if (disk.exists(at(agent, "done", name))) continue;
        const message = await read(agent, "new", name);
        if (message !== null) return message;
      }
      return null;
    },
    async sift(agent) {
      const bad: string[] = [];
      for (const name of await list(agent, "new")) {
        if (readable.has(`${agent}/${name}`)) continue;
        if (disk.exists(at(agent, "done", name))) await disk.remove(at(agent, "new", name));
        else if ((await read(agent, "new", name)) === null) bad.push(name);
        else readable.add(`${agent}/${name}`);
      }
      if (bad.length > 0) await disk.makeFolder(at(agent, "bad"));
      for (const name of bad) {
        await disk.move(at(agent, "new", name), at(agent, "bad", name));
        parsed.delete(at(agent, "new", name));
      }
      return bad.map((name) => at(agent, "bad", name));
    },
    async settled(agent, id) {
      const name = (await list(agent, "done")).find((file) => idOf(file) === id);
      const text = name === undefined ? null : await disk.read(at(agent, "done", name));
      return text === null ? null : (await stored()).parseSettled(text);
    },
    async settle(message, end) {
      const { to, id } = message;
      const name = (await list(to, "new")).find((file) => idOf(file) === id);
      if (name === undefined) return;
      await write(at(to, "done", name), { ...message, settled: end });
      await disk.remove(at(to, "new", name));
      readable.delete(`${to}/${name}`);
      parsed.delete(at(to, "new", name));
      const settled = await list(to, "done");
      for (const old of settled.slice(0, -SETTLED_KEPT)) await disk.remove(at(to, "done", old));
    },
  };
}

const numberOf = (name: string): number => Number(name.slice(0, 15)) || 0;
const idOf = (name: string): string => name.slice(16, -".json".length);
