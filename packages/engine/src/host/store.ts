import { copyFile, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../problem.ts";
import { VERSION } from "../version.ts";
import { type JournalEntry, parseEntry } from "../watch/journal.ts";
import type { Message } from "../watch/message.ts";
import { FRESH_RECORDS, NO_WISHES, type Records, SCHEMA, trust, type Wishes } from "../watch/records.ts";
import { isCode, makeFolder, notWritable, readText, writeWhole } from "./files.ts";

export interface Settled {
  readonly how: "submitted" | "dropped";
  readonly message: Message;
}

/**
 * The state directory. Each file has one writer: the command line writes the
 * wishes and new messages, the watchdog everything else. Reading makes nothing.
 */
export interface Store {
  readonly directory: string;
  at(...names: string[]): string;
  /** Makes the directory; the only thing that does. */
  make(): Promise<void>;
  wishes(): Promise<Wishes>;
  wish(wishes: Wishes): Promise<void>;
  records(): Promise<Records>;
  /** Both, without a close look at what this very version wrote: for those who only show it. */
  glance(): Promise<{ readonly wishes: Wishes; readonly records: Records }>;
  save(records: Records): Promise<void>;
  journal(entries: readonly JournalEntry[]): Promise<void>;
  /** Puts a message into its agent's outbox; one that is or was there already is left alone. */
  queue(message: Message): Promise<void>;
  /** The oldest message for an agent that is not settled. */
  next(agent: string): Promise<Message | null>;
  /** How it ended; null while it is on its way. */
  settled(agent: string, id: string): Promise<Settled | null>;
  settle(message: Message, how: Settled["how"]): Promise<void>;
  /** The last lines of the journal, oldest first. */
  recent(): Promise<readonly JournalEntry[]>;
  /** Wakes the loop. */
  wake(): Promise<void>;
}

const JOURNAL_MOST = 16 * 1024 * 1024;
const SETTLED_KEPT = 500;
const QUEUED_MOST = 200;
const RECENT = 256 * 1024;

/** A status of what this very version wrote does without the schemas. */
const stored = () => import("../watch/stored.ts");

export function createStore(directory: string): Store {
  const at = (...names: string[]) => path.join(directory, ...names);
  const outbox = (agent: string, part: "new" | "done", ...more: string[]) =>
    at("outbox", agent, part, ...more);

  const load = async <T>(name: string, parser: "parseWishes" | "parseRecords", missing: T): Promise<T> => {
    const text = await readText(at(name));
    if (text === null) return missing;
    const parse = (await stored())[parser] as unknown as (text: string) => T | null;
    const value = parse(text);
    if (value !== null) return value;
    // A disk may lose what fsync promised: the copy before is better than nothing known.
    const before = isNewer(text) ? null : await readText(at(`${name}.before`));
    const older = before === null ? null : parse(before);
    if (older !== null) return older;
    throw new Failure("INVALID_FILE", `${at(name)} is not readable by this engine`, {
      hint: "it is damaged or a newer engine wrote it; move it away to start with nothing remembered",
    });
  };

  return {
    directory,
    at,
    async make() {
      await makeFolder(directory);
      await makeFolder(at("outbox"));
    },
    wishes: () => load("wishes.json", "parseWishes", NO_WISHES),
    wish: (wishes) => replace(at("wishes.json"), { ...wishes, version: VERSION }),
    records: () => load("records.json", "parseRecords", FRESH_RECORDS),
    async glance() {
      const [wished, recorded] = await Promise.all([
        readText(at("wishes.json")),
        readText(at("records.json")),
      ]);
      const wishes = wished === null ? null : trust(wished, VERSION, NO_WISHES);
      const records = recorded === null ? null : trust(recorded, VERSION, FRESH_RECORDS);
      return { wishes: wishes ?? (await this.wishes()), records: records ?? (await this.records()) };
    },
    save: (records) => replace(at("records.json"), records),
    async journal(entries) {
      if (entries.length === 0) return;
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
      await append(at("journal.jsonl"), text);
    },
    async queue(message) {
      for (const part of ["new", "done"] as const) await makeFolder(outbox(message.to, part));
      const waiting = await list(outbox(message.to, "new"));
      const settled = await list(outbox(message.to, "done"));
      if ([...waiting, ...settled].some((name) => idOf(name) === message.id)) return;
      if (waiting.length >= QUEUED_MOST)
        throw new Failure("BUSY", `${waiting.length} messages wait for ${message.to}`, {
          hint: "see why they are not taken: agents status -o wide",
        });
      await write(outbox(message.to, "new", nameOf(message)), message);
    },
    async next(agent) {
      for (const name of await list(outbox(agent, "new"))) {
        // Settled already, but a crash kept it from being taken away.
        if ((await readText(outbox(agent, "done", name))) !== null) continue;
        const message = (await stored()).parseMessage((await readText(outbox(agent, "new", name))) ?? "");
        if (message !== null) return message;
      }
      return null;
    },
    async settled(agent, id) {
      const name = (await list(outbox(agent, "done"))).find((file) => idOf(file) === id);
      const text = name === undefined ? null : await readText(outbox(agent, "done", name));
      const message = (await stored()).parseMessage(text ?? "");
      if (message === null) return null;
      return { message, how: JSON.parse(text ?? "{}").settled === "dropped" ? "dropped" : "submitted" };
    },
    async settle(message, how) {
      const name = nameOf(message);
      await write(outbox(message.to, "done", name), { ...message, settled: how });
      await rm(outbox(message.to, "new", name), { force: true });
      const settled = await list(outbox(message.to, "done"));
      for (const old of settled.slice(0, -SETTLED_KEPT)) await unlink(outbox(message.to, "done", old));
    },
    async recent() {
      const text = (await readText(at("journal.jsonl"))) ?? "";
      return text.slice(-RECENT).split("\n").flatMap(parseEntry);
    },
    async wake() {
      await write(at("wake"), {});
    },
  };
}

/** Oldest first: the names begin with the time. Anything that is not a message is passed over. */
async function list(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(".json")).sort();
}

const nameOf = ({ at, id }: Message): string => `${String(at).padStart(15, "0")}-${id}.json`;
const idOf = (name: string): string => name.slice(16, -".json".length);

/** Keeps the copy before. */
async function replace(file: string, value: unknown): Promise<void> {
  await copyFile(file, `${file}.before`).catch((error: unknown) => {
    if (!isCode(error, "ENOENT")) throw notWritable(file, error);
  });
  await write(file, value);
}

async function write(file: string, value: unknown): Promise<void> {
  try {
    await writeWhole(file, `${JSON.stringify(value, null, 1)}\n`);
  } catch (error) {
    throw notWritable(file, error);
  }
}

/** What a newer engine wrote is not damaged: an older copy must not be taken for it. */
function isNewer(text: string): boolean {
  try {
    return JSON.parse(text).schema > SCHEMA;
  } catch {
    return false;
  }
}

async function append(file: string, text: string): Promise<void> {
  try {
    await rotate(file);
    const handle = await open(file, "a+", 0o600);
    try {
      // A crash may have cut the last line short; the next entry must not be lost with it.
      const { size } = await handle.stat();
      const last = size === 0 ? "\n" : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
      await handle.appendFile(last === "\n" ? text : `\n${text}`);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw notWritable(file, error);
  }
}

/** Keeps one older journal beside the current one. */
async function rotate(journal: string): Promise<void> {
  const size = await stat(journal).then(
    (found) => found.size,
    () => 0,
  );
  if (size < JOURNAL_MOST) return;
  await rm(`${journal}.1`, { force: true });
  await rename(journal, `${journal}.1`);
}
