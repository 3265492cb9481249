import process from "node:process";
import type { ClockReading } from "../src/watch/jump.ts";
import type { Duration, Instant } from "../src/watch/time.ts";

/** Virtual time: nothing passes but from one planned event to the next. */
export interface Hours {
  /** Milliseconds since the world began, by a clock that nobody sets. */
  now(): Duration;
  /** What the calendar says; people and NTP set it. */
  wall(): Instant;
  /** What a process can read of the time. */
  read(): ClockReading;
  /** The machine starts anew, and counts from nought. */
  reboot(): void;
  /** Sets the calendar forward or back. */
  jump(by: Duration): void;
  after(delay: Duration, what: () => void): void;
  /** For code that waits: the driver lets everything that follows from it settle before time goes on. */
  wait(delay: Duration): Promise<void>;
  /** Does something that real code goes on from: settles a promise, or starts it. */
  release(what: () => void): void;
  /** Lets time pass until nothing is left to happen, or `until` says so. */
  run(until: () => boolean): Promise<void>;
}

const BEGAN = Date.UTC(2026, 5, 13, 12);

interface Planned {
  readonly at: Duration;
  readonly order: number;
  readonly what: () => void;
}

export function createHours(): Hours {
  const heap: Planned[] = [];
  let now: Duration = 0;
  let skew: Duration = 0;
  let boots = 1;
  let booted: Duration = 0;
  let planned = 0;
  let unsettled = true;
  const after = (delay: Duration, what: () => void) => {
    push(heap, { at: now + Math.max(0, delay), order: planned++, what });
  };
  const release = (what: () => void) => {
    unsettled = true;
    what();
  };
  return {
    now: () => now,
    wall: () => BEGAN + now + skew,
    read: () => ({ wall: BEGAN + now + skew, steady: now - booted, boot: `boot ${boots}` }),
    reboot() {
      boots += 1;
      booted = now;
    },
    jump: (by) => {
      skew += by;
    },
    after,
    release,
    wait: (delay) => new Promise((resolve) => after(delay, () => release(resolve))),
    async run(until) {
      for (;;) {
        if (unsettled) {
          unsettled = false;
          // Node calls this when no promise is left that could go on: whatever needs no time has happened by then.
          await new Promise<void>((resolve) => process.nextTick(resolve));
        }
        if (until()) return;
        const next = pop(heap);
        if (next === null) return;
        now = next.at;
        next.what();
      }
    },
  };
}

const isBefore = (one: Planned, other: Planned): boolean =>
  one.at === other.at ? one.order < other.order : one.at < other.at;

function push(heap: Planned[], planned: Planned): void {
  heap.push(planned);
  let index = heap.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!swapIfBefore(heap, index, parent)) return;
    index = parent;
  }
}

function pop(heap: Planned[]): Planned | null {
  const [first] = heap;
  const last = heap.pop();
  if (first === undefined || last === undefined) return null;
  if (heap.length === 0) return first;
  heap[0] = last;
  let index = 0;
  for (;;) {
    const [left, right] = [2 * index + 1, 2 * index + 2];
    const [one, other] = [heap[left], heap[right]];
    if (one === undefined) return first;
    const child = other !== undefined && isBefore(other, one) ? right : left;
    if (!swapIfBefore(heap, child, index)) return first;
    index = child;
  }
}

function swapIfBefore(heap: Planned[], child: number, parent: number): boolean {
  const [lower, upper] = [heap[child], heap[parent]];
  if (lower === undefined || upper === undefined || !isBefore(lower, upper)) return false;
  heap[child] = upper;
  heap[parent] = lower;
  return true;
}
