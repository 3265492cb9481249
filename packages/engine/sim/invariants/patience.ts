import type { Duration } from "../../src/watch/time.ts";
import type { Invariant } from "../judge.ts";

/** What falls is put up again, and not again and again. */

/** An agent's falls since it was last healthy, or since somebody had a reason to start it. */
interface Falls {
  /** In a row. */
  readonly count: number;
  /** The last one; null where its end was not its own doing. */
  readonly at: Duration | null;
}

const NONE: Falls = { count: 0, at: null };

/** Ends that are no fall: what comes next was asked for, or was to come anyway. */
const ASKED: ReadonlySet<unknown> = new Set(["unwanted", "next-phase", "restart-asked"]);

const backsOff: Invariant = {
  id: "I22",
  says: "who falls again and again is started ever later",
  watch(world, stage, fail) {
    const { backoff, healthy_after } = world.site.project.supervision;
    const leastAfter = (count: number) => 0.9 * (backoff[Math.min(count, backoff.length) - 1] ?? 0);
    const falls = new Map<string, Falls>();
    const ready = new Map<string, Duration>();
    const asked = new Set<string>();
    let struck: Duration = -1;
    /** The next start of these forgives whatever came before it. */
    const forgiven = new Set<string>();
    const forgive = (names: Iterable<string>) => {
      for (const name of names) forgiven.add(name);
    };
    world.hear((event) => {
      const now = world.hours.now();
      switch (event.what) {
        case "wished":
          return forgive(event.phase === null ? event.agents : falls.keys());
        case "torn":
        case "done":
          return forgive(falls.keys());
        case "fault":
          if (/reboot|server/.test(event.kind)) struck = now;
          return;
        case "journaled":
          for (const { what, agent, because } of event.entries)
            if (/^(told-to-stop|quit-typed)$/.test(what) && ASKED.has(because))
              asked.add(world.bodies.get(agent ?? "")?.instance ?? "");
          return;
        case "became": {
          const { body, state } = event;
          if (state === "busy" || state === "serving")
            ready.set(body.instance, ready.get(body.instance) ?? now);
          if (state !== "gone") return;
          const { name } = body.agent;
          if (asked.has(body.instance)) forgiven.add(name);
          const before = now - (ready.get(body.instance) ?? now) >= healthy_after ? NONE : falls.get(name);
          const { count } = before ?? NONE;
          // With its server, or with the machine: that is none of its doing.
          falls.set(name, now === struck ? { count, at: null } : { count: count + 1, at: now });
          return;
        }
        case "opened": {
          const { name, kind } = event.body.agent;
          const { count, at } = falls.get(name) ?? NONE;
          if (forgiven.delete(name)) falls.set(name, NONE);
          else if (!stage.rivals() && at !== null && kind !== "task" && now - at < leastAfter(count))
            fail(`${name} was started ${now - at} ms after its fall ${count}`);
          return;
        }
        default:
          return;
      }
    });
  },
};

export const PATIENCE: readonly Invariant[] = [backsOff];
