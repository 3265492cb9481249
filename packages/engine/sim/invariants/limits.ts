import type { Body } from "../body.ts";
import type { Invariant } from "../judge.ts";
import { onStop } from "./on-stop.ts";

/** A limit is waited out, and after it work goes on. */

const limitsAreRespected: Invariant = {
  id: "I7",
  says: "who is at its limit is not stopped for it",
  watch(world, stage, fail) {
    onStop(world, (body, because) => {
      const stuck = ["stalled", "fatal", "never-ready", "limit-over"].includes(because);
      const lasts = body.state === "limited" && world.hours.now() < body.limitedUntil;
      if (stuck && lasts && body.since < stage.looked())
        fail(`${body.agent.name} was stopped as ${because}, its limit lasts ${body.limitedUntil} ms`);
    });
  },
};

/** Who goes on with its conversation, and is healed. */
const keepsOn = ({ agent }: Body): boolean => agent.kind === "persistent" && agent.watch !== "none";

const cutTurnsGoOn: Invariant = {
  id: "I23",
  says: "whose turn a limit cut short, and who keeps its conversation, is told to go on before it is ended for that",
  watch(world, stage, fail) {
    const { stall_grace, max_wait, signal_tick } = world.site.project.supervision;
    const soon = stall_grace + 4 * signal_tick;
    /** After a jump of the clock everybody has a grace. */
    let grace = 0;
    const told = new Set<string>();
    const down = new Set<string>();
    onStop(world, (body, because) => {
      if (because === "limit-over" && keepsOn(body) && !told.has(body.instance))
        fail(`${body.agent.name} was stopped after its limit, and was not told to go on`);
    });
    const expectToldBy = (body: Body) => {
      const { since } = body;
      const check = () => {
        if (body.state !== "limited" || body.since !== since || told.has(body.instance)) return;
        if (stage.over() !== null || down.has(body.agent.name)) return;
        const { hours, disturbed } = world;
        const over = Math.max(body.limitedUntil, hours.now() + body.limitedTo - hours.wall());
        const left = Math.max(over, disturbed, grace) + soon - hours.now();
        const rests = hours.now() - over;
        if (left > 0) hours.after(left, check);
        else fail(`${body.agent.name} rests for ${rests} ms after its limit, and nobody told it to go on`);
      };
      world.hours.after(soon, check);
    };
    world.hear((event) => {
      if (event.what === "pasted" && event.text.startsWith("[fleet go-on-")) told.add(event.body.instance);
      if (event.what === "fault" && /clock|reboot/.test(event.kind)) grace = world.disturbed + max_wait;
      if (event.what === "wished")
        for (const name of event.agents) event.how === "down" ? down.add(name) : down.delete(name);
      if (event.what === "became" && event.state === "limited" && keepsOn(event.body))
        expectToldBy(event.body);
    });
  },
};

export const LIMITS: readonly Invariant[] = [limitsAreRespected, cutTurnsGoOn];
