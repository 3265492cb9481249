import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ask, isHeld } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import type { Receiver } from "../fleet-file/notify.ts";
import { homeOf, spoolOf } from "./home.ts";
import { openSpool, type Underway } from "./spool.ts";

const ASIDE_MOST = 200;

/** How it goes with one receiver. */
export interface ReceiverStatus {
  readonly receiver: Receiver;
  /** Notices that wait, those of the delivery that is being tried included. */
  readonly waiting: number;
  /** The delivery that was tried in vain so far; null when none was. */
  readonly failing: Underway | null;
  /** The last that was told. */
  readonly told: Underway | null;
  /** Deliveries that were given up, newest first. */
  readonly aside: readonly Underway[];
}

export interface NotifyStatus {
  /** Null when none runs. */
  readonly notifier: { readonly pid: number; readonly since: number } | null;
  readonly receivers: readonly ReceiverStatus[];
  /** Where what was put aside lies, and the notifier's log. */
  readonly home: string;
}

/** What waits, what failed and why, and whether somebody tells it. Writes nothing. */
export async function readNotifyStatus({ root, fleet }: FoundFleet): Promise<NotifyStatus> {
  const home = homeOf(root);
  const held = await isHeld(home, "notifier");
  return {
    notifier: held ? parse(await ask(home, "notifier")) : null,
    home,
    receivers: fleet.receivers.map((receiver) => {
      const spool = openSpool(spoolOf(root, receiver.name));
      const underway = spool.underway();
      return {
        receiver,
        waiting: spool.waiting().length + (underway?.notices.length ?? 0),
        failing: underway !== null && underway.tries > 0 ? underway : null,
        told: spool.last("done", 1)[0] ?? null,
        aside: spool.last("bad", ASIDE_MOST),
      };
    }),
  };
}

function parse(word: string | null): NonNullable<NotifyStatus["notifier"]> {
  try {
    const { pid = 0, since = 0 } = JSON.parse(word ?? "{}");
    return { pid, since };
  } catch {
    return { pid: 0, since: 0 };
  }
}

/** What was tried in vain is worth another try now. Nothing happens where no notifier is. */
export async function hurryNotifier(root: string): Promise<void> {
  const home = homeOf(root);
  if (await isHeld(home, "notifier")) await writeFile(path.join(home, "wake"), "");
}
