import type { Duration } from "../src/watch/time.ts";

/** What is wrong with an agent from now on, or with its next start. */
export interface Quirks {
  slowBoot: Duration;
  neverReady: boolean;
  trust: Duration;
  refuseResume: boolean;
  /** So many presses of Enter do nothing. */
  swallow: number;
  ignoreTerm: boolean;
  /** What it commits next is not pushed. */
  unpushed: boolean;
  /** It dies of the next Enter, and what stood in its box stands there still. */
  brittle: boolean;
  /** Until then each start of it ends in its death. */
  mortal: Duration;
  /** It does not show what it was told. */
  mute: boolean;
}

export const NO_QUIRKS: Quirks = {
  slowBoot: 0,
  neverReady: false,
  trust: 0,
  refuseResume: false,
  swallow: 0,
  ignoreTerm: false,
  unpushed: false,
  mortal: 0,
  brittle: false,
  mute: false,
};
