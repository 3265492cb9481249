import { defineCommand } from "../command/command.ts";
import { sanitize } from "../diagnostics/safe-text.ts";
import { readText } from "../host/files.ts";
import { createStore } from "../host/store.ts";
import { createTmux } from "../host/tmux.ts";
import { Failure } from "../problem.ts";
import { chosen, configFlag, openRunning, readCount } from "./common.ts";

export const logs = defineCommand({
  name: "logs",
  about: "show what an agent's terminal says, with what scrolled away; or the watchdog's own log",
  operands: "<agent>",
  flags: { ...configFlag, lines: { type: "string", short: "n", about: "only the last lines", value: "N" } },
  examples: [
    ["agents logs builder", "all that its terminal still knows"],
    ["agents logs builder -n 20", "the last 20 lines"],
    ["agents logs watchdog", "what the watchdog wrote about itself"],
  ],
  async run([name = ""], { config, lines }, world) {
    const site = await openRunning(config, world);
    const text =
      name === "watchdog"
        ? ((await readText(createStore(site.state).at("watchdog.log"))) ?? "")
        : await terminalOf(site.socket, chosen(site, [name])[0]?.session ?? "", name, world.env);
    const all = sanitize(text).trimEnd().split("\n");
    world.out(`${all.slice(lines === undefined ? 0 : -readCount("--lines", lines)).join("\n")}\n`);
    return 0;
  },
});

async function terminalOf(
  socket: string,
  session: string,
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const text = await createTmux(socket, env, 0).history(session);
  if (text === null)
    throw new Failure("AGENT_FAILED", `${name} does not run, so it has no terminal to read`, {
      hint: "what happened to it: agents events",
    });
  return text;
}
