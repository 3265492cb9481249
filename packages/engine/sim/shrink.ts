import type { Fault } from "./faults.ts";
import { simulate } from "./simulate.ts";

/** As few of a seed's faults as still break the same invariant: each is left out once, and stays out if it was not needed. */
export async function shrink(
  seed: number,
  faults: readonly Fault[],
  invariant: string,
): Promise<readonly Fault[]> {
  let needed = faults;
  for (const fault of faults) {
    const fewer = needed.filter((one) => one !== fault);
    const { verdict } = await simulate(seed, { faults: fewer });
    if (verdict?.invariant === invariant) needed = fewer;
  }
  return needed;
}
