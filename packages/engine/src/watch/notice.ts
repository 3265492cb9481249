import { type AgentRecord, countsAsFailure, type Happening, type Run, type Seen } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Reading } from "./sighting.ts";
import type { Instant } from "./time.ts";
import { parseWait } from "./wait.ts";

/** What is new since the last look. */
export function notice(scene: Scene, at: Instant): readonly Happening[] {
  const { record, sighting } = scene;
  switch (sighting.pane) {
    case "unreadable":
    case "foreign":
      return [];
    case "absent":
    case "dead":
      return noticeEnd(scene, at);
    case "alive": {
      const known = record.run?.instance === sighting.instance;
      const opened: Happening[] = known && record.run?.opened === false ? [opening(record.run, at)] : [];
      const found: Happening[] = known
        ? opened
        : [{ at, what: "found", instance: sighting.instance, turn: scene.turn }];
      return [...found, ...noticeScreen(known ? record : { ...record, seen: null }, sighting, at)];
    }
    default:
      return sighting satisfies never;
  }
}

/** A start that a crash kept from being noted. */
const opening = ({ instance, model, resumed }: Run, at: Instant): Happening => ({
  at,
  what: resumed ? "resumed" : "started",
  instance,
  model,
});

function noticeScreen(
  record: AgentRecord,
  { reading, digest }: { readonly reading: Reading; readonly digest: string },
  at: Instant,
): readonly Happening[] {
  const seen = look(record.seen, reading, digest, at);
  // A trust dialog or an error right after the start is not readiness: no conversation came of it.
  const isReady = reading.mood === "ready" || reading.mood === "busy";
  const ready: Happening[] = record.run?.ready === null && isReady ? [{ at, what: "became-ready" }] : [];
  if (seen === record.seen) return ready;
  const news =
    seen.mood.mood !== record.seen?.mood.mood ||
    (seen.wait?.until ?? null) !== (record.seen.wait?.until ?? null);
  const said: Happening[] = news
    ? [{ at, what: "said", mood: seen.mood, wait: seen.wait?.until ?? null }]
    : [];
  return [{ at, what: "looked", seen }, ...ready, ...said];
}

/** Folds a reading into what was seen before; the same object when nothing is new. */
function look(before: Seen | null, reading: Reading, digest: string, at: Instant): Seen {
  const { draft: _, final, ...mood } = reading;
  const until = final === null ? null : parseWait(final);
  const sameMood = before !== null && JSON.stringify(before.mood) === JSON.stringify(mood);
  const sameWait = before !== null && (before.wait?.until ?? null) === until;
  if (sameMood && sameWait && before.digest === digest) return before;
  return {
    mood,
    since: before !== null && before.mood.mood === mood.mood ? before.since : at,
    digest,
    still: before?.digest === digest ? before.still : at,
    wait: until === null ? null : sameWait ? before.wait : { until, declared: at },
  };
}

/** The watchdog crashed between the intent and the deed: what is there, if anything, is an older run's. */
const wasInterrupted = ({ record: { run }, sighting }: Scene): boolean =>
  run !== null && !run.opened && (sighting.pane !== "dead" || sighting.instance !== run.instance);

/** A run ends when its pane is gone or dead and none of its processes is left. */
function noticeEnd(scene: Scene, at: Instant): readonly Happening[] {
  const { agent, record, sighting, leftovers, policy } = scene;
  if (record.run === null || leftovers !== 0) return [];
  if (wasInterrupted(scene)) return [{ at, what: "start-interrupted" }];
  const healthy = record.run.ready !== null && at - record.run.ready >= policy.healthy_after;
  const before = healthy ? 0 : record.failures;
  const tally = before + 1;
  const exit = sighting.pane === "dead" ? sighting.exit : null;
  const server = sighting.pane === "absent" && sighting.with === "server";
  if (record.stopping !== null) {
    const { because } = record.stopping;
    const failures = countsAsFailure(because) ? (server ? before : tally) : 0;
    return [{ at, what: "stopped", because, exit, failures }];
  }
  if (exit !== null) return [{ at, what: "died", exit, failures: agent.kind === "task" ? 0 : tally }];
  return [{ at, what: "vanished", with: server ? "server" : "session", failures: server ? before : tally }];
}
