import type { Duration } from "../src/watch/time.ts";
import { note } from "./coverage.ts";
import type { Fault } from "./faults.ts";
import { judge, type Verdict } from "./judge.ts";
import { bringUp, hold, order, wish } from "./people.ts";
import { type Bounds, planOf, strike } from "./plan.ts";
import { SIZE_OF_A_MUTANTS_WORLD } from "./size.ts";
import { createStage } from "./stage.ts";
import { createWorld, type Event, type World } from "./world.ts";

const minute = 60_000;

/** How one seed went. */
export interface Outcome {
  readonly seed: number;
  /** The first thing that must not be; null when all was well. */
  readonly verdict: Verdict | null;
  readonly faults: readonly Fault[];
  /** How often each thing happened that a run of many seeds must have seen. */
  readonly seen: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

export interface Choices {
  /** These instead of the seed's own. */
  readonly faults?: readonly Fault[];
  readonly bounds?: Bounds | undefined;
  readonly trace?: boolean;
}

/**
 * One world from its beginning to its end: first whatever may go wrong does,
 * then nothing more goes wrong, and everything must come to its good end.
 */
export async function simulate(
  seed: number,
  { faults, bounds, trace = false }: Choices = {},
): Promise<Outcome> {
  const world = await createWorld(seed, bounds === undefined ? undefined : SIZE_OF_A_MUTANTS_WORLD);
  const { size } = world;
  const stage = createStage(world);
  const chance = world.chance.fork("faults");
  const span = chance.int(...size.span) * minute;
  const planned = faults ?? planOf(chance, world, span, seed, bounds);
  const lines: string[] = [];
  const seen = new Map<string, number>();
  const verdict = judge(world, stage);
  const count = (word: string) => seen.set(word, (seen.get(word) ?? 0) + 1);
  world.hear((event) => note(event, count));
  if (trace) world.hear((event) => lines.push(...tell(world, event)));
  const { project } = world.site;
  const names = project.agents.filter(({ enabled }) => enabled).map(({ name }) => name);
  wish(world, names, "up");
  world.hours.after(1, () => stage.start());
  for (const fault of planned) world.hours.after(fault.at, () => strike(world, stage, fault));
  let calm = false;
  let complete = false;
  world.hear((event) => {
    if (event.what === "saved") complete = event.records.completed;
  });
  world.hours.after(span + size.rest, () => {
    calm = true;
    settle(world, stage, names);
  });
  const bound = span + size.rest + patience(world);
  world.hours.after(bound, () => world.tell({ what: "over" }));
  await world.hours.run(() => verdict() !== null || world.hours.now() >= bound || (calm && complete));
  if (verdict() === null) world.tell({ what: "over" });
  for (const point of stage.passed) count(`pass ${point}`);
  return { seed, verdict: verdict(), faults: planned, seen, trace: lines };
}

/** Nothing goes wrong any more, and whoever was given up or stopped is asked for again. */
function settle(world: World, stage: ReturnType<typeof createStage>, names: readonly string[]): void {
  world.files.refuse(null);
  world.machine.trouble = null;
  world.repository.trouble = null;
  world.limit = null;
  for (const { session, name } of world.site.project.agents) {
    world.machine.scroll(session, false);
    Object.assign(world.quirksOf(name), {
      neverReady: false,
      refuseResume: false,
      unpushed: false,
      trust: 0,
      mortal: 0,
    });
  }
  world.machine.clearForeign();
  world.config.restore();
  world.disturbed = world.hours.now();
  hold(world, null);
  bringUp(world, stage, names);
  for (const name of names.slice(0, 2)) {
    const body = world.bodies.get(name);
    // Who waits for a time that never comes is the watchdog's to find.
    if (body?.state !== "waiting" || body.wait !== null) order(world, name, world.hours.now());
  }
  world.tell({ what: "calm" });
}

/** How long the rest may take at most, when nothing goes wrong any more. */
function patience({ site: { project }, gatesOf }: World): Duration {
  const { max_wait, stall_grace, stall_idle, signal_tick, start_limit_window } = project.supervision;
  const phases = project.loop?.phases.length ?? 0;
  return (
    phases * gatesOf("") * 2 * (max_wait + stall_grace + 4 * signal_tick) +
    stall_idle +
    start_limit_window +
    60 * minute
  );
}

function tell({ hours }: World, event: Event): readonly string[] {
  const at = (hours.now() / 1000).toFixed(2).padStart(9);
  const line = (words: string) => `${at}  ${words}`;
  switch (event.what) {
    case "journaled":
      return event.entries.map(({ at: _, agent, what, ...more }) =>
        line(`   ${agent ?? "-"} ${what} ${JSON.stringify(more)}`),
      );
    case "saved":
      return [];
    case "opened":
    case "became":
    case "pasted":
    case "pressed":
    case "submitted": {
      const { body, what, ...more } = event;
      return [line(`${body.agent.name} ${body.instance} ${what} ${JSON.stringify(more)}`)];
    }
    case "signalled": {
      const { body, ...more } = event;
      return [line(`${body?.agent.name ?? "?"} ${JSON.stringify(more)}`)];
    }
    case "unwatched":
      return [line(`unwatched ${event.because} ${event.error ?? ""}`)];
    default:
      return [line(JSON.stringify(event))];
  }
}
