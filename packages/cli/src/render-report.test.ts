import type { ProjectReport } from "@fleet/fleet";
import { describe, expect, it } from "vitest";
import { markup } from "./markup.ts";
import { renderReport } from "./render-report.ts";
import { renderPage } from "./render-report-page.ts";

const HOUR = 3_600_000;
const FROM = Date.parse("2026-11-15T00:00:00Z");
const TIMES = {
  working: 0,
  waiting: 0,
  limited: 0,
  "needs you": 0,
  "on hold": 0,
  starting: 0,
  down: 0,
  failed: 0,
  unseen: 0,
};
const MESSAGES = { sent: 0, confirmed: 0, lost: 0, expired: 0, doubled: 0 };
const TOKENS = { input: 1_200, output: 30_400, cached: 2_000_000, written: 0 };

const report = (more: Partial<ProjectReport> = {}): ProjectReport => ({
  ...{ project: "shop", from: FROM, to: FROM + 16 * HOUR, since: null },
  agents: [
    {
      name: "builder",
      timeline: [
        { from: FROM, to: FROM + 8 * HOUR, is: "working" },
        { from: FROM + 8 * HOUR, to: FROM + 12 * HOUR, is: "limited" },
        { from: FROM + 12 * HOUR, to: FROM + 14 * HOUR, is: "needs you" },
        { from: FROM + 14 * HOUR, to: FROM + 16 * HOUR, is: "unseen" },
      ],
      times: { ...TIMES, working: 8 * HOUR, limited: 4 * HOUR, "needs you": 2 * HOUR, unseen: 2 * HOUR },
      restarts: 3,
      messages: { ...MESSAGES, sent: 12 },
      spent: {
        one: { answers: 7, tokens: TOKENS, cost: null },
        two: { answers: 1, tokens: { ...TOKENS, cached: 0 }, cost: 0.5 },
      },
    },
    { name: "a-name-that-is-long", timeline: [], times: TIMES, restarts: 0, messages: MESSAGES, spent: {} },
  ],
  phases: [
    { id: "one", from: FROM, to: FROM + 8 * HOUR, done: true },
    { id: "two", from: FROM + 8 * HOUR, to: FROM + 16 * HOUR, done: false },
  ],
  handoffs: {
    ...{ count: 12, median: 106, p90: 110, max: 2_345 },
    buckets: [
      { within: 100, count: 0 },
      { within: 200, count: 11 },
      { within: 5_000, count: 1 },
      { within: null, count: 0 },
    ],
  },
  messages: { sent: 12, confirmed: 11, lost: 1, expired: 0, doubled: 0 },
  restarts: [
    { at: FROM, agent: "builder", because: "stalled" },
    { at: FROM + HOUR, agent: "builder", because: "died with exit 1" },
    { at: FROM + 2 * HOUR, agent: "builder", because: "stalled" },
  ],
  falseRestarts: 1,
  timeToHeal: { count: 3, median: 4_000, p99: 61_000, max: 61_000 },
  ...more,
});

describe("a report", () => {
  it("is a chart and its figures, in eighty columns", () => {
    const text = renderReport(report());
    expect(text).toBe(`shop   2026-11-15 00:00Z to 2026-11-15 16:00Z (16h)

             |00:00          |04:00          |08:00          |12:00
phases       |one----------------------------|two----------------------------
builder      ████████████████████████████████LLLLLLLLLLLLLLLL!!!!!!!!
a-name-that…

█ working   L limited   ! needs you   blank nobody looked

             working  waiting  limited  needs you  down  restarts  told  tokens
builder          57%        -      29%        14%     -         3    12    2.1M
a-name-that…       -        -        -          -     -         0     0       -

handoffs     12, median 106 ms, nine in ten within 110 ms, slowest 2.3 s
messages     12 sent, 11 confirmed, 1 lost, 0 expired, 0 doubled
restarts     builder 3: 2 stalled, 1 died with exit 1
             1 of them without need
healed       3 times, median 4.0 s, slowest 1m
limits       builder 4h
tokens       builder: 2k in, 61k out, 2.0M cached, 8 answers ($0.50)
             by phase: one 2.0M, two 32k ($0.50)
`);
    expect(text.split("\n").every((line) => line.length <= 80)).toBe(true);
  });

  it("of days has days for its axis, and says from when on anything is known", () => {
    const text = renderReport(report({ from: FROM - 99 * HOUR, since: FROM - 80 * HOUR }));
    expect(text).toContain("|Nov 11");
    expect(text).toContain("shop   2026-11-11 16:00Z to 2026-11-15 16:00Z (4d)");
  });

  it("breaks what is too long for a line", () => {
    const because = "died with exit 1";
    const restarts = Array.from({ length: 6 }, (_, nth) => ({ at: FROM, agent: `agent-${nth}`, because }));
    const lines = renderReport(report({ restarts })).split("\n");
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines).toContain("             agent-2 1: 1 died with exit 1; agent-3 1: 1 died with exit 1;");
  });

  it("of a moment has seconds", () => {
    expect(renderReport(report({ to: FROM + 20_000 }))).toContain("|00:00:05");
  });

  it("of nothing says so", () => {
    expect(renderReport(report({ agents: [] }))).toContain("nothing is known of this time");
  });

  it("obeys nothing that agents or plans are called", () => {
    const evil = "\u001b[2J\u202e";
    const [agent] = report().agents;
    if (agent === undefined) throw new Error("there is one");
    const text = renderReport(
      report({
        project: evil,
        agents: [{ ...agent, name: evil, spent: { [evil]: { answers: 1, tokens: TOKENS, cost: null } } }],
        phases: [{ id: evil, from: FROM, to: FROM + HOUR, done: true }],
        restarts: [{ at: FROM, agent: evil, because: evil }],
      }),
    );
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});

describe("a page", () => {
  const EVIL = `<script>alert(1)</script><img src=x onerror="alert(1)">'&\u202e`;

  it("is whole by itself: no script, no picture, font or style of anybody's, and it may ask nobody", () => {
    const page = renderPage([report()], { from: FROM, to: FROM + 16 * HOUR });
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<script|<link|<iframe|\bsrc=|\bhref=|@import|url\(/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('name="viewport"');
    expect(page).toContain("prefers-color-scheme: dark");
    for (const words of [
      "builder",
      "phase two",
      "died with exit 1",
      "2.1M",
      "nine in ten within 110 ms",
      "11 within 200 ms",
    ])
      expect(page).toContain(words);
  });

  it("shows names, phases and reasons as text, whatever they hold", () => {
    const [agent] = report().agents;
    if (agent === undefined) throw new Error("there is one");
    const page = renderPage(
      [
        report({
          project: EVIL,
          agents: [{ ...agent, name: EVIL, spent: { [EVIL]: { answers: 1, tokens: TOKENS, cost: null } } }],
          phases: [{ id: EVIL, from: FROM, to: FROM + HOUR, done: true }],
          restarts: [{ at: FROM, agent: EVIL, because: EVIL }],
        }),
      ],
      { from: FROM, to: FROM + 16 * HOUR },
    );
    expect(page).not.toMatch(/<script|<img|onerror="/);
    expect(page).not.toContain("\u202e");
    const shown =
      "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;";
    expect(page.split(shown).length - 1).toBeGreaterThanOrEqual(10);
    // Every element that is opened is closed, and none is opened by a name.
    const tags = [...page.matchAll(/<(\/?)(section|div|svg|rect|title|span|table|tr|td|ul|li|details)\b/g)];
    const open = tags.filter(([, slash]) => slash === "").length;
    expect(tags.length - open).toBe(open);
  });

  it("stays small where a timeline has more stretches than a screen has points", () => {
    const [agent] = report().agents;
    if (agent === undefined) throw new Error("there is one");
    const timeline = Array.from({ length: 50_000 }, (_, nth) => ({
      from: FROM + nth * 1_000,
      to: FROM + (nth + 1) * 1_000,
      is: nth % 2 === 0 ? ("working" as const) : ("waiting" as const),
    }));
    const page = renderPage([report({ agents: [{ ...agent, timeline }] })], {
      from: FROM,
      to: FROM + 16 * HOUR,
    });
    expect(page.match(/<rect/g)?.length).toBeLessThan(700);
  });

  it("of no projects is a page all the same", () => {
    expect(renderPage([], { from: FROM, to: FROM + HOUR })).toContain("No projects.");
  });
});

it("markup takes pieces of a page as they are, and all else for text", () => {
  const piece = markup`<b>${"<i>"}</b>`;
  expect(markup`${piece}${[piece, piece]}${7}${'"'}`.html).toBe(
    "<b>&lt;i&gt;</b><b>&lt;i&gt;</b><b>&lt;i&gt;</b>7&quot;",
  );
});
