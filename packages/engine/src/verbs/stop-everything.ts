import { existsSync } from "node:fs";
import { defineCommand, type World } from "../command/command.ts";
import type { Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import type { Wish } from "../watch/scene.ts";
import { sayStandstill } from "../watch/standstill.ts";
import { ensureWatchdog } from "./bring-up.ts";
import { ANSWER_VERSION, changeWishes, configFlag, jsonFlag, openRunning, personIn } from "./common.ts";
import { awaitEnd, isAnythingThere } from "./down.ts";
import { LONGEST_WHY, readWhy } from "./hold.ts";

export const stopEverything = defineCommand({
  name: "stop-everything",
  about: "stop this project for good: nobody of it is started again by anything until that is lifted",
  flags: {
    ...configFlag,
    ...jsonFlag,
    lift: { type: "boolean", about: "let it be started again; this starts nobody" },
    why: { type: "string", about: "for whoever wonders", value: "TEXT" },
  },
  examples: [
    ["agents stop-everything --why 'it deletes the wrong files'", "every process gone, and up refuses"],
    ["agents stop-everything --lift", "then: agents up"],
  ],
  async run(_, { config, json = false, lift = false, why }, world) {
    // Too many words must not keep anybody from stopping everything.
    const text = readWhy(why?.slice(0, LONGEST_WHY));
    const site = await openRunning(config, world);
    if (lift) await liftIt(site);
    else await stop(site, text, world);
    const { wishes } = await createStore(site.state).glance();
    const { standstill } = wishes;
    const answer = { schema_version: ANSWER_VERSION, project: site.name, stopped: !lift };
    const said =
      standstill === null
        ? `${site.name} may be started again; this starts nobody: up\n`
        : `${site.name} was ${sayStandstill(standstill)}; lift it with: stop-everything --lift\n`;
    world.out(json ? `${JSON.stringify(answer)}\n` : said);
    return 0;
  },
});

/** Written first, and waiting for nobody: also an `up` that is under way starts nobody any more. */
async function stop(site: Site, why: string | null, world: World): Promise<void> {
  const store = createStore(site.state);
  await store.make();
  const at = Date.now();
  const down: Wish = { state: "down", at, anew: false };
  const { agents } = site.project;
  await changeWishes(store, (before) => {
    const names = [...Object.keys(before.agents), ...agents.map(({ name }) => name)];
    return {
      ...before,
      agents: Object.fromEntries(names.map((name) => [name, down])),
      off: true,
      // Whoever said so first says so still.
      standstill: before.standstill ?? { at, by: personIn(world), why },
    };
  });
  const wished = Date.now();
  if (!(await isAnythingThere(site, world))) return;
  await ensureWatchdog(site, world);
  await awaitEnd(site, { agents, all: true, until: null, wished }, world);
}

async function liftIt({ state }: Site): Promise<void> {
  if (existsSync(state))
    await changeWishes(createStore(state), (before) => ({ ...before, standstill: null }));
}
