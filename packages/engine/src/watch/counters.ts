import type { JournalEntry } from "./journal.ts";
import type { Duration, Instant } from "./time.ts";
import { isCredible } from "./wait.ts";

/** How well the engine does its work, by its own journal. docs/why.md says what each means. */
export interface Counters {
  readonly automaticRestarts: number;
  readonly falseRestarts: number;
  readonly lostMessages: number;
  readonly doubledMessages: number;
  readonly engineMessages: number;
  readonly timeToHeal: {
    readonly count: number;
    readonly median: Duration | null;
    readonly p99: Duration | null;
    readonly max: Duration | null;
  };
}

/** What a valid wait is. */
export interface Patience {
  readonly stall_grace: Duration;
  readonly max_wait: Duration;
}

/** One agent, as far as its entries have been read. */
interface Life {
  /** A run that has not ended. */
  live: boolean;
  wait: { readonly until: Instant; readonly declared: Instant } | null;
  /** Work was in flight when its end was decided. */
  working: boolean;
  /** Told to end already: the second word about it is no second restart. */
  ending: boolean;
  fell: Instant | null;
}

/** Ends that are the agent's fault, and are to be healed. */
const FAULTS: ReadonlySet<unknown> = new Set(["stalled", "fatal", "never-ready", "leftover-processes"]);

/** Counts entry by entry, oldest first. */
export interface Counter {
  add(entry: JournalEntry): void;
  counters(): Counters;
}

/** Works them out of the journal's entries alone, oldest first; what the engine thought of itself is not believed. */
export function count(entries: Iterable<JournalEntry>, patience: Patience): Counters {
  const counter = createCounter(patience);
  for (const entry of entries) counter.add(entry);
  return counter.counters();
}

export function createCounter(patience: Patience): Counter {
  const lives = new Map<string, Life>();
  const receipts = new Map<string, number>();
  const healed: Duration[] = [];
  const ours = new Set<string>();
  let [automaticRestarts, falseRestarts, lostMessages] = [0, 0, 0];
  const receive = (entry: JournalEntry): void => {
    // One message may tell of several commits.
    const receipt = `${entry.agent} ${entry.id ?? entry.message} ${entry.sha}`;
    receipts.set(receipt, (receipts.get(receipt) ?? 0) + 1);
    if (entry.what === "pinged" || (entry.from ?? "person") !== "person")
      ours.add(`${entry.agent} ${entry.id ?? entry.message}`);
  };
  return {
    add(entry) {
      if (entry.what === "pinged" || entry.what === "submitted") receive(entry);
      if (entry.what === "refused") lostMessages += 1;
      if (entry.agent === null) return;
      const life = lives.get(entry.agent) ?? { ...NEW_LIFE };
      lives.set(entry.agent, life);
      if (entry.what === "starting" && entry.automatic === true) automaticRestarts += 1;
      if (isFalse(entry, life, patience)) falseRestarts += 1;
      if (entry.what === "became-ready" && life.fell !== null) healed.push(entry.at - life.fell);
      live(entry, life);
    },
    counters() {
      const doubledMessages = [...receipts.values()].reduce((sum, times) => sum + times - 1, 0);
      const engineMessages = ours.size;
      const timeToHeal = spread(healed);
      return { automaticRestarts, falseRestarts, lostMessages, doubledMessages, engineMessages, timeToHeal };
    },
  };
}

const NEW_LIFE: Life = { live: false, wait: null, working: false, ending: false, fell: null };

/** A run ended as stalled within its declared wait or at work, or replaced while it lived. */
function isFalse({ what, because, automatic, at }: JournalEntry, life: Life, patience: Patience): boolean {
  if (what === "starting") return automatic === true && life.live;
  if ((what !== "told-to-stop" && what !== "quit-typed") || because !== "stalled" || life.ending)
    return false;
  const { wait } = life;
  const valid = wait !== null && isCredible(wait.until, wait.declared, patience.max_wait);
  return life.working || (valid && at <= Math.max(wait.until, wait.declared) + patience.stall_grace);
}

function live({ what, at, because, wait, wish, working }: JournalEntry, life: Life): void {
  switch (what) {
    case "starting":
      // A person asked for it: what fell before was not healed by us.
      if (life.fell !== null && typeof wish === "number" && wish > life.fell) life.fell = null;
      forget(life);
      return;
    case "started":
    case "resumed":
    case "found":
      forget(life);
      life.live = true;
      return;
    case "became-ready":
      life.fell = null;
      return;
    case "said":
      life.wait =
        typeof wait !== "number"
          ? null
          : life.wait?.until === wait
            ? life.wait
            : { until: wait, declared: at };
      return;
    case "decided":
      life.working = working === true;
      return;
    case "quit-typed":
    case "told-to-stop":
      life.ending = true;
      if (FAULTS.has(because)) life.fell ??= at;
      return;
    case "died":
    case "vanished":
    case "start-failed":
      life.live = false;
      life.fell ??= at;
      return;
    case "stopped":
      life.live = false;
      life.fell = FAULTS.has(because) ? (life.fell ?? at) : null;
      return;
    case "start-interrupted":
      life.live = false;
      return;
    case "gave-up":
      life.fell = null;
      return;
  }
}

function forget(life: Life): void {
  life.wait = null;
  life.working = false;
  life.ending = false;
}

function spread(times: readonly Duration[]): Counters["timeToHeal"] {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null;
  return { count: sorted.length, median: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? null };
}
