import { Failure, type World } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { inParallel } from "../in-parallel.ts";
import type { Step, UpgradeOptions } from "./prepare.ts";
import { openUpgrade, type Tell, type Upgraded } from "./upgrade.ts";

/** How one project fared. */
export type Outcome =
  | ({ readonly result: "planned" } & Step)
  | Upgraded
  | { readonly result: "failed"; readonly project: FleetProject; readonly failure: Failure }
  /** Another one did not become well, so it was left as it was. */
  | ({ readonly result: "held" } & Step);

export interface UpgradeAllOptions extends UpgradeOptions {
  /** Only say what would be done. */
  readonly plan: boolean;
  /** One first, and the others only when it is well. */
  readonly canary: boolean;
}

/** So many are watched under their new engine at the same time. */
const AT_ONCE = 4;

/**
 * Every project is checked against the new engine before any is touched. When
 * one does not become well no other is begun. Each outcome is told as it comes.
 */
export async function upgradeAll(
  found: FoundFleet,
  projects: readonly FleetProject[],
  options: UpgradeAllOptions,
  company: { readonly world: World; readonly tell: Tell; readonly done: (outcome: Outcome) => void },
): Promise<readonly Outcome[]> {
  const upgrade = openUpgrade(found, options, company.world);
  const outcomes = new Map<FleetProject, Outcome>();
  const done = (outcome: Outcome) => {
    outcomes.set(outcome.project, outcome);
    company.done(outcome);
  };
  try {
    const steps = await inParallel(projects, AT_ONCE, async (project) => {
      const step = await upgrade.plan(project).catch(failureOf);
      if (!(step instanceof Failure)) return step;
      done({ result: "failed", project, failure: step });
      return null;
    });
    const possible = steps.filter((step) => step !== null);
    if (options.plan) for (const step of possible) done({ result: "planned", ...step });
    else await carryOutAll(possible);
    return projects.flatMap((project) => outcomes.get(project) ?? []);
  } finally {
    await upgrade.dispose();
  }

  async function carryOutAll(steps: readonly Step[]): Promise<void> {
    let stopped = false;
    const begin = async (step: Step): Promise<void> => {
      if (stopped || company.world.signal.aborted) return done({ result: "held", ...step });
      const upgraded = await upgrade.carryOut(step, company.tell).catch(failureOf);
      const failed = upgraded instanceof Failure;
      if (failed || upgraded.result === "rolled-back") stopped = true;
      done(failed ? { result: "failed", project: step.project, failure: upgraded } : upgraded);
    };
    // Who does not run tells nothing about the new engine.
    const canary = options.canary ? (steps.find(({ restarts }) => restarts) ?? steps[0]) : undefined;
    if (canary !== undefined) await begin(canary);
    await inParallel(
      steps.filter((step) => step !== canary),
      AT_ONCE,
      begin,
    );
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}
