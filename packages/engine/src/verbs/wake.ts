import { existsSync } from "node:fs";
import { defineCommand } from "../command/command.ts";
import { isHeld } from "../host/lock.ts";
import { createStore } from "../host/store.ts";
import { Failure } from "../problem.ts";
import { configFlag, openRunning } from "./common.ts";

export const wake = defineCommand({
  name: "wake",
  about: "make the watchdog look now: for webhooks and post-receive hooks",
  flags: configFlag,
  examples: [["agents wake --config /srv/project", "as a line of hooks/post-receive"]],
  async run(_, { config }, world) {
    const site = await openRunning(config, world);
    if (!existsSync(site.state) || !(await isHeld(site.state, "watchdog")))
      throw new Failure("AGENT_FAILED", `nobody watches ${site.name}`, { hint: "start it: agents up" });
    await createStore(site.state).wake();
    return 0;
  },
});
