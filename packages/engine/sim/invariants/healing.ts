import type { Duration } from "../../src/watch/time.ts";
import type { Body } from "../body.ts";
import type { Invariant } from "../judge.ts";
import { onStop } from "./on-stop.ts";

/** Who works is left alone, and who does not is helped in time. */

const noFalseReboot: Invariant = {
  id: "I4",
  says: "who works, starts, or waits as it declared is never stopped for being stuck",
  watch(world, stage, fail) {
    const { stall_idle, stall_grace, max_wait, start_timeout } = world.site.project.supervision;
    const why = ({ state, since, wait }: Body, because: string): string | null => {
      const now = world.hours.now();
      // It changed after the look that this is about.
      if (since >= stage.looked()) return null;
      const lasted = now - since;
      const of = `${state} for ${lasted} ms`;
      switch (because) {
        case "fatal":
          return state === "fatal" ? null : of;
        case "never-ready":
          return state === "wedged" || (state === "booting" && lasted >= start_timeout) ? null : of;
        case "stalled":
          if (state === "trust" || state === "booting") return of;
          if ((state === "idle" || state === "busy") && lasted < stall_idle) return of;
          if (state !== "waiting" || wait === null || wait.span > max_wait + 60_000) return null;
          return now < wait.declared + wait.span + stall_grace ? `${of} of ${wait.span} ms` : null;
        default:
          return null;
      }
    };
    onStop(world, (body, because) => {
      const evidence = why(body, because);
      if (evidence !== null) fail(`${body.agent.name} was stopped as ${because}, and is ${evidence}`);
    });
  },
};

const detection: Invariant = {
  id: "I6",
  says: "who is dead, broken or wedged is helped in time, once nothing else goes wrong",
  watch(world, stage, fail) {
    const { project } = world.site;
    const { backoff, signal_tick, restart_gap, stop_grace, stall_idle, stall_grace, max_wait } =
      project.supervision;
    const slack = 2 * signal_tick + stop_grace + 30_000;
    const back = slack + Math.round((backoff.at(-1) ?? 0) * 1.1) + restart_gap * project.agents.length;
    // It may be woken first, and have the grace of a clock that was set.
    const stuck = slack + Math.max(stall_idle, max_wait + stall_grace) + max_wait + 3 * stall_grace;
    const wished = new Map<string, string>();
    const failed = new Set<string>();
    const told = new Set<string>();
    let complete = false;
    const isOurs = ({ agent }: Body) =>
      wished.get(agent.name) !== "down" &&
      world.config.inForce().project.agents.some(({ name }) => name === agent.name) &&
      agent.watch !== "none" &&
      agent.kind !== "task" &&
      !failed.has(agent.name) &&
      !(complete && agent.kind === "loop") &&
      stage.over() === null &&
      // A person's session has its name.
      world.machine.sessions.get(agent.session)?.pane.project !== null;
    /** Looks again until it is over, or until everything was calm for as long as it may take. */
    const expect = (body: Body, least: Duration, holds: () => boolean, over: () => Duration = () => 0) => {
      const { state, since } = body;
      const check = () => {
        if (body.state !== state || body.since !== since || !holds()) return;
        const bound = Math.max(least, over() - since + stuck);
        const calm = world.hours.now() - Math.max(since, world.disturbed);
        if (calm < bound) world.hours.after(bound - calm + 1, check);
        else if (isOurs(body)) fail(`${body.agent.name} is ${state} for ${calm} ms`);
      };
      world.hours.after(least, check);
    };
    /** By its own clock, or by the calendar that its screen names: that may have been set back. */
    const limitOver = ({ limitedUntil, limitedTo }: Body) =>
      Math.max(limitedUntil, world.hours.now() + limitedTo - world.hours.wall());
    /** Who was told to stop is gone after its grace, by force where it must be. */
    const expectEnd = (body: Body) => {
      const began = world.hours.now();
      const check = () => {
        const calm = world.hours.now() - Math.max(began, world.disturbed);
        if (body.state === "gone" || stage.over() !== null) return;
        if (calm < slack) world.hours.after(slack - calm + 1, check);
        else fail(`${body.agent.name} was told to stop, and is ${body.state} ${calm} ms later`);
      };
      world.hours.after(slack, check);
    };
    world.hear((event) => {
      if (event.what === "wished")
        for (const name of event.agents) {
          wished.set(name, event.how);
          failed.delete(name);
        }
      if (event.what === "saved") complete = event.records.course?.complete != null;
      if (event.what === "journaled")
        for (const { what, agent } of event.entries) {
          const body = world.bodies.get(agent ?? "");
          if (what === "gave-up") failed.add(agent ?? "");
          if (what !== "told-to-stop" || body === undefined) continue;
          told.add(body.instance);
          expectEnd(body);
        }
      if (event.what !== "became") return;
      const { body, state } = event;
      if (state === "gone") expect(body, back, () => world.bodies.get(body.agent.name) === body);
      if (body.agent.watch !== "heal+stall") return;
      if (state === "wedged") expect(body, stuck, () => !told.has(body.instance));
      if (state === "fatal") expect(body, slack, () => !told.has(body.instance));
      if (state === "limited")
        expect(
          body,
          stuck,
          () => !told.has(body.instance),
          () => limitOver(body),
        );
      // It declared a wait that is none, and nobody hears of it again.
      if (state === "waiting") expect(body, stuck, () => body.wait === null && !told.has(body.instance));
    });
  },
};

export const HEALING: readonly Invariant[] = [noFalseReboot, detection];
