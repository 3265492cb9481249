import type { Duration } from "../src/watch/time.ts";
import type { Chance } from "./chance.ts";
import { FAULTS, type Fault, type FaultKind } from "./faults.ts";
import { nameOf, POINTS } from "./points.ts";
import type { Stage } from "./stage.ts";
import type { World } from "./world.ts";

/** What goes wrong in a seed's world, and when. */

const second = 1_000;

/** What it takes to come to a place that a watchdog seldom passes. */
const LEADS: Readonly<Record<string, FaultKind>> = {
  "disk.move": "message-is-garbled",
  "tmux.end": "person-takes-all-down",
};

const KINDS = Object.keys(FAULTS) as FaultKind[];

/** What a seed's faults are drawn from, where that is not left to the seed. */
export interface Bounds {
  readonly kinds?: readonly FaultKind[] | undefined;
  /** Names of points, as "tmux.open before". */
  readonly points?: readonly string[] | undefined;
}

/**
 * Which kinds of fault a seed knows at all, and when which of them strikes whom. Kinds and points have their turns,
 * seed after seed, so that a run of many leaves none of them to chance.
 */
export function planOf(
  chance: Chance,
  world: World,
  span: Duration,
  seed: number,
  bounds: Bounds = {},
): readonly Fault[] {
  const { size } = world;
  const turn = KINDS.slice(seed % KINDS.length)[0] ?? "dies";
  const some = Array.from({ length: chance.int(...size.kinds) }, () => chance.pick(KINDS));
  const deaths: readonly FaultKind[] = chance.happens(0.4) ? ["watchdog-dies-at-a-point"] : [];
  const known = bounds.kinds ?? [turn, ...deaths, ...some];
  const points = bounds.points?.flatMap((name) => POINTS.filter((one) => nameOf(one) === name)) ?? POINTS;
  const agents = world.site.project.agents.map(({ name }) => name);
  const count = bounds.kinds === undefined ? chance.int(...size.faults) : chance.int(4, 14);
  const faults = Array.from({ length: count }, (_, index): Fault => {
    const loops = agents.slice(0, 2);
    return {
      kind: index < known.length && index < 2 ? (known[index] ?? turn) : chance.pick(known),
      at: chance.int(0, span),
      agent: chance.happens(0.6) ? chance.pick(loops) : chance.pick(agents),
      amount: chance.int(2 * second, size.longest),
      point: points[(3 * seed + index) % points.length] ?? null,
    };
  });
  const leading = faults.flatMap(({ kind, point, at }, index) => {
    const lead = kind.includes("at-a-point") ? LEADS[point?.effect ?? ""] : undefined;
    const [agent = ""] = agents;
    return lead === undefined
      ? []
      : [{ kind: lead, at: at + 100, agent, amount: 20 * second + index, point }];
  });
  if (bounds.kinds === undefined) faults.push(...leading);
  return faults.toSorted((one, other) => one.at - other.at);
}

export function strike(world: World, stage: Stage, fault: Fault): void {
  // It goes on for a while, and what it did to the keeper's pauses for some time more.
  world.disturbed = Math.max(world.disturbed, world.hours.now() + fault.amount + 40 * second);
  world.tell({ what: "fault", kind: fault.kind });
  FAULTS[fault.kind](world, stage, fault);
}
