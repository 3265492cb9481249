import { describe, expect, it } from "vitest";
import { LOOP, minute, NOW, PERSISTENT, policy, runOf, SERVICE } from "../../test/scene.ts";
import type { Agent, Project } from "../project.ts";
import {
  type InForce,
  inForceOf,
  orphansIn,
  pendingIn,
  projectIn,
  receive,
  release,
  withEnvironment,
} from "./in-force.ts";
import { FRESH_RECORD } from "./record.ts";

const named = (agent: Agent, name: string): Agent => ({ ...agent, name, role: name, session: `x-${name}` });
const project: Project = {
  session_prefix: "x-",
  log_dir: "state",
  models: {},
  backends: {},
  agents: [named(PERSISTENT, "chief"), named(LOOP, "builder"), named(SERVICE, "logs")],
  loop: null,
  supervision: policy,
};

describe("the backend of an agent", () => {
  const backends = (runs: Readonly<Record<string, string | null>>, env: Readonly<Record<string, string>>) =>
    withEnvironment(
      project,
      {
        agents: Object.fromEntries(
          Object.entries(runs).map(([name, backend]) => [
            name,
            { ...FRESH_RECORD, run: { ...runOf(NOW - minute), backend } },
          ]),
        ),
      },
      env,
    ).agents.map(({ backend }) => backend);

  it.each([
    ["is the file's when nobody says another", {}, {}, ["demo", "demo", null]],
    [
      "is that of LOOP_BACKEND for loops that are to be started",
      {},
      { LOOP_BACKEND: "codex" },
      ["demo", "codex", null],
    ],
    [
      "is that of its start while it runs",
      { builder: "demo" },
      { LOOP_BACKEND: "codex" },
      ["demo", "demo", null],
    ],
    ["stays that of its start when LOOP_BACKEND is gone", { builder: "codex" }, {}, ["demo", "codex", null]],
    [
      "of a run that was found is the one it would get",
      { builder: null },
      { LOOP_BACKEND: "codex" },
      ["demo", "codex", null],
    ],
  ] as const)("%s", (_, runs, env, expected) => {
    expect(backends(runs, env)).toEqual(expected);
  });
});

describe("agents.toml, read again", () => {
  const at = NOW;
  const nobody = () => false;
  const only =
    (...names: readonly string[]) =>
    (name: string) =>
      names.includes(name);
  const first = inForceOf("h-1", project);
  const edited = (
    change: (agents: readonly Agent[]) => readonly Agent[],
    more: Partial<Project> = {},
  ): Project => ({
    ...project,
    ...more,
    agents: change(project.agents),
  });
  const other = (name: string, more: Partial<Agent>) =>
    edited((agents) => agents.map((agent) => (agent.name === name ? { ...agent, ...more } : agent)));
  const valid = (next: Project, hash = "h-2") => ({ is: "valid", hash, project: next }) as const;
  const take = (next: Project, runs: (name: string) => boolean, before: InForce = first) =>
    receive(before, valid(next), runs, at).inForce;

  it.each<[string, Project, readonly string[]]>([
    ["nothing that counts at a start", project, []],
    ["what concerns the watchdog alone", other("builder", { watch: "none", enabled: false }), []],
    ["its arguments", other("builder", { args: ["-x"] }), ["builder"]],
    ["its session", other("builder", { session: "x-bld" }), ["builder"]],
    ["its kind", other("builder", { kind: "persistent" }), ["builder"]],
    ["its model", other("builder", { model: "opus" }), ["builder"]],
    ["its role", other("builder", { role: "builders" }), ["builder"]],
    ["a service's command", other("logs", { command: ["false"] }), ["logs"]],
    [
      "its program's settings",
      edited((agents) => agents, {
        backends: {
          demo: { command: null, args: ["-x"], env: {}, env_file: null, trust_workdirs: false, server: null },
        },
      }),
      ["chief", "builder"],
    ],
    ["how patient to be", edited((agents) => agents, { supervision: { ...policy, start_limit: 1 } }), []],
  ])("holds on to who runs with another setting: %s", (_, next, expected) => {
    const inForce = take(next, only("chief", "builder", "logs"));
    expect([...pendingIn(inForce)].toSorted()).toEqual([...expected].toSorted());
    expect(orphansIn(inForce)).toEqual([]);
    const now = projectIn(inForce).agents;
    for (const name of expected) {
      const [old, one] = [project.agents, now].map((agents) => agents.find((agent) => agent.name === name));
      expect(one).toEqual(old);
    }
    // Who does not run is what the file says.
    expect(projectIn(take(next, nobody))).toEqual(next);
  });

  it("counts at once what concerns the watchdog alone, also for who waits for a restart", () => {
    const next = other("builder", { args: ["-x"], watch: "none" });
    expect(projectIn(take(next, only("builder"))).agents[1]).toMatchObject({ args: [], watch: "none" });
  });

  it("holds on over several edits to what an agent was started with, until it ends or the edit is undone", () => {
    const once = take(other("builder", { args: ["-x"] }), only("builder"));
    const twice = receive(
      once,
      valid(other("builder", { args: ["-y"] }), "h-3"),
      only("builder"),
      at,
    ).inForce;
    expect(projectIn(twice).agents[1]?.args).toEqual([]);
    expect(projectIn(release(twice, nobody)).agents[1]?.args).toEqual(["-y"]);
    expect(release(twice, only("builder"))).toBe(twice);
    expect(pendingIn(receive(twice, valid(project, "h-4"), only("builder"), at).inForce)).toEqual([]);
  });

  it("keeps who was taken out while it ran, last, until it ends", () => {
    const inForce = take(
      edited((agents) => agents.filter(({ name }) => name !== "chief")),
      only("chief"),
    );
    expect([orphansIn(inForce), pendingIn(inForce)]).toEqual([["chief"], []]);
    expect(projectIn(inForce).agents.map(({ name }) => name)).toEqual(["builder", "logs", "chief"]);
    expect(projectIn(release(inForce, nobody)).agents.map(({ name }) => name)).toEqual(["builder", "logs"]);
  });

  it("tells what came, what went and who waits", () => {
    const next = edited((agents) => [named(PERSISTENT, "new"), { ...(agents[1] ?? LOOP), args: ["-x"] }]);
    expect(receive(first, valid(next), only("builder", "chief"), at).happenings).toEqual([
      {
        ...{ at, what: "config-changed", hash: "h-2" },
        ...{ added: ["new"], removed: ["chief", "logs"], pending: ["builder"] },
      },
    ]);
  });

  const invalid = (because: string, hash = "h-2") => ({ is: "invalid", hash, because }) as const;

  it("keeps to the last good one, tells why once, and tells when all is well again", () => {
    const refused = receive(first, invalid("agents.toml:1:1: no"), nobody, at);
    expect(refused.happenings).toEqual([{ at, what: "config-refused", because: "agents.toml:1:1: no" }]);
    expect(refused.inForce).toEqual({ ...first, refused: { hash: "h-2", because: "agents.toml:1:1: no" } });
    expect(receive(refused.inForce, invalid("agents.toml:1:1: no"), nobody, at)).toEqual({
      inForce: refused.inForce,
      happenings: [],
    });
    expect(
      receive(refused.inForce, invalid("agents.toml:1:1: no", "h-3"), nobody, at).happenings,
    ).toHaveLength(1);
    const back = receive(refused.inForce, { is: "back", hash: "h-1" }, nobody, at);
    expect(back).toEqual({ inForce: first, happenings: [{ at, what: "config-mended" }] });
    const mended = receive(refused.inForce, valid(project), nobody, at);
    expect(mended.happenings.map(({ what }) => what)).toEqual(["config-mended", "config-changed"]);
    expect(mended.inForce.refused).toBe(null);
  });

  it.each<[string, Project, (name: string) => boolean, string | null]>([
    ["another state directory", edited((agents) => agents, { log_dir: "other" }), nobody, "log_dir was"],
    [
      "another prefix while somebody runs",
      edited((a) => a, { session_prefix: "y-" }),
      only("logs"),
      "session_prefix was",
    ],
    ["another prefix while nobody runs", edited((a) => a, { session_prefix: "y-" }), nobody, null],
    [
      "the session of one who runs for another",
      edited((agents) => [...agents.slice(1), { ...named(LOOP, "boss"), session: "x-chief" }]),
      only("chief"),
      "boss wants the session x-chief, in which chief still runs",
    ],
    [
      "the session of one who does not run for another",
      edited((agents) => [...agents.slice(1), { ...named(LOOP, "boss"), session: "x-chief" }]),
      nobody,
      null,
    ],
  ])("refuses %s", (_, next, runs, because) => {
    const { inForce } = receive(first, valid(next), runs, at);
    if (because === null) expect(inForce).toMatchObject({ hash: "h-2", refused: null });
    else
      expect(inForce).toMatchObject({
        hash: "h-1",
        project,
        refused: { because: expect.stringContaining(because) },
      });
  });
});
