import { describe, expect, it } from "vitest";
import { age, columns, renderStatus, renderWide } from "./render.ts";
import type { AgentSurvey, Survey } from "./survey.ts";

const now = Date.UTC(2026, 5, 13, 12);
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const OPUS = "claude-opus-4-8";
const SONNET = "claude-sonnet-4-6";

const agent = (
  name: string,
  kind: AgentSurvey["kind"],
  model: string | null,
  watch: AgentSurvey["watch"],
  more: Partial<AgentSurvey> = {},
): AgentSurvey => ({
  ...{ name, kind, backend: kind === "service" ? null : "claude", model, watch, enabled: true },
  ...{
    state: "RUNNING",
    session: `cc-ci-${name}`,
    pid: 4711,
    since: ago(90),
    is: "working",
    why: "works",
    is_since: null,
    until: null,
  },
  ...{ next_slot: null, last_slot: null },
  ...{ pending: false, orphan: false, restraint: null },
  ...more,
});
const off = {
  enabled: false,
  state: "stopped",
  pid: null,
  since: null,
  is: "down",
  why: "never started",
} as const;

/** A project of nineteen phases, as the one that people know. */
const project: Survey = {
  schema_version: 1,
  project: "cc-ci",
  socket: "/srv/p/.s/tmux.sock",
  phase: {
    id: "poe2e",
    index: 18,
    total: 19,
    plan: "plan-phase-poe2e-end-to-end.md",
    state: "in progress",
    paused: false,
  },
  notes: [],
  agents: [
    agent("orchestrator", "persistent", OPUS, "heal"),
    agent("builder", "loop", OPUS, "heal+stall"),
    agent("adversary", "loop", SONNET, "heal+stall"),
    agent("assistant", "persistent", SONNET, "none", off),
    agent("upgrader", "task", SONNET, "none", { enabled: false }),
    agent("report", "task", OPUS, "none", { enabled: false }),
    agent("cleanlogs", "service", null, null),
  ],
  orphans: [],
  watchdog: {
    ...{ pid: 99, epoch: 3, heartbeat: ago(2) },
    ...{ version: "0.1.0", on_disk: "0.1.0", stale: false, trouble: null },
  },
  keeper: null,
  hold: null,
  standstill: null,
};

const GOLDEN = `phase: poe2e [19/19] plan=plan-phase-poe2e-end-to-end.md (in progress)
orchestrator  persistent  claude  claude-opus-4-8    heal        RUNNING
builder       loop        claude  claude-opus-4-8    heal+stall  RUNNING
adversary     loop        claude  claude-sonnet-4-6  heal+stall  RUNNING
assistant     persistent  claude  claude-sonnet-4-6  none        stopped (disabled)
upgrader      task        claude  claude-sonnet-4-6  none        RUNNING (disabled)
report        task        claude  claude-opus-4-8    none        RUNNING (disabled)
cleanlogs     service     -       -                  -           RUNNING
watchdog      service     -       -                  -           RUNNING
`;

/** Its words, as its predecessor printed them. */
const WORDS = [
  "phase: poe2e [19/19] plan=plan-phase-poe2e-end-to-end.md (in progress)",
  "orchestrator persistent claude claude-opus-4-8 heal RUNNING",
  "builder loop claude claude-opus-4-8 heal+stall RUNNING",
  "adversary loop claude claude-sonnet-4-6 heal+stall RUNNING",
  "assistant persistent claude claude-sonnet-4-6 none stopped (disabled)",
  "upgrader task claude claude-sonnet-4-6 none RUNNING (disabled)",
  "report task claude claude-opus-4-8 none RUNNING (disabled)",
  "cleanlogs service - - - RUNNING",
  "watchdog service - - - RUNNING",
];
const wordsOf = (table: string) =>
  table
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/\s+/).join(" "));
const linesOf = (more: Partial<Survey>) => renderStatus({ ...project, ...more }).split("\n");

describe("status", () => {
  it("is the table that people know, to the byte", () => {
    expect(renderStatus(project)).toBe(GOLDEN);
  });

  it("has the words of its predecessor, in its order", () => {
    expect(wordsOf(renderStatus(project))).toEqual(WORDS);
  });

  it.each([
    [0, 19, "in progress", "phase: 1c [1/19] plan=p.md (in progress)"],
    [18, 19, "in progress", "phase: 1c [19/19] plan=p.md (in progress)"],
    [18, 19, "done", "phase: 1c [19/19] plan=p.md (done)"],
    [18, 19, "complete", "phase: 1c [19/19] plan=p.md (complete)"],
    [0, 1, "complete", "phase: 1c [1/1] plan=p.md (complete)"],
  ] as const)("counts phase %i of %i from one, and says %s", (index, total, state, expected) => {
    expect(linesOf({ phase: { id: "1c", index, total, plan: "p.md", state, paused: false } })[0]).toBe(
      expected,
    );
  });

  it("prints the plan as it is written", () => {
    const phase = {
      id: "1c",
      index: 0,
      total: 1,
      plan: "plans/../p c.md",
      state: "in progress",
      paused: false,
    } as const;
    expect(linesOf({ phase })[0]).toBe("phase: 1c [1/1] plan=plans/../p c.md (in progress)");
  });

  it("has no phase line without phases", () => {
    expect(linesOf({ phase: null })[0]).toMatch(/^orchestrator /);
  });

  it.each([
    ["RUNNING", true, "RUNNING"],
    ["RUNNING", false, "RUNNING (disabled)"],
    ["stopped", true, "stopped"],
    ["stopped", false, "stopped (disabled)"],
    ["unknown", true, "unknown"],
  ] as const)("says %s and enabled %s apart", (state, enabled, expected) => {
    const agents = [agent("a", "loop", OPUS, "none", { state, enabled })];
    expect(linesOf({ agents })[1]).toBe(`a         loop     claude  ${OPUS}  none  ${expected}`);
  });

  it("keeps the order of the file, the watchdog last", () => {
    const agents = project.agents.toReversed();
    const names = linesOf({ agents }).map((line) => line.split(" ")[0]);
    expect(names).toEqual(["phase:", ...agents.map(({ name }) => name), "watchdog", ""]);
  });

  it("is the same whatever the locale, without colours, prefix, numbers or times", () => {
    const later = {
      ...project,
      watchdog: project.watchdog && { ...project.watchdog, pid: 1, epoch: 9, heartbeat: ago(99) },
    };
    expect(renderStatus(later)).toBe(GOLDEN);
    for (const word of ["\u001b", "cc-ci-", "4711"]) expect(GOLDEN).not.toContain(word);
  });

  it("says when there is no watchdog", () => {
    expect(linesOf({ watchdog: null }).at(-2)).toMatch(/^watchdog .* stopped$/);
  });

  it("has no empty cell and no blank at the end of a line", () => {
    for (const line of renderStatus(project).trimEnd().split("\n")) {
      expect(line).not.toMatch(/ $|undefined|null/);
      expect(line.split(/ {2,}/).length).toBe(line.startsWith("phase:") ? 1 : 6);
    }
  });
});

describe("the wide status", () => {
  it("adds since when, and why", () => {
    const agents = [
      agent("builder", "loop", OPUS, "heal"),
      agent("assistant", "persistent", SONNET, "none", off),
    ];
    expect(renderWide({ ...project, phase: null, agents }, now)).toBe(
      `builder    loop        claude  claude-opus-4-8    heal  RUNNING             90s  works
assistant  persistent  claude  claude-sonnet-4-6  none  stopped (disabled)  -    never started
watchdog   service     -       -                  -     RUNNING             2s   epoch 3, pid 99
`,
    );
  });

  it("keeps what a screen said on its line", () => {
    const agents = [agent("a", "loop", OPUS, "heal", { why: "asks: a\u001b[2J\nb" })];
    const wide = renderWide({ ...project, phase: null, agents, watchdog: null }, now);
    expect(wide.split("\n")).toHaveLength(3);
    expect(wide).not.toContain("\u001b");
    expect(wide).toMatch(/watchdog .* stopped {2}-\n$/);
  });
});

describe("the watchdog's row of the wide status", () => {
  const rowOf = (more: Partial<Survey>) =>
    renderWide({ ...project, phase: null, agents: [], ...more }, now)
      .trimEnd()
      .split("\n")
      .at(-1)
      ?.split(/ {2,}/)
      .slice(5);
  const watchdog = (more: Partial<NonNullable<Survey["watchdog"]>>) => ({
    watchdog: project.watchdog && { ...project.watchdog, ...more },
  });

  it.each<[string, Partial<Survey>, readonly string[]]>([
    ["one that is well", {}, ["RUNNING", "2s", "epoch 3, pid 99"]],
    [
      "other code than the one on disk",
      watchdog({ on_disk: "0.2.0" }),
      ["RUNNING", "2s", "runs 0.1.0, on disk is 0.2.0: watchdog restart; epoch 3, pid 99"],
    ],
    [
      "one that can't go on",
      watchdog({ trouble: "the disk is\nfull" }),
      ["RUNNING", "2s", "can't go on: the disk is\\nfull; epoch 3, pid 99"],
    ],
    ["one that hangs", watchdog({ stale: true, heartbeat: ago(240) }), ["STALE", "4m", "epoch 3, pid 99"]],
    ["none", { watchdog: null }, ["stopped", "-"]],
    [
      "one that died again and again",
      { watchdog: null, keeper: { pid: 7, deaths: 3, exit: 70, next: ago(-12) } },
      ["stopped", "-", "died 3 times, last with exit 70; starts again in 12 s; see: logs watchdog"],
    ],
  ])("shows %s", (_, more, expected) => {
    expect(rowOf(more)).toEqual(expected);
  });

  it("comes after the sessions that nobody owns, which the plain table leaves out", () => {
    const orphans = [{ session: "cc-ci-old", pid: 12, instance: "i" }];
    expect(renderWide({ ...project, phase: null, agents: [], orphans }, now)).toMatch(
      /^cc-ci-old +orphan +- +- +- +RUNNING +- +no agent of agents.toml owns its session, pid 12\nwatchdog /,
    );
    expect(renderStatus({ ...project, orphans })).toBe(GOLDEN);
  });
});

describe("an age", () => {
  it.each([
    [0, "0s"],
    [1, "1s"],
    [119, "119s"],
    [120, "2m"],
    [7_199, "120m"],
    [7_200, "2h"],
    [172_799, "48h"],
    [172_800, "2d"],
    [8_640_000, "100d"],
    [-5, "0s"],
  ])("of %i s is %s", (seconds, expected) => {
    expect(age(ago(seconds), now)).toBe(expected);
  });

  it("of nothing is -", () => {
    expect(age(null, now)).toBe("-");
  });
});

describe("columns", () => {
  it.each([
    [
      "are as wide as their widest cell",
      [
        ["a", "b"],
        ["ccc", "d"],
      ],
      ["a    b", "ccc  d"],
    ],
    ["may be missing at the end", [["a"], ["b", "c"]], ["a", "b  c"]],
    [
      "end without blanks",
      [
        ["a", ""],
        ["b", "c"],
      ],
      ["a", "b  c"],
    ],
    ["of nothing are nothing", [], []],
  ])("%s", (_, rows, expected) => {
    expect(columns(rows)).toEqual(expected);
  });
});
