import type { Agent } from "../../src/project.ts";
import type { Duration, Instant } from "../../src/watch/time.ts";
import type { Invariant } from "../judge.ts";
import type { World } from "../world.ts";

/** A schedule calls its task once for each of its slots, and calls nobody away from work. */

const minute = 60_000;

/** All schedules here are "every so many minutes", so that a slot is a number and nothing to be worked out. */
function everyOf({ schedule }: Agent): Duration | null {
  const minutes = /^\*\/(\d+) \* \* \* \*$/.exec(schedule?.cron ?? "")?.[1];
  return minutes === undefined ? null : Number(minutes) * minute;
}

const scheduledIn = ({ site }: World): ReadonlyMap<string, Duration> =>
  new Map(
    site.project.agents.flatMap((agent) => {
      const every = everyOf(agent);
      return every === null ? [] : [[agent.name, every] as const];
    }),
  );

const oncePerSlot: Invariant = {
  id: "I17",
  says: "a slot and a wish bring one run of a task at the most, and no slot comes before its time",
  watch(world, stage, fail) {
    const scheduled = scheduledIn(world);
    if (scheduled.size === 0) return;
    /** What each run is for: a slot or a wish, by its time as a name. */
    const purposes = new Map<string, string>();
    const runs = new Map<string, string>();
    world.hear((event) => {
      if (event.what === "journaled")
        for (const { at, what, agent, run, wish, slot } of event.entries) {
          if (agent === null || !scheduled.has(agent)) continue;
          if (what === "starting") purposes.set((run as { instance: string }).instance, `${agent} ${wish}`);
          if (what !== "slot-came") continue;
          const early = Number(slot) > at || Number(slot) % (scheduled.get(agent) ?? 1) !== 0;
          if (early) fail(`${agent} was called at ${at} for ${slot}`);
        }
      if (event.what !== "opened") return;
      const { instance } = event.body;
      const purpose = purposes.get(instance);
      if (purpose === undefined) return;
      const before = runs.get(purpose);
      if (before !== undefined && !stage.rivals())
        fail(`${before} and ${instance} were both started for ${purpose}`);
      runs.set(purpose, instance);
    });
  },
};

const noSlotForgotten: Invariant = {
  id: "I17b",
  says: "every slot is dealt with in time, once nothing else goes wrong: its task runs, or it is said why not",
  watch(world, stage, fail) {
    const scheduled = scheduledIn(world);
    if (scheduled.size === 0) return;
    const { signal_tick, quit_grace, stop_grace, stall_idle } = world.site.project.supervision;
    const bound = 2 * signal_tick + 30_000;
    const dealt = new Map<string, Instant>();
    let born: Duration = 0;
    const deal = (agent: string, slot: unknown) =>
      dealt.set(agent, Math.max(dealt.get(agent) ?? 0, Number(slot)));
    /** What a slot that came has led to by now, or a wish that came after it. */
    const answered = new Map<string, Duration>();
    /** The newest slot that is old enough must have been dealt with. */
    const check = (agent: string, every: Duration) => {
      world.hours.after(every / 2, () => check(agent, every));
      const slot = Math.floor((world.hours.wall() - bound) / every) * every;
      const known = dealt.get(agent);
      const calm = world.hours.now() - Math.max(world.disturbed, born);
      if (stage.dog() === null || known === undefined || calm < bound) return;
      if (!world.config.inForce().project.agents.some(({ name }) => name === agent)) return;
      if (slot > known) fail(`${agent} was not called for ${slot}, the last was ${known}`);
    };
    const expectAnswer = (agent: string, slot: unknown) => {
      const came = world.hours.now();
      const patience = bound + quit_grace + stop_grace + stall_idle;
      const look = () => {
        const calm = world.hours.now() - Math.max(came, world.disturbed);
        if ((answered.get(agent) ?? -1) >= came || stage.dog() === null) return;
        if (calm < patience) world.hours.after(patience - calm, look);
        else fail(`${agent} was called for ${slot}, and nothing came of it in ${calm} ms`);
      };
      world.hours.after(patience, look);
    };
    for (const [agent, every] of scheduled) check(agent, every);
    world.hear((event) => {
      const now = world.hours.now();
      if (event.what === "watching") born = now;
      if (event.what === "wished") for (const agent of event.agents) answered.set(agent, now);
      if (event.what === "opened") answered.set(event.body.agent.name, now);
      if (event.what !== "journaled") return;
      for (const { what, agent, slot, slots } of event.entries) {
        if (agent === null || !scheduled.has(agent)) continue;
        if (what === "slot-skipped") answered.set(agent, now);
        if (what === "slot-came" || (what === "schedule-began" && !dealt.has(agent))) deal(agent, slot);
        if (what === "slots-missed") deal(agent, (slots as readonly Instant[]).at(-1));
        if (what === "slot-came") expectAnswer(agent, slot);
      }
    });
  },
};

const notCalledAway: Invariant = {
  id: "I17c",
  says: "a task that works is not restarted for a slot",
  watch(world, stage, fail) {
    const anew = new Map<string, Duration>();
    world.hear((event) => {
      if (event.what === "wished" && event.how === "anew")
        for (const agent of event.agents) anew.set(agent, world.hours.now());
      if (event.what !== "journaled") return;
      for (const { what, agent, because } of event.entries) {
        const body = world.bodies.get(agent ?? "");
        if (body?.agent.kind !== "task" || because !== "restart-asked") continue;
        if (!/^(told-to-stop|quit-typed)$/.test(what) || anew.has(body.agent.name)) continue;
        const works = body.state === "busy" && body.since < stage.looked();
        if (works && !stage.rivals())
          fail(`${agent} was called away, and is busy for ${world.hours.now() - body.since} ms`);
      }
    });
  },
};

export const SCHEDULE: readonly Invariant[] = [oncePerSlot, noSlotForgotten, notCalledAway];
