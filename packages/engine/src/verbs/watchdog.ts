import { BACKENDS } from "../backends/index.ts";
import { defineCommand } from "../command/command.ts";
import { startKeeper } from "../host/keeper.ts";
import { readLastGood } from "../host/site.ts";
import { watch } from "../watchdog/watch.ts";
import { configFlag, fileOf } from "./common.ts";

export const watchdog = defineCommand({
  name: "watchdog",
  about: "watch over the project in the foreground; `up` starts it by itself, under a keeper",
  flags: configFlag,
  examples: [["agents watchdog", "what the keeper runs; for systemd and for the curious"]],
  async run(_, { config }, world) {
    const site = await readLastGood(fileOf(config, world));
    const ended = await watch(site, world.env, world.signal);
    if (ended === "orphaned")
      startKeeper(
        site,
        world.env,
        Object.values(BACKENDS).flatMap(({ passes }) => passes),
      );
    return 0;
  },
});
