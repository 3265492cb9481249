import type { Duration } from "../src/watch/time.ts";
import { CONFIG } from "./invariants/config.ts";
import { HEALING } from "./invariants/healing.ts";
import { HOLD } from "./invariants/hold.ts";
import { LIMITS } from "./invariants/limits.ts";
import { MESSAGES } from "./invariants/messages.ts";
import { ORDER } from "./invariants/order.ts";
import { PATIENCE } from "./invariants/patience.ts";
import { PHASES } from "./invariants/phases.ts";
import { SCHEDULE } from "./invariants/schedule.ts";
import type { Stage } from "./stage.ts";
import type { World } from "./world.ts";

/** Something that must hold in every world, whatever goes wrong. */
export interface Invariant {
  readonly id: string;
  readonly says: string;
  /** Listens to what really happens, and fails with the evidence. */
  readonly watch: (world: World, stage: Stage, fail: (evidence: string) => void) => void;
}

export interface Verdict {
  readonly invariant: string;
  readonly says: string;
  readonly evidence: string;
  readonly at: Duration;
}

export const INVARIANTS: readonly Invariant[] = [
  ...[...ORDER, ...HEALING, ...LIMITS, ...HOLD, ...PATIENCE, ...SCHEDULE],
  ...[...MESSAGES, ...PHASES, ...CONFIG],
];

/** Watches over a world with every invariant; the first that fails is the verdict. */
export function judge(world: World, stage: Stage): () => Verdict | null {
  let verdict: Verdict | null = null;
  for (const { id, says, watch } of INVARIANTS)
    watch(world, stage, (evidence) => {
      verdict ??= { invariant: id, says, evidence, at: world.hours.now() };
    });
  return () => verdict;
}
