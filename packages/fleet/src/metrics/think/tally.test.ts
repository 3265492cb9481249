import type { JournalEntry } from "@fleet/engine";
import { describe, expect, it } from "vitest";
import { BOUNDS, COUNTED, countIn, FRESH_TALLY, type Tally } from "./tally.ts";

type Entry = { readonly what: string; readonly at?: number; readonly [more: string]: unknown };

const tallyOf = (...entries: readonly Entry[]): Tally =>
  entries.reduce(
    (tally, entry) => countIn(tally, { at: 0, agent: null, ...entry } as JournalEntry),
    FRESH_TALLY,
  );

const start = (agent: string, automatic = true) => ({ what: "starting", agent, automatic });

describe("restarts", () => {
  it.each([
    ["a death", { what: "died", blame: "agent" }, "died"],
    ["a session that went", { what: "vanished", with: "session", blame: "agent" }, "vanished"],
    ["a server that went", { what: "vanished", with: "server", blame: "server" }, "server-lost"],
    ["a stop by the watchdog", { what: "stopped", because: "stalled" }, "stalled"],
    ["a start that failed", { what: "start-failed", because: "no such file /home/x" }, "start-failed"],
    ["a word that nobody knows", { what: "stopped", because: "No Word\n" }, "other"],
  ])("are counted by what was before: %s", (_, entry, reason) => {
    expect(tallyOf({ agent: "ada", ...entry }, start("ada")).restarts).toEqual({ ada: { [reason]: 1 } });
  });

  it("that a person or a phase asked for are none", () => {
    expect(tallyOf({ what: "died", agent: "ada", blame: "agent" }, start("ada", false)).restarts).toEqual({});
  });

  it("have each their own reason, and the others theirs", () => {
    const died = { what: "died", agent: "ada", blame: "agent" };
    const stopped = { what: "stopped", agent: "bob", because: "stalled" };
    expect(tallyOf(died, stopped, start("bob"), start("ada"), start("ada")).restarts).toEqual({
      ada: { died: 1, other: 1 },
      bob: { stalled: 1 },
    });
  });

  it("of more than two hundred agents are those of others", () => {
    const many = Array.from({ length: 250 }, (_, nth) => start(`a${nth}`));
    const { restarts } = tallyOf(...many);
    expect([Object.keys(restarts).length, restarts.other]).toEqual([201, { other: 50 }]);
  });
});

it("counts deaths by whose doing they were", () => {
  const died = (blame: string) => ({ what: "died", agent: "ada", blame });
  expect(tallyOf(died("agent"), died("agent"), died("host")).deaths).toEqual({ ada: { agent: 2, host: 1 } });
});

it("counts messages by their end, one that tells of several commits once", () => {
  const ping = (id: string, sha: string) => ({ what: "pinged", agent: "ada", id, sha, state: "confirmed" });
  const { messages } = tallyOf(
    { what: "submitted", agent: "ada", state: "submitted" },
    ping("m1", "a"),
    ping("m1", "b"),
    ping("m2", "c"),
    { what: "refused", agent: "ada" },
    { what: "expired", agent: "ada" },
  );
  expect(messages).toEqual({ submitted: 1, confirmed: 2, refused: 1, expired: 1 });
});

describe("handoffs", () => {
  const seen = (at: number, ...shas: string[]) => ({
    what: "handoffs-seen",
    at,
    commits: shas.map((sha) => ({ sha })),
  });
  const ping = (at: number, sha: string) => ({
    what: "pinged",
    at,
    agent: "ada",
    id: sha,
    sha,
    state: "submitted",
  });

  it("take from the push being seen to the message being submitted", () => {
    const { handoffs, open } = tallyOf(
      seen(1000, "a", "b"),
      ping(1080, "a"),
      ping(3000, "b"),
      seen(4000, "c"),
    );
    expect(handoffs.sum).toBeCloseTo(2.08);
    expect(handoffs.counts).toEqual(BOUNDS.map((bound) => Number(bound === 0.1 || bound === 2.5)).concat(0));
    expect(open).toEqual([["c", 4000]]);
  });

  it("that were not seen, or took longer than half an hour, break nothing", () => {
    const { handoffs } = tallyOf(ping(5, "x"), seen(0, "a"), ping(7_200_000, "a"));
    expect([handoffs.counts.at(-1), handoffs.sum]).toEqual([1, 7200]);
  });

  it("that nobody hears of are remembered for a while only", () => {
    const many = Array.from({ length: 700 }, (_, nth) => seen(nth, `s${nth}`));
    expect(tallyOf(...many).open).toHaveLength(500);
  });
});

it("wants every kind of entry that it counts, and no other", () => {
  const line = (what: string) => JSON.stringify({ at: 1, agent: "ada", what });
  expect(["died", "pinged", "phase-done", "starting"].map((what) => COUNTED.test(line(what)))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(["decided", "looked", "phase-done-late"].map((what) => COUNTED.test(line(what)))).toEqual([
    false,
    false,
    false,
  ]);
});
