import { age, columns, oneLine } from "@fleet/engine";
import type { NotifyStatus, NotifyStatusAnswer, NotifyTestAnswer, TriedOut } from "@fleet/fleet";
import { ANSWER_VERSION } from "./render.ts";

/** "phone  ntfy  told in 120 ms", or why not. */
export const renderTriedOut = (tried: readonly TriedOut[]): string =>
  columns(
    tried.map(({ receiver, tried: { is, ...more }, took }) => [
      receiver.name,
      receiver.way.by,
      "because" in more ? `${is}: ${oneLine(more.because)}` : `${is} in ${took} ms`,
    ]),
  )
    .join("\n")
    .concat("\n");

export function triedOutJson(tried: readonly TriedOut[]): string {
  const answer: NotifyTestAnswer = {
    schema_version: ANSWER_VERSION,
    receivers: tried.map(({ receiver, tried: one, took }) => ({
      name: receiver.name,
      way: receiver.way.by,
      told: one.is === "told",
      error: one.is === "failed" ? one.because : null,
      ms: took,
    })),
  };
  return `${JSON.stringify(answer)}\n`;
}

/** Whether somebody tells, and then a line for each receiver, with why where it can't be told. */
export function renderNotifyStatus(
  { notifier, receivers, home }: NotifyStatus,
  { now, file }: { readonly now: number; readonly file: string },
): string {
  if (receivers.length === 0) return `${file} has no receivers: docs/notify.md shows how to add one\n`;
  const runs =
    notifier === null
      ? "no notifier runs; fleet up starts one\n"
      : `the notifier runs for ${age(iso(notifier.since), now)}, pid ${notifier.pid}\n`;
  const rows = receivers.map((one) => [
    one.receiver.name,
    one.receiver.way.by,
    one.waiting === 0 ? "nothing waits" : `${one.waiting} ${one.waiting === 1 ? "waits" : "wait"}`,
    [...sayTold(one, now), ...sayFailing(one, now), ...sayAside(one, home)].join("; "),
  ]);
  return runs + columns(rows).join("\n").concat("\n");
}

type ReceiverStatus = NotifyStatus["receivers"][number];

const iso = (at: number): string => new Date(at).toISOString();

const sayTold = ({ told }: ReceiverStatus, now: number): readonly string[] =>
  told === null ? ["never told"] : [`told ${age(iso(told.ended ?? told.at), now)} ago`];

function sayFailing({ failing }: ReceiverStatus, now: number): readonly string[] {
  if (failing === null) return [];
  const { at, tries, because, next } = failing;
  const times = tries === 1 ? "once" : `${tries} times`;
  const left = Math.max(0, Math.round((next - now) / 1000));
  return [`tried ${times} in ${age(iso(at), now)}: ${oneLine(because ?? "")}; again in ${left} s`];
}

function sayAside({ aside, receiver }: ReceiverStatus, home: string): readonly string[] {
  const [last] = aside;
  if (last === undefined) return [];
  return [
    `${aside.length} put aside, the last: ${oneLine(last.because ?? "")} (${home}/spool/${receiver.name}/bad)`,
  ];
}

export function notifyStatusJson({ notifier, receivers, home }: NotifyStatus): string {
  const answer: NotifyStatusAnswer = {
    schema_version: ANSWER_VERSION,
    notifier: notifier === null ? null : { pid: notifier.pid, since: iso(notifier.since) },
    folder: home,
    receivers: receivers.map(({ receiver, waiting, failing, told, aside }) => ({
      name: receiver.name,
      way: receiver.way.by,
      waiting,
      told: told === null ? null : iso(told.ended ?? told.at),
      failing:
        failing === null
          ? null
          : {
              since: iso(failing.at),
              tries: failing.tries,
              error: failing.because ?? "",
              next: iso(failing.next),
            },
      aside: aside.map(({ id, at, because }) => ({ id, at: iso(at), error: because ?? "" })),
    })),
  };
  return `${JSON.stringify(answer)}\n`;
}
