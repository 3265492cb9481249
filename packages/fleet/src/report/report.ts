import type { Counters, Instant, Milliseconds } from "@fleet/engine";
import type { Spending } from "./spending.ts";
import type { Doing, Stretch } from "./timeline.ts";

/** What came of one project, in some time, by its journal and by what its agents noted. */
export interface ProjectReport {
  readonly project: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Where the journal begins, when that is later than asked for; null when it goes back as far. */
  readonly since: Instant | null;
  readonly agents: readonly AgentReport[];
  readonly phases: readonly PhaseStretch[];
  readonly handoffs: Spread;
  readonly messages: Messages;
  readonly restarts: readonly Restart[];
  /** Ended though they worked or waited as they said, or replaced while they lived. */
  readonly falseRestarts: number;
  readonly timeToHeal: Counters["timeToHeal"];
}

export interface AgentReport {
  readonly name: string;
  readonly timeline: readonly Stretch[];
  readonly times: Readonly<Record<Doing, Milliseconds>>;
  readonly restarts: number;
  readonly messages: Messages;
  /** By phase, "" outside of any; empty where nothing tells of it. */
  readonly spent: Readonly<Record<string, Spending>>;
}

export interface PhaseStretch {
  readonly id: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly done: boolean;
}

/** Of durations. */
export interface Spread {
  readonly count: number;
  readonly median: Milliseconds | null;
  readonly p90: Milliseconds | null;
  readonly max: Milliseconds | null;
  /** How many took no longer than this, and longer than the one before; the last has no end. */
  readonly buckets: readonly { readonly within: Milliseconds | null; readonly count: number }[];
}

/** What was said to agents. */
export interface Messages {
  readonly sent: number;
  /** Of these, those of which the agent showed that it heard. */
  readonly confirmed: number;
  readonly lost: number;
  readonly expired: number;
  readonly doubled: number;
}

export interface Restart {
  readonly at: Instant;
  readonly agent: string;
  readonly because: string;
}
