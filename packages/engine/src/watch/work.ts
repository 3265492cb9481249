import type { Scene } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";

/** Work that can be seen, but shows nothing new, is believed in for so long. */
const LONGEST_WORK: Duration = 3_600_000;

/** Something runs in it: its screen says so, or its children use the processor. Not knowing is no reason to end it. */
export function isAtWork({ record: { seen }, working }: Scene, now: Instant): boolean {
  const isSilent = now - (seen?.still ?? now) >= LONGEST_WORK;
  return !isSilent && (seen?.running != null || working !== false);
}
