import type { Duration, Instant } from "../../src/watch/time.ts";
import type { Invariant } from "../judge.ts";

/** A tick that has read the wishes before may be slow. */
const SLOWEST_TICK: Duration = 120_000;

/** Who is on hold stays as it is. */
const nothingBegins: Invariant = {
  id: "I26",
  says: "from when a hold was heard of until its end nobody is started, nothing is said, and no phase begins",
  watch(world, stage, fail) {
    /** The hold that is on, by what people wrote: until when, since when, and whether the watchdog has told of it. */
    let on: { readonly until: Instant; readonly since: Duration; heard: boolean } | null = null;
    const holds = (): boolean => {
      const now = world.hours.now();
      // Once its time has come it is over, though the clock be set back.
      if (on !== null && world.hours.wall() >= on.until) on = null;
      return on !== null && !stage.rivals() && (on.heard || now - on.since > SLOWEST_TICK);
    };
    world.hear((event) => {
      if (event.what === "hold")
        on = event.until === null ? null : { until: event.until, since: world.hours.now(), heard: false };
      // A watchdog that has just begun knows nothing of it before its first look.
      if (event.what === "watching" && on !== null) on = { ...on, heard: false };
      if (event.what === "journaled")
        for (const { what, phase } of event.entries) {
          if (what === "phase-started" && holds()) fail(`phase ${phase} began`);
          if (what === "hold-began" && on !== null) on.heard = true;
          if (what === "hold-ended") on = null;
        }
      if (!holds()) return;
      if (event.what === "opened") fail(`${event.body.agent.name} was started`);
      if (event.what === "pasted" && event.text.startsWith("[fleet "))
        fail(`${event.body.agent.name} was told ${JSON.stringify(event.text)}`);
    });
  },
};

const limitIsShared: Invariant = {
  id: "I27",
  says: "who has heard that its login is at a limit is neither started nor told anything before it is let go",
  watch(world, stage, fail) {
    const restrained = new Set<string>();
    world.hear((event) => {
      // The next watchdog finds out for itself; and whoever was taken over has not heard what its successor has.
      if (event.what === "watching" || event.what === "torn") restrained.clear();
      if (event.what === "journaled")
        for (const { what, agent, by } of event.entries) {
          if (what === "restrained" && by === "limit" && agent !== null) restrained.add(agent);
          if (what === "released" && agent !== null) restrained.delete(agent);
        }
      if ((event.what !== "opened" && event.what !== "pasted") || stage.rivals()) return;
      const { name } = event.body.agent;
      if (!restrained.has(name)) return;
      if (event.what === "opened") fail(`${name} was started`);
      else if (event.text.startsWith("[fleet ")) fail(`${name} was told ${JSON.stringify(event.text)}`);
    });
  },
};

export const HOLD: readonly Invariant[] = [nothingBegins, limitIsShared];
