import path from "node:path";
import { defineCommand, type World } from "../command/command.ts";
import { attach as attachTo } from "../host/attach.ts";
import { isHeld } from "../host/lock.ts";
import { createStore } from "../host/store.ts";
import { Failure } from "../problem.ts";
import { chosen, configFlag, openRunning } from "./common.ts";
import { type AgentSurvey, survey } from "./survey.ts";

export const readOnlyFlag = {
  "read-only": {
    type: "boolean",
    short: "r",
    about: "only look: no key reaches the agent, and its window keeps its size",
  },
} as const;

export const attach = defineCommand({
  name: "attach",
  about: "be at an agent's own terminal; to leave it (C-b d) stops nothing",
  operands: "<agent>",
  flags: { ...configFlag, ...readOnlyFlag },
  examples: [
    ["agents attach builder", "type to it as if you had started it yourself; C-b d to leave"],
    ["agents attach builder -r", "look over its shoulder"],
  ],
  async run([name = ""], { config, "read-only": readOnly = false }, world) {
    const site = await openRunning(config, world);
    chosen(site, [name]);
    const { agents, socket } = await survey(site, world.env);
    const agent = agents.find((one) => one.name === name);
    if (agent === undefined) throw new Error(`${name} was chosen, and is not in the survey`);
    return attachAgent(
      { agent, socket, readOnly, hint: `start it: up ${name}; what happened: why ${name}` },
      world,
    );
  },
});

interface Asked {
  readonly agent: Pick<AgentSurvey, "name" | "session"> & {
    readonly state: string;
    readonly why?: string | undefined;
  };
  readonly socket: string;
  readonly readOnly: boolean;
  /** What to do where it does not run. */
  readonly hint: string;
}

/** @throws Failure WRONG_USAGE, AGENT_FAILED, TMUX_FAILED */
export async function attachAgent(
  { agent: { name, session, state, why = "" }, socket, readOnly, hint }: Asked,
  { env, lend }: Pick<World, "env" | "lend">,
): Promise<number> {
  if (lend === undefined)
    throw new Failure("WRONG_USAGE", "attach needs a terminal: its input or its output is none", {
      hint: "what the agent's terminal shows, as text: logs",
    });
  if (state === "unknown")
    throw new Failure("TMUX_FAILED", `the tmux server of ${name} does not answer: ${why}`);
  if (state !== "RUNNING")
    throw new Failure("AGENT_FAILED", `${name} does not run, so there is no terminal to be at: ${why}`, {
      hint,
    });
  await attachTo({ socket, session }, readOnly, { env, lend });
  // Who was asked something and has answered does not stand there as asking until the next tick.
  const folder = path.dirname(socket);
  if (!readOnly && (await isHeld(folder, "watchdog"))) await createStore(folder).wake();
  return 0;
}
