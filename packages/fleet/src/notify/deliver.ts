import type { World } from "@fleet/engine";
import type { NotifyEvent, Receiver } from "../fleet-file/notify.ts";
import { type Courier, startCourier } from "./courier.ts";
import { spoolOf } from "./home.ts";
import { send } from "./send.ts";
import { openSpool, type Spool } from "./spool.ts";
import type { Notice } from "./think/notice.ts";

/** The receivers of a fleet, each with its spool and its courier. */
export interface Post {
  /** From now on these are told; who is as before goes on undisturbed. */
  serve(receivers: readonly Receiver[]): void;
  /** On disk for each who wants them, when it resolves. */
  readonly add: (notices: readonly Notice[]) => Promise<void>;
  /** What waits for another try is tried now. */
  hurry(): void;
  isIdle(): boolean;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

interface Served {
  readonly key: string;
  readonly receiver: Receiver;
  readonly spool: Spool;
  readonly courier: Courier;
  readonly stop: () => void;
}

export function createPost(root: string, { env, err }: Pick<World, "env" | "err">): Post {
  const served = new Map<string, Served>();
  const leaving = new Set<Promise<void>>();

  const start = (receiver: Receiver, key: string, before: Promise<void>): Served => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const spool = openSpool(spoolOf(root, receiver.name));
    const courier = startCourier({
      receiver,
      spool,
      signal,
      after: before,
      now: Date.now,
      send: (delivery) => send(receiver, delivery, { root, env, signal, now: Date.now() }),
      say: (line) => err(`${new Date().toISOString()} ${receiver.name}: ${line}\n`),
    });
    return { key, receiver, spool, courier, stop: () => stopping.abort() };
  };
  const end = ({ receiver, courier, stop }: Served): Promise<void> => {
    stop();
    served.delete(receiver.name);
    const ended = courier.ended.finally(() => leaving.delete(ended));
    leaving.add(ended);
    return ended;
  };

  return {
    serve(receivers) {
      for (const one of [...served.values()])
        if (!receivers.some(({ name }) => name === one.receiver.name)) end(one);
      for (const receiver of receivers) {
        const key = JSON.stringify({
          ...receiver,
          events: [...receiver.events],
          urgent: [...receiver.urgent],
        });
        const before = served.get(receiver.name);
        if (before?.key === key) continue;
        // One writer for each spool: the next begins when the last has ended.
        const ended = before === undefined ? Promise.resolve() : end(before);
        served.set(receiver.name, start(receiver, key, ended));
      }
    },
    async add(notices) {
      for (const { receiver, spool, courier } of served.values()) {
        const wanted = notices.filter(({ event }) => receiver.events.has(event as NotifyEvent));
        if (wanted.length === 0) continue;
        await spool.add(wanted);
        courier.ring();
      }
    },
    hurry() {
      for (const { courier } of served.values()) courier.ring(true);
    },
    isIdle: () => [...served.values()].every(({ courier }) => courier.isIdle()),
    async close() {
      await Promise.all([...served.values()].map(end));
      await Promise.all(leaving);
    },
  };
}
