import { closest, digest, Failure, type World } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import type { Receiver } from "../fleet-file/notify.ts";
import { send, type Tried } from "./send.ts";

/** What came of telling one receiver, and how long that took, in milliseconds. */
export interface TriedOut {
  readonly receiver: Receiver;
  readonly tried: Tried;
  readonly took: number;
}

/** The receivers that were named; all of them when none is. @throws Failure UNKNOWN_NAME, FILE_MISSING */
export function pickReceivers({ fleet, file }: FoundFleet, names: readonly string[]): readonly Receiver[] {
  const known = fleet.receivers.map(({ name }) => name);
  if (known.length === 0)
    throw new Failure("UNKNOWN_NAME", `${file} has no receivers`, {
      hint: 'add one: [notify.phone], and under it: ntfy = "https://ntfy.sh/TOPIC"   (docs/notify.md)',
    });
  if (names.length === 0) return fleet.receivers;
  return [...new Set(names)].map((name) => {
    const receiver = fleet.receivers.find((one) => one.name === name);
    if (receiver !== undefined) return receiver;
    const meant = closest(name, known);
    throw new Failure("UNKNOWN_NAME", `${file} has no receiver "${name}"`, {
      hint: meant === null ? `receivers: ${known.join(", ")}` : `did you mean \`${meant}\`?`,
    });
  });
}

/** Tells each of them at once that it can be told, past every interval and quiet hour. */
export const tryReceivers = (
  { root, fleet }: FoundFleet,
  receivers: readonly Receiver[],
  { env, signal }: Pick<World, "env" | "signal">,
): Promise<readonly TriedOut[]> =>
  Promise.all(
    receivers.map(async (receiver) => {
      const now = Date.now();
      const project = fleet.projects[0]?.name ?? "fleet";
      const id = digest(`test ${receiver.name} ${now}`);
      const text = `this is a test of ${receiver.name}: fleet can tell it what happens`;
      const notice = { id, event: "test", project, agent: null, at: now, text, command: null } as const;
      const tried = await send(receiver, { id, at: now, notices: [notice] }, { root, env, signal, now });
      return { receiver, tried, took: Date.now() - now };
    }),
  );
