import { expect, it } from "vitest";
import { Failure } from "../problem.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { FRESH_RECORDS, type Records } from "../watch/records.ts";
import { apart } from "./apart.ts";
import type { Host } from "./host.ts";

/** A host that can write a journal and tell the time, and nothing else. */
function ownHost() {
  const journal: JournalEntry[] = [];
  const store = { journal: async (entries: readonly JournalEntry[]) => void journal.push(...entries) };
  return { journal, host: { store, clock: { now: () => 7 } } as unknown as Host };
}

const fails = (message: string) => async (): Promise<Records> => {
  throw new Error(message);
};

it("keeps the records of a check that failed, tells each trouble once, and when it is over", async () => {
  const { journal, host } = ownHost();
  let records: Records = { ...FRESH_RECORDS, epoch: 3 };
  for (const message of ["no disk", "no disk", "no disk", "no luck"])
    records = await apart("phases", records, host, fails(message));
  expect(records).toEqual({ ...FRESH_RECORDS, epoch: 3, troubles: { phases: "no luck" } });
  for (const _ of [1, 2]) records = await apart("phases", records, host, async (now) => now);
  expect(records).toEqual({ ...FRESH_RECORDS, epoch: 3 });
  expect(journal).toEqual([
    { at: 7, agent: null, check: "phases", what: "check-failed", because: "no disk" },
    { at: 7, agent: null, check: "phases", what: "check-failed", because: "no luck" },
    { at: 7, agent: null, check: "phases", what: "check-mended" },
  ]);
});

it("hinders no other check", async () => {
  const { host } = ownHost();
  const after = await apart("handoffs", FRESH_RECORDS, host, fails("no remote"));
  expect(await apart("phases", after, host, async (now) => ({ ...now, completed: true }))).toMatchObject({
    completed: true,
    troubles: { handoffs: "no remote" },
  });
});

it("does not keep a newer watchdog from ending this one", async () => {
  const { host } = ownHost();
  const fenced = apart("phases", FRESH_RECORDS, host, async () => {
    throw new Failure("FENCED", "a newer watchdog has taken this project over");
  });
  await expect(fenced).rejects.toMatchObject({ code: "FENCED" });
});
