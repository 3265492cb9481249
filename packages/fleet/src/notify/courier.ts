import { digest } from "@fleet/engine";
import type { Receiver } from "../fleet-file/notify.ts";
import type { Tried } from "./send.ts";
import type { Spool, Underway } from "./spool.ts";
import { type Delivery, titleOf } from "./think/notice.ts";
import { planNext, tryAgainAt } from "./think/pace.ts";

export interface Courier {
  /** Something was put in, or it may be worth another try. */
  ring(hurry?: boolean): void;
  /** Nothing waits, and nothing is on its way. */
  isIdle(): boolean;
  /** Resolves when nothing is under way any more. */
  readonly ended: Promise<void>;
}

export interface CourierSettings {
  readonly receiver: Receiver;
  readonly spool: Spool;
  readonly signal: AbortSignal;
  /** Whose spool it was before. */
  readonly after?: Promise<void>;
  readonly now: () => number;
  readonly send: (delivery: Delivery) => Promise<Tried>;
  /** A line about what came of a try. */
  readonly say: (line: string) => void;
}

/** Timers overflow after 24.8 days, and a long one would sleep through a suspend. */
const LONGEST = 60_000;
const AFTER_TROUBLE = 5_000;

/** Carries what waits in a spool to its receiver, one delivery after the other. Each has its own: a receiver that hangs keeps nobody else waiting. */
export function startCourier(settings: CourierSettings): Courier {
  const { spool, signal, now } = settings;
  let wake: () => void = () => {};
  let rung = false;
  let hurried = false;
  let busy = true;
  const rest = (until: number | null) =>
    new Promise<void>((resolve) => {
      const pause = until === null ? null : Math.min(Math.max(until - now(), 0), LONGEST);
      const timer = pause === null ? null : setTimeout(() => wake(), pause);
      wake = () => {
        wake = () => {};
        if (timer !== null) clearTimeout(timer);
        rung = false;
        resolve();
      };
      if (rung || signal.aborted) wake();
    });
  signal.addEventListener("abort", () => wake(), { once: true });

  const round = async (): Promise<number | null> => {
    const under = spool.underway();
    if (under !== null) {
      if (under.next > now() && !hurried) return under.next;
      hurried = false;
      return carry(under, settings);
    }
    const plan = planNext(settings.receiver, spool.waiting(), spool.lastMade(), now());
    if (plan === null) return null;
    if ("until" in plan) return plan.until;
    await spool.begin({ id: digest(plan.tell.map(({ id }) => id).join()), at: now(), notices: plan.tell });
    return now();
  };

  const run = async () => {
    await settings.after;
    while (!signal.aborted) {
      busy = true;
      const next = await round().catch((error: unknown) => {
        // The disk is full, say. What is on it is not lost, and is tried again.
        settings.say(`could not go on: ${error instanceof Error ? error.message : error}`);
        return now() + AFTER_TROUBLE;
      });
      busy = next !== null;
      if (next === null || next > now()) await rest(next);
    }
  };
  return {
    ring(hurry = false) {
      busy = true;
      rung = true;
      hurried ||= hurry;
      wake();
    },
    isIdle: () => !busy,
    ended: run(),
  };
}

/** One try. Says when to look again. */
async function carry(under: Underway, { spool, signal, now, send, say }: CourierSettings): Promise<number> {
  const tried = await send(under);
  // Interrupted ourselves: that was no try.
  if (signal.aborted && tried.is === "failed") return now();
  const ended = now();
  const tries = under.tries + 1;
  if (tried.is === "told") {
    await spool.end({ ...under, tries, because: null, ended }, "done");
    say(`told: ${titleOf(under)}`);
    return ended;
  }
  const { because, after, vain } = tried;
  const next = vain ? null : tryAgainAt({ tries, since: under.at, after }, ended);
  if (next === null) {
    await spool.end({ ...under, tries, because, ended }, "bad");
    say(`put aside after ${tries} tries: ${titleOf(under)}: ${because}`);
    return ended;
  }
  await spool.keep({ ...under, tries, because, next });
  say(`not told, again in ${Math.round((next - ended) / 1000)} s: ${titleOf(under)}: ${because}`);
  return next;
}
