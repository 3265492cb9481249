import { describe, expect, it } from "vitest";
import { readStatus } from "../engine/status.ts";
import { textOf } from "./text.ts";
import { familiesOf, type Measured } from "./think/families.ts";
import { BOUNDS, FRESH_TALLY } from "./think/tally.ts";

const NOW = Date.parse("2026-01-31T12:00:10Z");

const agent = (name: string, is: string, state = "RUNNING") => ({
  name,
  state,
  enabled: true,
  session: name,
  is,
});

const status = (more: object) =>
  readStatus(
    JSON.stringify({
      schema_version: 1,
      project: "demo",
      phase: { id: "two", index: 1, total: 3, plan: "p", state: "in progress" },
      agents: [
        agent("ada", "working"),
        agent("bob", "asking"),
        agent("eve", "working"),
        agent("dan", "down", "stopped"),
      ],
      watchdog: { pid: 7, epoch: 1, heartbeat: "2026-01-31T12:00:00Z" },
      ...more,
    }),
  );

const measured = (more: Partial<Measured> = {}): Measured => ({
  name: "demo",
  status: status({}),
  tally: FRESH_TALLY,
  tick: 0.012,
  ...more,
});

const linesOf = async (projects: readonly Measured[], format: "openmetrics" | "prometheus" = "openmetrics") =>
  (await textOf(familiesOf({ projects, receivers: [], notifier: null }, NOW), format)).split("\n");

const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[\d.e+-]+|\+Inf|NaN)$/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  gauge: [""],
  counter: ["_total"],
  histogram: ["_bucket", "_sum", "_count"],
};

/** As strict as a reader of OpenMetrics may be; the text's families, or why it is none. */
function parse(text: string): ReadonlyMap<string, string> {
  if (!text.endsWith("# EOF\n")) throw new Error("it has no end");
  const types = new Map<string, string>();
  const seen = new Set<string>();
  let family = "";
  for (const line of text.split("\n").slice(0, -2)) {
    const [, word, name = "", rest = ""] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? [];
    if (word === "HELP" && types.has(name)) throw new Error(`${name} is there twice`);
    if (word !== undefined) {
      family = name;
      if (word === "TYPE") types.set(name, rest);
      continue;
    }
    const [, sample = "", labels = ""] = SAMPLE.exec(line) ?? [];
    const suffixes = SUFFIXES[types.get(family) ?? ""] ?? [];
    if (!suffixes.some((suffix) => sample === family + suffix)) throw new Error(`not of ${family}: ${line}`);
    if (seen.has(`${sample}{${labels}}`)) throw new Error(`twice: ${line}`);
    seen.add(`${sample}{${labels}}`);
  }
  return types;
}

describe("the text of a scrape", () => {
  it("is OpenMetrics, whatever the names hold and with whatever is missing", async () => {
    const projects = [
      measured(),
      measured({ name: "b", status: null, tick: null }),
      measured({ name: 'c"\\\n', status: status({ phase: null, agents: [], watchdog: null }), tick: null }),
    ];
    const types = parse((await linesOf(projects)).join("\n"));
    expect(types.get("fleet_messages")).toBe("counter");
    expect(types.get("fleet_handoff_latency_seconds")).toBe("histogram");
    expect(parse((await linesOf([])).join("\n")).size).toBe(0);
  });

  it("has the older format for who reads no other", async () => {
    const lines = await linesOf([measured()], "prometheus");
    expect(lines).toContain("# TYPE fleet_messages_total counter");
    expect(lines).not.toContain("# EOF");
  });

  it("says how a project is", async () => {
    const lines = await linesOf([measured()]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'fleet_project_answers{project="demo"} 1',
        'fleet_watchdog_up{project="demo"} 1',
        'fleet_watchdog_heartbeat_age_seconds{project="demo"} 10',
        'fleet_watchdog_last_tick_seconds{project="demo"} 0.012',
        'fleet_agents{project="demo",state="working"} 2',
        'fleet_agents{project="demo",state="asking"} 1',
        'fleet_agent_running{project="demo",agent="dan"} 0',
        'fleet_agent_needs_human{project="demo",agent="bob"} 1',
        'fleet_agent_needs_human{project="demo",agent="ada"} 0',
        'fleet_phases{project="demo"} 3',
        'fleet_phases_completed{project="demo"} 1',
        'fleet_messages_total{project="demo",end="refused"} 0',
      ]),
    );
  });

  it.each([
    ["none runs", { watchdog: null }, 0],
    ["it hangs", { watchdog: { pid: 7, epoch: 1, heartbeat: "2026-01-31T11:00:00Z", stale: true } }, 0],
    [
      "it can't go on",
      { watchdog: { pid: 7, epoch: 1, heartbeat: "2026-01-31T12:00:00Z", trouble: "disk" } },
      0,
    ],
  ])("says that a watchdog is not up when %s", async (_, more, up) => {
    expect(await linesOf([measured({ status: status(more) })])).toContain(
      `fleet_watchdog_up{project="demo"} ${up}`,
    );
  });

  it("says of a project whose engine does not answer that, and what was counted", async () => {
    const tally = { ...FRESH_TALLY, restarts: { ada: { stalled: 3 } } };
    const lines = await linesOf([measured({ status: null, tick: null, tally })]);
    expect(lines).toContain('fleet_project_answers{project="demo"} 0');
    expect(lines).toContain('fleet_agent_restarts_total{project="demo",agent="ada",reason="stalled"} 3');
    expect(lines.some((line) => line.startsWith("fleet_watchdog_up"))).toBe(false);
  });

  it("counts up the parts of the histogram", async () => {
    const counts = BOUNDS.map((_, nth) => nth).concat(100);
    const lines = await linesOf([measured({ tally: { ...FRESH_TALLY, handoffs: { counts, sum: 12.5 } } })]);
    const shown = lines.filter((line) => line.startsWith("fleet_handoff_latency_seconds"));
    expect(shown[0]).toBe('fleet_handoff_latency_seconds_bucket{project="demo",le="0.1"} 0');
    expect(shown[3]).toBe('fleet_handoff_latency_seconds_bucket{project="demo",le="1.0"} 6');
    expect(shown.slice(-3)).toEqual([
      'fleet_handoff_latency_seconds_bucket{project="demo",le="+Inf"} 155',
      'fleet_handoff_latency_seconds_sum{project="demo"} 12.5',
      'fleet_handoff_latency_seconds_count{project="demo"} 155',
    ]);
  });
});
