import { existsSync } from "node:fs";
import { type Backend, type GrowingFile, openGrowing, type Passage } from "@fleet/engine";
import { createListener } from "./listen.ts";
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
      // It comes with the first message.
      growing ??= await openGrowing(file);
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
      if (!existsSync(database)) return;
      const { DatabaseSync } = await import("node:sqlite");
      const opened = new DatabaseSync(database, { readOnly: true, timeout: 2_000 });
      try {
        for (const { record, moment } of opened.prepare(records).iterate(id, since)) {
          since = Math.max(since, Number(moment));
          yield* passages(String(record));
        }
      } finally {
        opened.close();
      }
    },
    close: async () => {},
  };
}

/** What was said in it. */
export function createConversation(agent: string, place: Place, backend: Backend): LogSource {
  const passages = openPassages(place, backend);
  const listener = createListener(agent);
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
