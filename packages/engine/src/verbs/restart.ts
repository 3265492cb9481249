import { defineCommand } from "../command/command.ts";
import { checkPredecessor } from "../host/predecessor.ts";
import { Failure } from "../problem.ts";
import { awaitOutcomes, ensureWatchdog } from "./bring-up.ts";
import {
  ANSWER_VERSION,
  asOnlyCommand,
  awaitInForce,
  changeWishes,
  chosen,
  configFlag,
  jsonFlag,
  noteHold,
  openRunning,
  openSite,
  refuseStandstill,
} from "./common.ts";
import { renderOutcomes } from "./render.ts";

export const restart = defineCommand({
  name: "restart",
  about: "end the runs of these agents, or of all that run, and start new ones",
  operands: "[agent..]",
  flags: {
    ...configFlag,
    ...jsonFlag,
    fresh: { type: "boolean", about: "with a new conversation; without it a persistent agent keeps its own" },
  },
  examples: [
    ["agents restart builder", "a new run; a persistent agent goes on with its conversation"],
    [
      "agents restart ada --fresh",
      "with a new conversation and its first message, as at its very first start",
    ],
    ["agents restart", "everything that is wished up"],
  ],
  async run(names, { config, json, fresh: isFresh = false }, world) {
    const site = await openRunning(config, world);
    await checkPredecessor(site, world.env);
    // The new settings are what one restarts for; with a broken file it is by the last good one.
    const fresh = await openSite(config, world).catch(unlessBroken);
    if (fresh !== null) await awaitInForce(fresh, world);
    const named = chosen(fresh ?? site, names);
    const began = Date.now();
    const outcomes = await asOnlyCommand(site, "restart", async (store) => {
      const before = await store.wishes();
      refuseStandstill(site, before);
      const agents =
        names.length > 0 ? named : named.filter(({ name }) => before.agents[name]?.state === "up");
      if (agents.length === 0 || before.off)
        throw new Failure("AGENT_FAILED", `nothing of ${site.name} is up`, { hint: "start it: up" });
      const anew = Object.fromEntries(
        agents.map(({ name }) => [
          name,
          { state: "up", at: began, anew: true, ...(isFresh && { fresh: true }) } as const,
        ]),
      );
      await changeWishes(store, (now) => {
        refuseStandstill(site, now);
        return { ...now, agents: { ...now.agents, ...anew } };
      });
      await ensureWatchdog(site, world);
      return awaitOutcomes(site, agents, began, world, () => {});
    });
    const answer = { schema_version: ANSWER_VERSION, project: site.name, agents: outcomes };
    world.out(json ? `${JSON.stringify(answer)}\n` : renderOutcomes(outcomes));
    await noteHold(site, world);
    return outcomes.some(({ outcome }) => outcome === "failed") ? 1 : 0;
  },
});

function unlessBroken(error: unknown): null {
  if (error instanceof Failure && (error.code === "INVALID_FILE" || error.code === "FILE_MISSING"))
    return null;
  throw error;
}
