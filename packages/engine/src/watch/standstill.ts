import { sayMinute } from "./calendar.ts";
import type { Instant } from "./time.ts";

/** A person has stopped everything, and nothing is started again by anything until a person lifts that. */
export interface Standstill {
  readonly at: Instant;
  readonly by: string;
  readonly why: string | null;
}

export const sayStandstill = ({ at, by, why }: Standstill): string =>
  `stopped with everything at ${sayMinute(at)} by ${by}${why === null ? "" : `: ${why}`}`;
