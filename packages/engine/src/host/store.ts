import { Failure } from "../problem.ts";
import { VERSION } from "../version.ts";
import { type JournalEntry, parseEntry } from "../watch/journal.ts";
import type { AgentRecord } from "../watch/record.ts";
import { FRESH_RECORDS, NO_WISHES, type Records, SCHEMA, trust, type Wishes } from "../watch/records.ts";
import { type Disk, systemDisk } from "./disk.ts";
import { refusing } from "./files.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { stored } from "./stored.ts";

/**
 * The state directory. Each file has one writer: the command line writes the
 * wishes and new messages, the watchdog everything else. Reading makes nothing.
 */
export interface Store extends Outbox {
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
  /** The last lines of the journal, oldest first. */
  recent(): Promise<readonly JournalEntry[]>;
  /** Wakes the loop. */
  wake(): Promise<void>;
}

const JOURNAL_MOST = 16 * 1024 * 1024;
const RECENT = 256 * 1024;

export function createStore(directory: string, disk: Disk = systemDisk): Store {
  const at = (...names: string[]) => [directory, ...names].join("/");

  const write = (file: string, text: string): Promise<void> => refusing(file, disk.write(file, `${text}\n`));

  /** Those whose copy before is the only good one: a damaged file must not be copied over it. */
  const damaged = new Set<string>();

  /** Keeps the copy before. */
  const replace = async (file: string, text: string): Promise<void> => {
    if (!damaged.has(file)) await refusing(file, disk.copy(file, `${file}.before`));
    await write(file, text);
    damaged.delete(file);
  };

  /** Keeps one older journal beside the current one. */
  const rotate = async (journal: string): Promise<void> => {
    if ((await disk.size(journal)) >= JOURNAL_MOST) await disk.move(journal, `${journal}.1`);
  };

  /** Most agents are at each tick as they were: what is said of them is not put into words anew. */
  const said = new WeakMap<AgentRecord, string>();
  const textOf = (record: AgentRecord): string => {
    const text = said.get(record) ?? JSON.stringify(record);
    said.set(record, text);
    return text;
  };
  const toText = ({ agents, ...others }: Records): string => {
    const each = Object.entries(agents).map(([name, record]) => `${JSON.stringify(name)}:${textOf(record)}`);
    return `${JSON.stringify(others).slice(0, -1)},"agents":{${each.join()}}}`;
  };

  /** The wishes are read at each tick, and are seldom other than they were. */
  let wished: { readonly text: string | null; readonly wishes: Wishes } | null = null;

  const load = async <T>(name: string, parser: "parseWishes" | "parseRecords", missing: T): Promise<T> => {
    const text = await disk.read(at(name));
    if (text === null) return missing;
    const parse = (await stored())[parser] as unknown as (text: string) => T | null;
    const value = parse(text);
    if (value !== null) return value;
    // A disk may lose what fsync promised: the copy before is better than nothing known.
    const before = isNewer(text) ? null : await disk.read(at(`${name}.before`));
    const older = before === null ? null : parse(before);
    if (older !== null) {
      damaged.add(at(name));
      return older;
    }
    throw new Failure("INVALID_FILE", `${at(name)} is not readable by this engine`, {
      hint: "it is damaged or a newer engine wrote it; move it away to start with nothing remembered",
    });
  };

  return {
    ...createOutbox(at("outbox"), disk),
    directory,
    at,
    async make() {
      await disk.makeFolder(directory);
      await disk.makeFolder(at("outbox"));
    },
    async wishes() {
      const text = await disk.read(at("wishes.json"));
      if (wished === null || wished.text !== text)
        wished = { text, wishes: await load("wishes.json", "parseWishes", NO_WISHES) };
      return wished.wishes;
    },
    wish: (wishes) => replace(at("wishes.json"), JSON.stringify({ ...wishes, version: VERSION })),
    records: () => load("records.json", "parseRecords", FRESH_RECORDS),
    async glance() {
      const [wished, recorded] = await Promise.all([
        disk.read(at("wishes.json")),
        disk.read(at("records.json")),
      ]);
      const wishes = wished === null ? null : trust(wished, VERSION, NO_WISHES);
      const records = recorded === null ? null : trust(recorded, VERSION, FRESH_RECORDS);
      return {
        wishes: wishes ?? (await load("wishes.json", "parseWishes", NO_WISHES)),
        records: records ?? (await load("records.json", "parseRecords", FRESH_RECORDS)),
      };
    },
    save: (records) => replace(at("records.json"), toText(records)),
    async journal(entries) {
      if (entries.length === 0) return;
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
      const file = at("journal.jsonl");
      await refusing(
        file,
        rotate(file).then(() => disk.append(file, text)),
      );
    },
    async recent() {
      const text = (await disk.read(at("journal.jsonl"))) ?? "";
      return text.slice(-RECENT).split("\n").flatMap(parseEntry);
    },
    async wake() {
      await write(at("wake"), "{}");
    },
  };
}

/** What a newer engine wrote is not damaged: an older copy must not be taken for it. */
function isNewer(text: string): boolean {
  try {
    return JSON.parse(text).schema > SCHEMA;
  } catch {
    return false;
  }
}
