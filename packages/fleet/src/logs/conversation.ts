import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Backend, type GrowingFile, isCode, openGrowing, type Passage } from "@fleet/engine";
import type { Listener } from "./listen.ts";
import type { LogLine, LogSource } from "./log-line.ts";

/** Where a conversation is noted: in a file, or under an id in the database of its program. */
export type Place = { readonly file: string } | { readonly id: string; readonly database: string };

/** The passages of a conversation, and those that come, whoever reads them for what. */
export interface Passages {
  news(): AsyncGenerator<Passage>;
  close(): Promise<void>;
}

export function openPassages(place: Place, backend: Backend): Passages {
  const passages = (record: string) => backend.passages?.(record) ?? [];
  return "file" in place
    ? inFile(place.file, passages)
    : inDatabase(place, backend.database?.records ?? "", passages);
}

type Read = (record: string) => readonly Passage[];

function inFile(file: string, passages: Read): Passages {
  let growing: GrowingFile | null = null;
  return {
    async *news() {
      // It comes with the first message. What is another user's is not ours to read.
      growing ??= await openGrowing(file).catch((error: unknown) => unless(isCode(error, "EACCES"), error));
      if (growing === null) return;
      for await (const lines of growing.news()) for (const line of lines) yield* passages(line);
    },
    close: async () => growing?.close(),
  };
}

/** What changed in the same moment as the last is asked for again: whoever listens knows what they have heard. */
function inDatabase(
  { id, database }: Extract<Place, { id: string }>,
  records: string,
  passages: Read,
): Passages {
  let since = 0;
  return {
    async *news() {
      const rows = await rowsOf(database, records, [id, since]);
      for (const { record, moment } of rows) {
        since = Math.max(since, Number(moment));
        yield* passages(String(record));
      }
    },
    close: async () => {},
  };
}

/** Of another version of its program it may be another database, which tells us nothing. */
async function rowsOf(file: string, sql: string, values: readonly (string | number)[]) {
  if (!existsSync(file)) return [];
  const { DatabaseSync } = await import("node:sqlite");
  // Who opens one that nobody has open leaves two files beside it, unless they promise that it stays as it is.
  const url = pathToFileURL(file);
  if (!existsSync(`${file}-wal`)) url.searchParams.set("immutable", "1");
  try {
    const database = new DatabaseSync(url, { readOnly: true, timeout: 2_000 });
    try {
      return database.prepare(sql).all(...values);
    } finally {
      database.close();
    }
  } catch (error) {
    return unless(isCode(error, "ERR_SQLITE_ERROR"), error) ?? [];
  }
}

function unless(isExpected: boolean, error: unknown): null {
  if (isExpected) return null;
  throw error;
}

/** What was said in it. */
export function createConversation(listener: Listener, place: Place, backend: Backend): LogSource {
  const passages = openPassages(place, backend);
  return {
    async news() {
      const lines: LogLine[] = [];
      for await (const passage of passages.news()) lines.push(...listener.hear(passage));
      return lines;
    },
    rest: listener.rest,
    close: passages.close,
  };
}
