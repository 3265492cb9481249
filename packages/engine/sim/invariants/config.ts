import type { Duration } from "../../src/watch/time.ts";
import type { Invariant } from "../judge.ts";

/** An edit of agents.toml counts from the next start on, for those whom it is about; a broken one for nobody. */

const asWritten: Invariant = {
  id: "I16",
  says: "only who stands in agents.toml is started, and as it stands there; what can't be read changes nothing",
  watch(world, stage, fail) {
    world.hear((event) => {
      if (event.what === "saved") {
        const { hash } = world.config.inForce();
        if (!world.config.wasGood(hash)) fail(`${hash} is in force, and was never good`);
      }
      if (event.what !== "opened" || stage.rivals()) return;
      const { name } = event.body.agent;
      const agent = world.config.inForce().project.agents.find((one) => one.name === name);
      if (agent === undefined) fail(`${name} was started, and is not in agents.toml any more`);
      else if (agent.model !== null && !event.model?.includes(agent.model))
        fail(`${name} was started with ${event.model}, and is to have ${agent.model}`);
    });
  },
};

const nobodyStopped: Invariant = {
  id: "I16b",
  says: "nobody is taken down whom nobody wished down, whatever becomes of agents.toml",
  watch(world, _, fail) {
    const down = new Set<string>();
    /** A stop that was begun with a reason is carried on, whatever is wished meanwhile. */
    const begun = new Set<string>();
    let complete = false;
    let epoch = 0;
    world.hear((event) => {
      if (event.what === "wished")
        for (const name of event.agents) {
          if (event.how === "down") down.add(name);
          else down.delete(name);
        }
      if (event.what === "watching") epoch = event.epoch;
      // What one writes that was taken over counts for nobody.
      if (event.what === "saved" && event.records.epoch >= epoch)
        complete = event.records.course?.complete != null;
      if (event.what !== "journaled") return;
      for (const { what, agent, because } of event.entries) {
        if (what === "sequence-complete") complete = true;
        if (!/^(told-to-stop|quit-typed)$/.test(what) || because !== "unwanted" || agent === null) continue;
        const body = world.bodies.get(agent);
        const isDone = complete && body?.agent.kind === "loop";
        if (down.has(agent) || isDone) begun.add(body?.instance ?? "");
        else if (!begun.has(body?.instance ?? ""))
          fail(`${agent} was stopped as unwanted, and nobody wished that`);
      }
    });
  },
};

const takesEffect: Invariant = {
  id: "I16c",
  says: "a good file is in force soon, once nothing else goes wrong",
  watch(world, stage, fail) {
    const { signal_tick, heavy_tick } = world.site.project.supervision;
    const bound = heavy_tick + 2 * signal_tick + 30_000;
    let born: Duration = 0;
    const check = () => {
      const { hash, good } = world.config.written;
      const calm = world.hours.now() - Math.max(world.disturbed, born);
      const { hash: known } = world.config.inForce();
      if (!good || hash === known || stage.over() !== null) return;
      if (stage.dog() === null || calm < bound) world.hours.after(Math.max(1_000, bound - calm), check);
      else fail(`${hash} stands in agents.toml, and ${known} is in force ${calm} ms later`);
    };
    world.hear((event) => {
      if (event.what === "watching") born = world.hours.now();
      if (event.what === "calm") world.hours.after(bound, check);
    });
  },
};

export const CONFIG: readonly Invariant[] = [asWritten, nobodyStopped, takesEffect];
