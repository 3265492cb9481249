import { expect, it } from "vitest";
import { LOOP, NOW, running, runOf } from "../../test/scene.ts";
import type { News } from "../host/relay.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { FRESH_RECORDS, type Records } from "../watch/records.ts";
import { hand } from "./hand.ts";
import type { Host } from "./host.ts";

const handoff = { repo: "clones/builder", branch: "main", claim: "adversary", review: "builder", inbox: {} };

/** As much of a host as taking news needs. */
const hostOf = (news: readonly News[], journal: JournalEntry[]): Host =>
  ({
    clock: { now: () => NOW, read: () => ({ wall: NOW, steady: 0, boot: "" }) },
    relay: { take: () => news, poll: () => {}, watchable: () => null },
    site: { project: { agents: [LOOP], loop: { handoff } } },
    store: {
      journal: async (entries: readonly JournalEntry[]) => void journal.push(...entries),
      queue: async () => {},
    },
  }) as unknown as Host;

const course = {
  phase: "b",
  turn: 2,
  since: NOW,
  obeyed: null,
  asked: false,
  complete: null,
  paused: false,
  stale: null,
  lost: false,
};
const before: Records = { ...FRESH_RECORDS, course, handoff: { seen: "old", turn: 1 } };
const run = runOf(1_000, { turn: 2 });
/** The phase was begun although nobody knew where. */
const begun: Records = { ...before, agents: { [LOOP.name]: running(1_000, { run }) } };
const news: News = { is: "baseline", seen: "new", turn: 2, because: "a new phase", drained: [] };

it("takes from the remote where a phase begins", async () => {
  const journal: JournalEntry[] = [];
  expect((await hand(before, hostOf([news], journal))).handoff).toEqual({ seen: "new", turn: 2 });
  expect(journal.map(({ what }) => what)).toEqual(["handoffs-from"]);
});

it("does not take it any more once a loop of the phase runs: what that has pushed would be passed over", async () => {
  expect((await hand(begun, hostOf([news], []))).handoff).toEqual({ seen: "old", turn: 1 });
});

const rewriting = { base: "base", gone: [{ sha: "gone", kind: "claim" as const }], untold: [] };
const rewritten: News = { is: "rewritten", from: "old", head: "new", turn: 2, rewriting };

it("takes it where history was rewritten: from the old place nothing would be told in this phase any more", async () => {
  expect((await hand(begun, hostOf([rewritten], []))).handoff).toEqual({ seen: "new", turn: 2 });
});

it("says what a rewritten history took, and keeps it in mind until something else is handed over", async () => {
  const journal: JournalEntry[] = [];
  const after = await hand(before, hostOf([rewritten], journal));
  expect(after.rewritten).toEqual(rewriting);
  expect(journal).toMatchObject([
    { what: "history-rewritten", branch: "main", from: "old", head: "new", ...rewriting },
    { what: "handoffs-from", seen: "new", because: "history was rewritten" },
  ]);
  const gain = (subject: string): News => {
    const commits = [{ sha: "c".repeat(40), subject }];
    return { is: "gain", turn: 2, gain: { commits, inbox: [], head: "c".repeat(40) } };
  };
  expect((await hand(after, hostOf([gain("fix: x")], []))).rewritten).toEqual(rewriting);
  expect((await hand(after, hostOf([gain("review(a): x")], []))).rewritten).toBe(null);
  expect((await hand(after, hostOf([news], []))).rewritten).toBe(null);
});

it("keeps nothing in mind when no claim and no review was in what was rewritten", async () => {
  const plain: News = { ...rewritten, rewriting: { base: "base", gone: [], untold: [] } };
  expect((await hand(before, hostOf([plain], []))).rewritten).toBe(null);
  const unknown: News = { ...rewritten, rewriting: { base: null, gone: null, untold: [] } };
  expect((await hand(before, hostOf([unknown], []))).rewritten).not.toBe(null);
});
