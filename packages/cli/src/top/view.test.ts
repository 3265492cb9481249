import { describe, expect, it } from "vitest";
import { agentIs, ago, boardOf, hence, NOW, statusOf } from "../../test/board.ts";
import { textOf, widthOf } from "./cells.ts";
import type { Board, Told } from "./rows.ts";
import { BEGINNING, type State } from "./state.ts";
import { view } from "./view.ts";

const phase = (index: number, total: number, state = "in progress") => ({
  ...{ id: `p${index + 1}`, index, total, plan: "p.md", state },
});
const told = (project: string, agent: string | null, text: string, seconds: number): Told => ({
  ...{ project, agent, text, at: NOW - seconds * 1000, tone: "plain" },
});

const SHOP = boardOf(
  {
    blog: statusOf([agentIs("writer", "working", { backend: "claude", model: "claude-opus-4-8" })]),
    shop: statusOf(
      [
        agentIs("builder", "waiting", { until: hence(272), is_since: ago(60) }),
        agentIs("adversary", "limited", {
          why: "is at a usage limit",
          until: hence(3872),
          is_since: ago(200),
        }),
        agentIs("hello", "asking", {
          why: "asks: Trust this folder?",
          is_since: ago(720),
          kind: "persistent",
        }),
      ],
      { phase: phase(1, 3) },
    ),
  },
  [told("shop", "hello", "asks: Trust this folder?", 720), told("blog", null, "phase one began", 5)],
);

const shown = (board: Board, columns: number, rows: number, state: State = BEGINNING): readonly string[] =>
  view(board, state, { columns, rows }, NOW).map((line) => textOf(line).trimEnd());

/** Of a size: as many lines as there are, and none that runs over. */
function expectToFit(
  board: Board,
  columns: number,
  rows: number,
  state: State = BEGINNING,
): readonly string[] {
  const lines = shown(board, columns, rows, state);
  expect(lines).toHaveLength(rows);
  for (const text of lines) expect(widthOf(text), text).toBeLessThanOrEqual(columns);
  return lines;
}

describe("the screen of a fleet", () => {
  it("has who needs a person first, with the reason, since when and what comes next", () => {
    expect(shown(SHOP, 80, 24)).toEqual([
      "fleet  2 projects, 4 agents  ! 1 needs you  ~ 1 ailing",
      "   shop         ███▒▒▒▒░░░ 2/3 p2  3 RUNNING",
      "›!   hello      asking    12m                 asks: Trust this folder?",
      " ~   adversary  limited    3m  limit 1:04:32  is at a usage limit",
      "     builder    waiting    1m  wait 4:32      demo sonnet",
      "   blog                            1 RUNNING",
      "     writer     working    2h                 claude claude-opus-4-8",
      "── shop/hello ──────────────────────────────────────────────────────────────────",
      "asks: Trust this folder?",
      "persistent, demo, sonnet, up for 2h",
      "type: fleet attach shop hello",
      "── last ────────────────────────────────────────────────────────────────────────",
      "11:48:00  shop hello  asks: Trust this folder?",
      "11:59:55  blog -      phase one began",
      ...Array(9).fill(""),
      "Enter attach  s send  r restart  w why  l log  / filter  ? help  q quit",
    ]);
  });

  it.each([
    [60, 24],
    [200, 50],
    [40, 12],
    [80, 6],
    [20, 4],
    [10, 3],
    [500, 200],
  ])("fits a terminal of %d columns and %d rows", (columns, rows) => {
    const lines = expectToFit(SHOP, columns, rows);
    if (columns >= 40) expect(lines.join("\n")).toMatch(/›! {3}hello .*asking/);
  });

  it("says so while nothing was seen yet, where there is no project, and where all is well", () => {
    expect(shown({ looked: false, projects: [], happened: [] }, 80, 24)[0]).toBe(
      "fleet  0 projects  looking …",
    );
    const none = shown({ looked: true, projects: [], happened: [] }, 80, 24);
    expect(none[1]).toBe("  no projects yet: fleet create-project NAME");
    expect(shown(boardOf({ a: statusOf([agentIs("x", "working")]) }), 80, 24)[0]).toBe(
      "fleet  1 project, 1 agent  all is well",
    );
  });

  it("opens of a hundred projects only those of concern, and shows what is selected", () => {
    const well = statusOf([agentIs("a", "working"), agentIs("b", "ready")]);
    const sick = statusOf([agentIs("a", "working"), agentIs("b", "failed", { why: "FAILED 5 starts" })]);
    const many = boardOf(
      Object.fromEntries(Array.from({ length: 100 }, (_, nth) => [`p${nth}`, nth === 70 ? sick : well])),
    );
    const lines = expectToFit(many, 80, 24);
    expect(lines.slice(0, 6)).toEqual([
      "fleet  100 projects, 200 agents  ! 1 needs you",
      "   p70  2 RUNNING",
      "›!   b  failed     2h              FAILED 5 starts",
      "     a  working    2h              demo sonnet",
      "   p0   + 2 RUNNING",
      "   p1   + 2 RUNNING",
    ]);
    const further = expectToFit(many, 80, 24, { ...BEGINNING, selected: "p99", at: 101 });
    expect(further.find((line) => line.startsWith("›"))).toBe("›  p99  + 2 RUNNING");
  });

  it("shows a long reason in full below the list, as far as three lines go", () => {
    const why = `asks: ${"a word and another ".repeat(20)}`;
    const lines = expectToFit(boardOf({ a: statusOf([agentIs("x", "asking", { why })]) }), 80, 24);
    expect(lines[2]?.endsWith("…")).toBe(true);
    const at = lines.findIndex((line) => line.startsWith("── a/x"));
    expect(lines[at + 2]?.endsWith("…")).toBe(true);
    expect(lines[at + 3]).toBe("type: fleet attach a x");
  });

  it("keeps its columns beside wide characters, and cuts none in half", () => {
    const board = boardOf({
      店: statusOf([agentIs("作者", "asking", { why: "文件夹可信吗？".repeat(30) }), agentIs("ab", "ready")]),
    });
    for (const columns of [40, 41, 60, 61, 80]) expectToFit(board, columns, 24);
    const [, , wide = "", narrow = ""] = shown(board, 80, 24);
    expect(widthOf(wide.slice(0, wide.indexOf("asking")))).toBe(narrow.indexOf("ready"));
  });

  it("lets no control character through, wherever it comes from", () => {
    const evil = "\u001b[2J\u001b]0;owned\u0007\r\nx\u202e\u0000";
    const board = boardOf(
      {
        [evil]: statusOf(
          [agentIs(evil, "asking", { why: evil, backend: evil, session: evil, until: evil })],
          {
            phase: { ...phase(0, 2), id: evil, plan: evil, state: evil },
            notes: [evil],
          },
        ),
      },
      [told(evil, evil, evil, 1)],
    );
    const states: readonly State[] = [
      BEGINNING,
      { ...BEGINNING, selected: evil },
      { ...BEGINNING, filter: evil, note: { text: evil, tone: "bad" } },
      { ...BEGINNING, mode: { is: "compose", project: evil, agent: evil, text: evil } },
      { ...BEGINNING, mode: { is: "text", title: evil, reading: null, text: evil, top: 0 } },
    ];
    for (const state of states)
      for (const text of expectToFit(board, 120, 30, state)) expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("says of a project that can't be asked why, and what to do", () => {
    const { projects, ...rest } = SHOP;
    const [{ project } = { project: null }] = projects;
    if (project === null) throw new Error("there is no project");
    const because = "the engine of blog is not checked out yet";
    const of = { level: "needs-you", agent: null, reason: because, since: null, others: 0 } as const;
    const attention = { ...of, command: "git submodule update" };
    const lines = shown({ ...rest, projects: [{ project, status: null, because, attention }] }, 80, 24);
    expect(lines.slice(0, 2)).toEqual([
      "fleet  1 project, 0 agents  ! 1 needs you",
      "›! blog  the engine of blog is not checked out yet",
    ]);
    expect(lines).toContain("type: git submodule update");
  });

  it("draws phases as far as they are done", () => {
    const bars = [
      phase(0, 2),
      phase(1, 2, "done"),
      phase(1, 2, "complete"),
      phase(-1, 2),
      { ...phase(0, 4), paused: true },
    ];
    const board = boardOf(
      Object.fromEntries(bars.map((one, nth) => [`p${nth}`, statusOf([], { phase: one })])),
    );
    expect(shown(board, 80, 24).slice(1, 6)).toEqual([
      "›  p0  ▒▒▒▒▒░░░░░ 1/2 p1           no agents",
      "   p1  ██████████ 2/2 p2 done      no agents",
      "   p2  ██████████ 2/2 p2 complete  no agents",
      "   p3  ░░░░░░░░░░ -/2 p0           no agents",
      "   p4  ▒▒▒░░░░░░░ 1/4 p1 paused    no agents",
    ]);
  });

  it("says what a person keeps from going on", () => {
    const hold = { since: ago(60), until: hence(7200), by: "ada", why: "a move" };
    const standstill = { since: ago(60), by: "ada", why: null };
    const agents = [agentIs("x", "ready")];
    const board = boardOf({ a: statusOf(agents, { hold }), b: statusOf(agents, { standstill }) });
    const lines = shown(board, 80, 24);
    expect([lines[1], lines[3]]).toEqual([
      "   a    on hold 2:00:00  1 RUNNING",
      "   b    stopped by stop-everything  1 RUNNING",
    ]);
  });

  it("shows what is typed at its end, and the question before a restart", () => {
    const compose = {
      is: "compose",
      project: "shop",
      agent: "hello",
      text: `${"x".repeat(100)} the end`,
    } as const;
    expect(expectToFit(SHOP, 60, 24, { ...BEGINNING, mode: compose }).at(-1)).toMatch(
      /^to shop\/hello: x+ the end_$/,
    );
    const restart = { is: "restart", project: "shop", agent: null } as const;
    expect(shown(SHOP, 80, 24, { ...BEGINNING, mode: restart }).at(-1)).toBe(
      "restart all of shop that is up? its run is ended, a new one begins: y / n",
    );
  });

  it("shows a text from where one is, and a log from its end", () => {
    const text = Array.from({ length: 50 }, (_, nth) => `line ${nth + 1}`).join("\n");
    const mode = { is: "text", title: "log of shop/hello", reading: null, text, top: "end" } as const;
    const lines = expectToFit(SHOP, 80, 24, { ...BEGINNING, mode });
    expect([lines[0]?.slice(0, 20), lines[1], lines[22], lines[23]]).toEqual([
      ...["── log of shop/hello", "line 29", "line 50", "q back  up, down, PgUp, PgDn  lines 29 to 50 of 50"],
    ]);
  });
});
