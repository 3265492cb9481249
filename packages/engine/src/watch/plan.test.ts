import { describe, expect, it } from "vitest";
import {
  agentOf,
  down,
  LOOP,
  messageOf,
  NOW,
  PERSISTENT,
  policy,
  running,
  SERVICE,
  TASK,
  up,
} from "../../test/scene.ts";
import type { Agent, Project } from "../project.ts";
import type { Course } from "./course.ts";
import { type Facts, inStartOrder, isTurnBegun, sceneOf, turnOf, wishFor } from "./plan.ts";
import { type AgentRecord, FRESH_RECORD } from "./record.ts";
import { FRESH_RECORDS, NO_WISHES, type Records, type Wishes } from "./records.ts";
import type { Wish } from "./scene.ts";

const project: Project = {
  session_prefix: "x-",
  log_dir: ".state",
  models: {},
  backends: {},
  agents: [LOOP],
  loop: {
    kickoff_template: null,
    roles_dir: null,
    docs_dir: "docs",
    done_by: "builder",
    done_source: "local",
    phases: [{ id: "a", plan: "a.md", models: {} }],
    on_complete: null,
    handoff: null,
  },
  supervision: policy,
};
const on: Course = {
  phase: "a",
  turn: 4,
  since: 1,
  obeyed: 0,
  asked: false,
  complete: null,
  paused: false,
  stale: null,
  lost: false,
};
const over: Course = { ...on, complete: 2 };
/** What a tick knows when nothing runs and nothing is to be said. */
const NOTHING: Facts = {
  wishes: NO_WISHES,
  sighting: () => ({ pane: "absent", with: "session" }),
  blocked: () => null,
  lacks: () => null,
  restraint: () => null,
  door: () => false,
  signs: () => [],
  leftovers: () => 0,
  working: () => null,
  slots: () => null,
  message: () => null,
  rescue: () => "over",
};
const asked: Wishes = { ...NO_WISHES, agents: { builder: up(NOW, true) } };

describe("the wish for an agent", () => {
  it.each([
    ["is what was asked for", LOOP, asked, on, up(NOW, true)],
    ["is down when nothing was asked for", LOOP, NO_WISHES, on, { state: "down", at: 0, anew: false }],
    ["ends with the sequence for a loop", LOOP, asked, over, { state: "down", at: NOW, anew: true }],
    ["does not end with it for others", PERSISTENT, asked, over, up(NOW, true)],
    ["does not wait for a course", LOOP, asked, null, up(NOW, true)],
  ] as const)("%s", (_, agent, wishes, course, expected) => {
    expect(wishFor(agent, wishes, course)).toEqual(expected);
  });
});

describe("the turn of an agent", () => {
  it.each([
    ["is that of the phases for a loop", LOOP, project, on, 4],
    ["is none before they began", LOOP, project, null, null],
    ["is none without phases", LOOP, { ...project, loop: null }, on, null],
    ["is none for a persistent agent", PERSISTENT, project, on, null],
    ["is none for a task", TASK, project, on, null],
    ["is none for a service", SERVICE, project, on, null],
  ] as const)("%s", (_, agent, file, course, expected) => {
    expect(turnOf(agent, file, course)).toBe(expected);
  });
});

describe("a turn has begun", () => {
  const run = (turn: number | null) => ({ ...running(5), run: { ...running(5).run, turn } }) as AgentRecord;
  const read = (turn: number) => ({ seen: "a1", turn });
  it.each([
    ["when the branch was read for it", read(4), {}, true],
    ["not when it was read for the turn before", read(3), {}, false],
    ["not while only loops of the turn before run", read(3), { builder: run(3) }, false],
    [
      "when one of its loops runs, though the branch was never read for it",
      read(3),
      { builder: run(4) },
      true,
    ],
    ["not with an agent that is no loop", read(3), { chief: run(4) }, false],
    ["not before the branch was ever read", null, {}, false],
  ] as const)("%s", (_, handoff, agents, begun) => {
    expect(isTurnBegun({ ...FRESH_RECORDS, course: on, handoff, agents }, project)).toBe(begun);
  });

  it("not before there are phases", () => {
    expect(isTurnBegun({ ...FRESH_RECORDS, handoff: read(4) }, project)).toBe(false);
  });
});

describe("a scene", () => {
  const asking: unknown[] = [];
  const facts: Facts = {
    wishes: asked,
    sighting: (_, since) => {
      asking.push(since);
      return { pane: "foreign" };
    },
    blocked: () => "no workdir",
    restraint: () => ({ by: "hold", because: "on hold", until: 7 }),
    lacks: () => "no server",
    door: () => false,
    signs: () => [],
    leftovers: () => null,
    working: () => null,
    slots: () => null,
    message: () => messageOf(),
    rescue: () => "due",
  };
  const records: Records = {
    ...FRESH_RECORDS,
    course: on,
    restarted: 1_000,
    agents: { builder: running(5) },
  };

  it("holds all that one tick knows", () => {
    expect(sceneOf(LOOP, project, records, facts)).toEqual({
      agent: LOOP,
      wish: up(NOW, true),
      policy,
      record: running(5),
      sighting: { pane: "foreign" },
      signs: [],
      turn: 4,
      blocked: "no workdir",
      restraint: { by: "hold", because: "on hold", until: 7 },
      lacks: "no server",
      severed: null,
      door: false,
      leftovers: null,
      working: null,
      serverRest: 0,
      grace: 0,
      booted: 0,
      restartGap: 1_000 + policy.restart_gap,
      slots: null,
      message: messageOf(),
      quit: "/quit",
      drain: 1 + policy.turn_grace,
      stopsAfter: null,
      rescue: "due",
    });
    expect(asking).toEqual([NOW - 5]);
  });

  it("of an agent that never ran has nothing left over", () => {
    const scene = sceneOf(LOOP, project, FRESH_RECORDS, facts);
    expect(scene).toMatchObject({ record: FRESH_RECORD, leftovers: 0, turn: null });
  });
});

describe("who is at work may end its turn", () => {
  const grace = policy.turn_grace;
  const wished = (wish: Wish | null, off = false): Wishes => ({
    ...NO_WISHES,
    off,
    agents: wish === null ? {} : { [LOOP.name]: wish, [PERSISTENT.name]: wish },
  });
  const asUp = wished(up(NOW));
  const drain = { ...down(NOW), drain: NOW + 5 };
  it.each([
    ["for a while when its phase is done", LOOP, asUp, on, on.since + grace],
    ["for a while when the last phase is done", LOOP, asUp, over, 2 + grace],
    ["also where a person went to the last phase", LOOP, asUp, { ...over, asked: true }, 2 + grace],
    ["not when a person goes to another phase", LOOP, asUp, { ...on, asked: true }, null],
    ["not when there is no phase", LOOP, asUp, null, null],
    ["not by the phases when it follows none", PERSISTENT, asUp, over, null],
    ["not when it is wished down", LOOP, wished(down(NOW)), on, null],
    ["not when it was never wished up", LOOP, wished(null), on, null],
    ["not when all are wished down", LOOP, wished(up(NOW), true), over, null],
    ["as long as a person says", LOOP, wished(drain), on, NOW + 5],
    ["as long as a person says of all", PERSISTENT, wished(drain, true), null, NOW + 5],
  ] as const)("%s", (_, agent, wishes, course, expected) => {
    const facts = { ...NOTHING, wishes };
    expect(sceneOf(agent, project, { ...FRESH_RECORDS, course }, facts).drain).toBe(expected);
  });
});

describe("the order of stops", () => {
  const [log, ada, bob, eve] = [
    agentOf("service", "heal", { name: "log" }),
    agentOf("persistent", "heal", { name: "ada" }),
    agentOf("loop", "heal", { name: "bob" }),
    agentOf("task", "none", { name: "eve" }),
  ];
  const agents = [log, ada, bob, eve];
  const wished = (at: Readonly<Record<string, number>>): Wishes => ({
    ...asked,
    agents: Object.fromEntries(
      Object.entries(at).map(([name, when]) => [name, { state: "down", at: when, anew: false }]),
    ),
  });
  const waits = (
    agent: Agent,
    runs: readonly string[],
    at: Readonly<Record<string, number>>,
    foreign = "",
  ) => {
    const records = { ...FRESH_RECORDS, agents: Object.fromEntries(runs.map((name) => [name, running(5)])) };
    const facts: Facts = {
      ...NOTHING,
      wishes: wished(at),
      sighting: ({ name }) => (name === foreign ? { pane: "foreign" } : { pane: "absent", with: "session" }),
    };
    return sceneOf(agent, { ...project, agents }, records, facts).stopsAfter;
  };
  const together = { log: NOW, ada: NOW, bob: NOW, eve: NOW };

  it("is loops, tasks, persistent agents, services", () => {
    const all = ["log", "ada", "bob", "eve"];
    expect(waits(bob, all, together)).toBe(null);
    expect(waits(eve, all, together)).toBe("bob");
    expect(waits(ada, ["log", "ada", "eve"], together)).toBe("eve");
    expect(waits(log, ["log", "ada"], together)).toBe("ada");
    expect(waits(log, ["log"], together)).toBe(null);
  });

  it("holds for those that one wish brings down, and for no others", () => {
    expect(waits(ada, ["ada", "bob"], { ada: NOW, bob: NOW - 1 })).toBe(null);
  });

  it("waits for nobody whose session is foreign", () => {
    expect(waits(ada, ["ada", "bob"], together, "bob")).toBe(null);
  });
});

describe("the order of starts", () => {
  it("is services, persistent agents, tasks, loops, and else that of the file", () => {
    const named = (name: string, kind: Parameters<typeof agentOf>[0]) => agentOf(kind, "heal", { name });
    const agents = [
      named("l1", "loop"),
      named("p1", "persistent"),
      named("s1", "service"),
      named("t1", "task"),
    ];
    const more = [named("l2", "loop"), named("s2", "service"), named("p2", "persistent")];
    const order = inStartOrder([...agents, ...more]).map(({ name }) => name);
    expect(order).toEqual(["s1", "s2", "p1", "p2", "t1", "l1", "l2"]);
  });
});
