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
    store: { journal: async (entries: readonly JournalEntry[]) => void journal.push(...entries) },
  }) as unknown as Host;

const course = {
  phase: "b",
  turn: 2,
  since: NOW,
  obeyed: null,
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

it("takes it where history was rewritten: from the old place nothing would be told in this phase any more", async () => {
  const rewritten: News = { ...news, because: "history was rewritten" };
  expect((await hand(begun, hostOf([rewritten], []))).handoff).toEqual({ seen: "new", turn: 2 });
});
