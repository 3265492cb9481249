import { setTimeout as wait } from "node:timers/promises";
import { defineCommand, type World } from "../command/command.ts";
import { isHeld } from "../host/lock.ts";
import { createEyes } from "../host/look.ts";
import type { Site } from "../host/site.ts";
import { createStore, type Store } from "../host/store.ts";
import { createTmux } from "../host/tmux.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { delayOf } from "../watch/delay.ts";
import { LONGEST_MESSAGE, type Message, PLAIN, toPlain } from "../watch/message.ts";
import { type Receipt, receiptOf } from "../watch/receipt.ts";
import { FRESH_RECORD } from "../watch/record.ts";
import type { Duration } from "../watch/time.ts";
import { ANSWER_VERSION, chosen, configFlag, jsonFlag, openRunning } from "./common.ts";
import { readDuration } from "./duration.ts";
import { survey } from "./survey.ts";

export const send = defineCommand({
  name: "send",
  about: "say something to an agent, once, and wait for the receipt",
  operands: "<agent> <text..>",
  flags: {
    ...configFlag,
    ...jsonFlag,
    "no-wait": {
      type: "boolean",
      about: "leave it in the outbox; it is delivered when the agent can take it",
    },
    timeout: { type: "string", about: "how long to wait for the receipt (60s)", value: "DURATION" },
    expires: { type: "string", about: "not to be said any more after this time", value: "DURATION" },
  },
  examples: [
    ['agents send builder "Please rebase first."', "prints: confirmed 3f2a1c9 after 180 ms"],
    ["agents send builder - < notes.txt", "the text comes from standard input"],
    ['agents send builder --no-wait --expires 10m "Look at CI."', "leave it in the outbox, for ten minutes"],
  ],
  async run([name = "", ...words], { config, json, "no-wait": noWait, timeout, expires }, world) {
    const began = performance.now();
    const site = await openRunning(config, world);
    const limit = readDuration("--timeout", timeout ?? "60s");
    const lifetime = expires === undefined ? null : readDuration("--expires", expires);
    const agent = listener(site, name);
    const text = await readMessage(words, world);
    if (!noWait) await refuseForStopped(site, agent, world);
    const store = createStore(site.state);
    await store.make();
    const message = newMessage(agent.name, text, lifetime);
    await store.queue(message);
    await store.wake();
    const receipt: Receipt = noWait
      ? { state: "queued" }
      : await awaitReceipt(store, message, began + limit, world.signal);
    const latency = Math.round(performance.now() - began);
    const isEnd = receipt.state !== "queued" && receipt.state !== "typed";
    if (!noWait && !isEnd && !world.signal.aborted) {
      const because = `message ${message.id} is still ${receipt.state}: ${await whyNot(site, agent, world)}`;
      throw new Failure("TIMED_OUT", because, { hint: "it stays in the outbox, and is said when it can be" });
    }
    const answer = { schema_version: ANSWER_VERSION, id: message.id, to: agent.name, ...receipt };
    world.out(
      json
        ? `${JSON.stringify({ ...answer, latency_ms: isEnd ? latency : null })}\n`
        : renderReceipt(message.id, receipt, latency),
    );
    if (world.signal.aborted) return 130;
    return receipt.state === "refused" || receipt.state === "expired" ? 1 : 0;
  },
});

function renderReceipt(id: string, receipt: Receipt, latency: Duration): string {
  const because = "because" in receipt ? `: ${receipt.because}` : "";
  const after = receipt.state === "queued" || receipt.state === "typed" ? "" : ` after ${latency} ms`;
  return `${receipt.state} ${id}${after}${because}\n`;
}

function listener(site: Site, name: string): Agent {
  const [agent] = chosen(site, [name]);
  if (agent === undefined) throw new Error("a name was chosen, and no agent came of it");
  if (agent.backend === null)
    throw new Failure("WRONG_USAGE", `${agent.name} is a service: it has no input box for messages`);
  return agent;
}

async function readMessage(words: readonly string[], world: World): Promise<string> {
  const text = toPlain(words.length === 1 && words[0] === "-" ? await world.input() : words.join(" "));
  if (text === "") throw new Failure("WRONG_USAGE", "the message is empty");
  const size = Buffer.byteLength(text);
  if (size > LONGEST_MESSAGE)
    throw new Failure(
      "WRONG_USAGE",
      `the message has ${size} bytes, and ${LONGEST_MESSAGE} is the most that is typed`,
      {
        hint: "write it to a file in the agent's workdir, and tell the agent to read that",
      },
    );
  return text;
}

/** Who waits for a receipt is told at once when nobody is there to give one. */
async function refuseForStopped(site: Site, { name }: Agent, { env, signal }: World): Promise<void> {
  const { agents, watchdog } = await survey(site, env);
  const seen = agents.find((agent) => agent.name === name);
  const hint = "start it with up, or leave the message in the outbox with --no-wait";
  if (seen?.enabled === false && seen.state !== "RUNNING")
    throw new Failure("DISABLED", `${name} is disabled and does not run`, { hint });
  // A finished task that is still there may be asked about its work.
  const isThere = seen?.is === "finished" && seen.state === "RUNNING";
  if (seen !== undefined && !isThere && STOPPED.has(seen.is))
    throw new Failure("STOPPED", `${name} does not run: ${seen.why}`, { hint });
  if (watchdog !== null) return;
  // Its keeper may just be starting it again.
  for (const deadline = performance.now() + RESTARTED_WITHIN; !(await isHeld(site.state, "watchdog")); ) {
    if (performance.now() >= deadline || signal.aborted)
      throw new Failure("STOPPED", `nobody watches ${site.name} now`, { hint });
    await wait(POLL);
  }
}

const RESTARTED_WITHIN: Duration = 5_000;
const POLL: Duration = 25;

const STOPPED: ReadonlySet<string> = new Set(["down", "failed", "finished", "foreign", "leftover"]);

const newMessage = (to: string, text: string, lifetime: Duration | null): Message => ({
  ...PLAIN,
  id: crypto.randomUUID().slice(0, 7),
  to,
  at: Date.now(),
  from: "person",
  text,
  expires: lifetime === null ? null : Date.now() + lifetime,
});

/** Until it has ended, or it is too late. */
async function awaitReceipt(
  store: Store,
  { id, to }: Message,
  deadline: number,
  signal: AbortSignal,
): Promise<Receipt> {
  for (;;) {
    const settled = await store.settled(to, id);
    if (settled !== null) return settled.end;
    if (performance.now() >= deadline || signal.aborted) {
      const { agents } = await store.records();
      return receiptOf(id, null, agents[to]?.mail ?? null);
    }
    await wait(POLL);
  }
}

/** One look at its terminal, and what stands in the way there. */
async function whyNot(site: Site, agent: Agent, { env }: World): Promise<string> {
  const [{ agents }, records] = await Promise.all([survey(site, env), createStore(site.state).records()]);
  const seen = agents.find(({ name }) => name === agent.name);
  const terminal = createTmux(site.socket, env, 0);
  const look = await createEyes(terminal, site.id).look(site.project, records, Date.now());
  const { run, mail } = records.agents[agent.name] ?? FRESH_RECORD;
  return delayOf(look.sighting(agent, run?.since ?? null), mail) ?? seen?.why ?? "its agent is not known";
}
