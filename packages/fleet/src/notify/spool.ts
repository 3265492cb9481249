import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { isCode, writeWhole } from "@fleet/engine";
import { z } from "zod";
import { EVENTS } from "../fleet-file/notify.ts";
import type { Delivery, Notice } from "./think/notice.ts";

const StoredNotice = z.object({
  id: z.string(),
  event: z.enum([...EVENTS, "test"]),
  project: z.string(),
  agent: z.string().nullable(),
  at: z.number(),
  text: z.string(),
  command: z.string().nullable(),
});

const Underway = z.object({
  id: z.string(),
  at: z.number(),
  notices: z.array(StoredNotice).readonly(),
  /** How often it was tried, why that was in vain the last time, and when it is tried next. */
  tries: z.number().default(0),
  because: z.string().nullable().default(null),
  next: z.number().default(0),
  /** When it was told, or put aside. */
  ended: z.number().nullable().default(null),
});

/** A delivery on its way, and how that goes. */
export type Underway = Readonly<z.output<typeof Underway>>;

type Part = "new" | "out" | "done" | "bad";

const DONE_KEPT = 200;
const BAD_KEPT = 200;
/** More than this waits for nobody: the oldest is put aside. */
const WAITING_MOST = 1000;

/**
 * What one receiver is still to be told, a file each, written whole: `new`
 * holds notices that wait, `out` the delivery that is being tried, `done` the
 * last that were told, `bad` those that were given up. The notifier alone
 * writes here; others may look.
 */
export interface Spool {
  /** Puts notices in; one that is or was here is left alone. */
  add(notices: readonly Notice[]): Promise<void>;
  /** Oldest first. */
  waiting(): readonly Notice[];
  underway(): Underway | null;
  /** Makes a delivery of notices that wait: from now on it is the same, however often it is tried. */
  begin(delivery: Delivery): Promise<void>;
  /** Notes a try in vain. */
  keep(underway: Underway): Promise<void>;
  end(underway: Underway, part: "done" | "bad"): Promise<void>;
  /** The last ones, newest first. */
  last(part: "done" | "bad", most: number): readonly Underway[];
  /** When the last delivery was made that was told; null: none was. */
  lastMade(): number | null;
}

export function openSpool(folder: string): Spool {
  const at = (part: Part, name = "") => path.join(folder, part, name);
  const list = (part: Part): readonly string[] => {
    try {
      return readdirSync(at(part))
        .filter((name) => name.endsWith(".json"))
        .sort();
    } catch (error) {
      if (isCode(error, "ENOENT")) return [];
      throw error;
    }
  };
  const read = <T>(part: Part, name: string, schema: z.ZodType<T>): readonly T[] => {
    try {
      const { success, data } = schema.safeParse(JSON.parse(readFileSync(at(part, name), "utf8")));
      return success ? [data] : [];
    } catch {
      // Not whole, or not ours: what can't be read is told nobody.
      return [];
    }
  };
  const write = (part: Part, name: string, value: unknown): Promise<void> => {
    mkdirSync(at(part), { recursive: true, mode: 0o700 });
    return writeWhole(at(part, name), `${JSON.stringify(value)}\n`);
  };
  const remove = (part: Part, name: string): Promise<void> => rm(at(part, name), { force: true });

  let known: Set<string> | null = null;
  /** Every notice that is or was here, as far as that is kept. */
  const ids = (): Set<string> => {
    known ??= new Set([
      ...list("new").map(idOf),
      ...(["out", "done", "bad"] as const).flatMap((part) =>
        list(part).flatMap((name) =>
          read(part, name, Underway).flatMap(({ notices }) => notices.map(({ id }) => id)),
        ),
      ),
    ]);
    return known;
  };

  const waiting = (): readonly Notice[] => list("new").flatMap((name) => read("new", name, StoredNotice));
  const underway = (): Underway | null =>
    list("out").flatMap((name) => read("out", name, Underway))[0] ?? null;
  /** A crash may have come between the making of a delivery and this. */
  const clearTold = async (notices: readonly Notice[]): Promise<void> => {
    const told = new Set(notices.map(({ id }) => id));
    for (const name of list("new")) if (told.has(idOf(name))) await remove("new", name);
  };

  return {
    async add(notices) {
      for (const notice of notices) {
        if (ids().has(notice.id)) continue;
        const names = list("new");
        const number = 1 + Math.max(0, ...names.map(numberOf));
        await write("new", nameOf(number, notice.id), notice);
        ids().add(notice.id);
        for (const name of names.slice(0, Math.max(0, names.length + 1 - WAITING_MOST))) {
          const because = `more than ${WAITING_MOST} notices waited`;
          for (const old of read("new", name, StoredNotice))
            await write("bad", nameOf(old.at, old.id), Underway.parse({ ...old, notices: [old], because }));
          await remove("new", name);
        }
      }
    },
    waiting() {
      const out = new Set(underway()?.notices.map(({ id }) => id));
      return waiting().filter(({ id }) => !out.has(id));
    },
    underway,
    async begin(delivery) {
      await write("out", nameOf(delivery.at, delivery.id), Underway.parse(delivery));
      await clearTold(delivery.notices);
    },
    keep: (one) => write("out", nameOf(one.at, one.id), one),
    async end(one, part) {
      await write(part, nameOf(one.at, one.id), one);
      await clearTold(one.notices);
      await remove("out", nameOf(one.at, one.id));
      const kept = part === "done" ? DONE_KEPT : BAD_KEPT;
      for (const name of list(part).slice(0, -kept)) await remove(part, name);
    },
    last: (part, most) =>
      list(part)
        .toReversed()
        .slice(0, most)
        .flatMap((name) => read(part, name, Underway)),
    lastMade: () => (list("done").length === 0 ? null : numberOf(list("done").at(-1) ?? "")),
  };
}

/** The number first, so that names are in order. */
const nameOf = (number: number, id: string): string => `${String(number).padStart(15, "0")}-${id}.json`;
const numberOf = (name: string): number => Number(name.slice(0, 15)) || 0;
const idOf = (name: string): string => name.slice(16, -".json".length);
