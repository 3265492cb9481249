import { describe, expect, it } from "vitest";
import { minute, NOW, policy, running, second, seenFor } from "../../test/scene.ts";
import {
  type Bulletin,
  type LimitInForce,
  type LoginLimit,
  limitsInForce,
  NO_BULLETIN,
  restraintAt,
  tell,
  type Watched,
} from "./logins.ts";
import type { AgentRecord } from "./record.ts";
import { parseBulletin } from "./stored.ts";

const hour = 60 * minute;
const LOGIN = { id: "claude:0123456789ab", says: "claude in ~/.claude" };
const OTHER = "claude:ffffffffffff";
const limit = (more: Partial<LoginLimit> = {}): LoginLimit => ({
  login: LOGIN.id,
  says: LOGIN.says,
  by: "shop/ada",
  since: NOW - minute,
  until: NOW + hour,
  ...more,
});
const says = (...limits: readonly LoginLimit[]): Bulletin => ({ limits, answered: [] });
const answered = (at: number, login = LOGIN.id): Bulletin => ({
  limits: [],
  answered: [{ login, at, cleared: true }],
});
const inForce = (bulletins: readonly Bulletin[], now = NOW) =>
  limitsInForce(bulletins, policy, now).get(LOGIN.id)?.by ?? null;

const held: LimitInForce = { ...limit(), over: NOW + hour + policy.stall_grace };

describe("the limit of a login", () => {
  it.each<[string, readonly Bulletin[], string | null]>([
    ["is in force for all", [says(limit())], "shop/ada"],
    ["is none where nobody says so", [NO_BULLETIN], null],
    ["is none of another login", [says(limit({ login: OTHER }))], null],
    [
      "is the one that lasts longest",
      [says(limit(), limit({ by: "blog/bob", until: NOW + 2 * hour }))],
      "blog/bob",
    ],
    ["without an end lasts an hour", [says(limit({ until: null }))], "shop/ada"],
    ["is over when a person says so", [says(limit()), answered(NOW - second)], null],
    ["is not over for what was said before it", [says(limit()), answered(NOW - minute)], "shop/ada"],
    ["is not over for another login", [says(limit()), answered(NOW, OTHER)], "shop/ada"],
    ["that was met after that is another", [answered(NOW - 2 * minute), says(limit())], "shop/ada"],
    ["can't begin later than now", [says(limit({ since: NOW + hour, until: NOW + 2 * hour }))], null],
    ["can't last for years", [says(limit({ until: NOW + 1000 * hour }))], null],
  ])("%s", (_, bulletins, by) => {
    expect(inForce(bulletins)).toBe(by);
  });

  it("is over from when a turn was begun after it that went well, and its agents are let go one by one", () => {
    const answer = { login: LOGIN.id, at: NOW - second, cleared: false };
    const bulletins = [says(limit()), { limits: [], answered: [answer] }];
    expect(limitsInForce(bulletins, policy, NOW).get(LOGIN.id)?.over).toBe(NOW - second);
    expect(inForce(bulletins, NOW - second + policy.stall_grace)).toBeNull();
    const before = [says(limit()), { limits: [], answered: [{ ...answer, at: NOW - minute }] }];
    expect(limitsInForce(before, policy, NOW).get(LOGIN.id)?.over).toBe(NOW + hour + policy.stall_grace);
  });

  it("is forgotten when the last agent has been let go", () => {
    const last = NOW + hour + 2 * policy.stall_grace;
    expect(inForce([says(limit())], last - 1)).toBe("shop/ada");
    expect(inForce([says(limit())], last)).toBeNull();
  });

  it("holds each agent for a grace after it, and then not all until the same moment", () => {
    const ends = Array.from(
      { length: 40 },
      (_, index) => restraintAt(held, `p/${index}`, policy, NOW)?.until ?? 0,
    );
    const from = NOW + hour + policy.stall_grace;
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(from);
    expect(Math.max(...ends)).toBeLessThanOrEqual(from + policy.stall_grace);
    expect(new Set(ends.map((end) => Math.round(end / 10_000))).size).toBeGreaterThan(10);
    const [end = 0] = ends;
    expect(restraintAt(held, "p/0", policy, end - 1)).toEqual({
      by: "limit",
      because: expect.stringMatching(
        /^its login \(claude in ~\/.claude\) is at its usage limit, as shop\/ada met it; let go at 2026-06-13T13:0\dZ$/,
      ),
      until: end,
    });
    expect(restraintAt(held, "p/0", policy, end)).toBeNull();
    expect(restraintAt(undefined, "p/0", policy, NOW)).toBeNull();
  });
});

const limited = (more = {}): AgentRecord =>
  running(hour, {
    seen: seenFor(minute, { mood: "limited", until: NOW + hour }, { rule: "screen: usage limit", ...more }),
  });
const busy = (ago: number) => running(hour, { seen: seenFor(ago, { mood: "busy" }) });
const rests = (ago: number) => running(hour, { seen: seenFor(ago) });
const watched = (before: AgentRecord, after: AgentRecord): Watched => ({
  name: "shop/ada",
  login: LOGIN,
  before,
  after,
});
const told = (own: Bulletin, before: AgentRecord, after: AgentRecord, limits: readonly LoginLimit[] = []) =>
  tell(
    own,
    [watched(before, after)],
    new Map(limits.map((one) => [one.login, { ...one, over: NOW + hour }])),
    policy,
    NOW,
  );

describe("a project tells the others", () => {
  it("of a limit that its agent has met, once", () => {
    const first = told(NO_BULLETIN, busy(minute), limited());
    expect(first).toEqual(says(limit()));
    expect(told(first, limited(), limited())).toBe(first);
  });

  it("no other moment of a limit whose screen counts down", () => {
    const own = says(limit());
    const drifting = running(hour, {
      seen: seenFor(
        50 * second,
        { mood: "limited", until: NOW + hour + 20 * second },
        { rule: "screen: usage limit" },
      ),
    });
    expect(told(own, limited(), drifting)).toBe(own);
  });

  it("of it for as long as it lasts, whatever has become of the agent", () => {
    const own = says(limit());
    expect(told(own, limited(), { ...limited(), run: null, seen: null })).toBe(own);
    const past = says(limit({ since: NOW - 5 * hour, until: NOW - 4 * hour }));
    expect(told(past, rests(minute), rests(minute))).toEqual(NO_BULLETIN);
  });

  it.each([
    ["a server that fails", "screen: server error"],
    ["one that asks for a little patience", "screen: rate limit"],
  ])("nothing of %s", (_, rule) => {
    expect(told(NO_BULLETIN, busy(minute), limited({ rule }))).toBe(NO_BULLETIN);
  });

  it("that a limit is over when a whole turn was begun after it and ended well", () => {
    const known = limit({ since: NOW - 10 * minute });
    expect(told(NO_BULLETIN, busy(minute), rests(second), [known]).answered).toEqual([
      { login: LOGIN.id, at: NOW - minute, cleared: false },
    ]);
  });

  it.each<[string, AgentRecord, AgentRecord, number]>([
    ["a turn that was begun before it", busy(20 * minute), rests(second), 10 * minute],
    ["a turn that goes on", busy(minute), busy(minute), 10 * minute],
    ["a turn that ended at the limit", busy(minute), limited(), 10 * minute],
    ["a flicker", busy(1500), rests(second), 10 * minute],
    ["another run", busy(minute), running(0, { seen: seenFor(second) }, { instance: "i-2" }), 10 * minute],
  ])("nothing of %s", (_, before, after, since) => {
    expect(told(NO_BULLETIN, before, after, [limit({ since: NOW - since })]).answered).toEqual([]);
  });

  it("nothing of a turn where nobody is at a limit", () => {
    expect(told(NO_BULLETIN, busy(minute), rests(second))).toBe(NO_BULLETIN);
  });
});

describe("what stands in a bulletin", () => {
  it("comes back as it was told", () => {
    const whole: Bulletin = {
      limits: [limit(), limit({ until: null })],
      answered: [{ login: LOGIN.id, at: NOW, cleared: true }],
    };
    expect(parseBulletin(JSON.stringify(whole))).toEqual(whole);
  });

  it.each([
    ["no JSON", "{", null],
    ["something else", "[1]", null],
    ["nothing", "{}", NO_BULLETIN],
    ["other things", '{"limits": 7, "answered": {"a": 1}, "more": true}', NO_BULLETIN],
  ])("may be %s", (_, text, expected) => {
    expect(parseBulletin(text)).toEqual(expected);
  });

  it.each<[string, object]>([
    ["a login that is none", { login: "../../etc/passwd" }],
    ["a word for a time", { since: "now" }],
    ["a time without end", { until: "∞" }],
    ["a book for a name", { says: "x".repeat(1000) }],
  ])("counts part for part: %s is passed over alone", (_, wrong) => {
    const text = JSON.stringify({ limits: [limit(), { ...limit(), ...wrong }, null] });
    expect(parseBulletin(text)).toEqual(says(limit()));
  });

  it("has an end", () => {
    const many = Array.from({ length: 5000 }, () => limit());
    expect(parseBulletin(JSON.stringify({ limits: many }))?.limits).toHaveLength(200);
  });
});
