import { setTimeout as wait } from "node:timers/promises";
import { defineCommand, type World } from "../command/command.ts";
import { isHeld } from "../host/lock.ts";
import { createEyes } from "../host/look.ts";
import type { Site } from "../host/site.ts";
import { createStore, type Store } from "../host/store.ts";
import { createTmux } from "../host/tmux.ts";
import { FAILURES, Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { delayOf } from "../watch/delay.ts";
import { LONGEST_MESSAGE, type Message, PLAIN, toPlain } from "../watch/message.ts";
import { type Receipt, receiptOf } from "../watch/receipt.ts";
import { FRESH_RECORD } from "../watch/record.ts";
import type { Duration } from "../watch/time.ts";
import { ANSWER_VERSION, configFlag, jsonFlag, openRunning } from "./common.ts";
import { readDuration } from "./duration.ts";
import { isThere, recipientsOf } from "./recipients.ts";
import { columns } from "./render.ts";
import { type Survey, survey } from "./survey.ts";

export const send = defineCommand({
  name: "send",
  about: "say something to an agent, to all of a role or to all, once, and wait for the receipts",
  operands: "[agent | @role] <text..>",
  flags: {
    ...configFlag,
    ...jsonFlag,
    all: { type: "boolean", about: "to every agent that is up; then no agent is named" },
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
    ['agents send @reviewer "The API has changed."', "to each agent of that role, with a receipt each"],
    ['agents send --all "Commit what you have."', "to everybody who is up"],
    ['agents send builder --no-wait --expires 10m "Look at CI."', "leave it in the outbox, for ten minutes"],
  ],
  async run(operands, { config, json = false, all = false, "no-wait": noWait, timeout, expires }, world) {
    const began = performance.now();
    const site = await openRunning(config, world);
    const limit = readDuration("--timeout", timeout ?? "60s");
    const lifetime = expires === undefined ? null : readDuration("--expires", expires);
    const [who = "", ...rest] = operands;
    const agents = recipientsOf(site, all ? null : who);
    const text = await readMessage(all ? operands : rest, world);
    const seen = noWait && !all ? null : await survey(site, world.env);
    const order: Order = { text, lifetime, deadline: began + limit, began, wait: noWait !== true, seen };
    if (!all && !who.startsWith("@"))
      for (const agent of agents) return tellOne(await sendTo(site, agent, order, world), json, world);
    const there = all ? agents.filter((agent) => isThere(agent, seen)) : agents;
    if (there.length === 0) throw new Failure("STOPPED", `nobody of ${site.name} is up`, { hint: HINT });
    const sent = await Promise.all(
      there.map((agent) => sendTo(site, agent, order, world).catch(refused(agent))),
    );
    return tellAll(site, sent, json, world);
  },
});

/** What is to be said, and how long its sender waits. */
interface Order {
  readonly text: string;
  readonly lifetime: Duration | null;
  readonly began: number;
  readonly deadline: number;
  readonly wait: boolean;
  /** Null: whether the agent runs does not matter. */
  readonly seen: Survey | null;
}

/** How far it came with one agent; a failure where it did not come to its end. */
interface Sent {
  readonly to: string;
  /** Null: it was not queued at all. */
  readonly id: string | null;
  readonly receipt: Receipt | null;
  /** Null: it has no end yet. */
  readonly latency: Duration | null;
  readonly failure: Failure | null;
}

const refused =
  ({ name: to }: Agent) =>
  (failure: unknown): Sent => {
    if (!(failure instanceof Failure)) throw failure;
    return { to, id: null, receipt: null, latency: null, failure };
  };

/** @throws Failure when it could not even be queued */
async function sendTo(site: Site, agent: Agent, order: Order, world: World): Promise<Sent> {
  const { seen, began, deadline } = order;
  if (order.wait && seen !== null) await refuseForStopped(site, agent, seen, world);
  const store = createStore(site.state);
  await store.make();
  const { id, to, ...message } = newMessage(agent.name, order);
  await store.queue({ id, to, ...message });
  await store.wake();
  if (!order.wait) return { to, id, receipt: { state: "queued" }, latency: null, failure: null };
  // Nobody waits for the end of a hold, or of a limit.
  const restraint = seen?.agents.find(({ name }) => name === to)?.restraint ?? null;
  const receipt = await awaitReceipt(store, { id, to }, restraint === null ? deadline : 0, world.signal);
  const isEnd = receipt.state !== "queued" && receipt.state !== "typed";
  if (isEnd) return { to, id, receipt, latency: Math.round(performance.now() - began), failure: null };
  if (restraint !== null) {
    const waiting = { state: "queued", because: `${restraint.because}; it is said after that` } as const;
    return { to, id, receipt: waiting, latency: null, failure: null };
  }
  if (world.signal.aborted) return { to, id, receipt, latency: null, failure: null };
  const because = `message ${id} is still ${receipt.state}: ${await whyNot(site, agent, world)}`;
  const failure = new Failure("TIMED_OUT", because, {
    hint: "it stays in the outbox, and is said when it can be",
  });
  return { to, id, receipt, latency: null, failure };
}

function tellOne({ to, id, receipt, latency, failure }: Sent, json: boolean, world: World): number {
  if (failure !== null) throw failure;
  const answer = { schema_version: ANSWER_VERSION, id, to, ...receipt, latency_ms: latency };
  world.out(json ? `${JSON.stringify(answer)}\n` : `${sayReceipt(id, receipt, latency)}\n`);
  return world.signal.aborted ? 130 : exitOf(receipt);
}

/** A line each; the worst exit code counts. */
function tellAll(site: Site, all: readonly Sent[], json: boolean, world: World): number {
  const receipts = all.map(({ to, id, receipt, latency, failure }) => ({
    ...{ to, id, ...receipt, latency_ms: latency },
    ...(failure === null ? {} : { error: { code: failure.code, message: failure.message } }),
  }));
  const rows = all.map(({ to, id, receipt, latency, failure }) => [
    to,
    failure?.message ?? sayReceipt(id, receipt, latency),
  ]);
  const answer = { schema_version: ANSWER_VERSION, project: site.name, receipts };
  world.out(
    json
      ? `${JSON.stringify(answer)}\n`
      : columns(rows)
          .map((line) => `${line}\n`)
          .join(""),
  );
  if (world.signal.aborted) return 130;
  return Math.max(
    ...all.map(({ receipt, failure }) => (failure === null ? exitOf(receipt) : FAILURES[failure.code])),
  );
}

const exitOf = (receipt: Receipt | null): number =>
  receipt?.state === "refused" || receipt?.state === "expired" ? 1 : 0;

function sayReceipt(id: string | null, receipt: Receipt | null, latency: Duration | null): string {
  const because = receipt !== null && "because" in receipt ? `: ${receipt.because}` : "";
  return `${receipt?.state} ${id}${latency === null ? "" : ` after ${latency} ms`}${because}`;
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

const HINT = "start it with up, or leave the message in the outbox with --no-wait";

/** Who waits for a receipt is told at once when nobody is there to give one. */
async function refuseForStopped(
  site: Site,
  agent: Agent,
  { agents, watchdog }: Survey,
  { signal }: World,
): Promise<void> {
  const { name } = agent;
  const seen = agents.find((one) => one.name === name);
  if (seen?.enabled === false && seen.state !== "RUNNING")
    throw new Failure("DISABLED", `${name} is disabled and does not run`, { hint: HINT });
  if (seen !== undefined && !isThere(agent, { agents }))
    throw new Failure("STOPPED", `${name} does not run: ${seen.why}`, { hint: HINT });
  if (watchdog !== null) return;
  // Its keeper may just be starting it again.
  for (const deadline = performance.now() + RESTARTED_WITHIN; !(await isHeld(site.state, "watchdog")); ) {
    if (performance.now() >= deadline || signal.aborted)
      throw new Failure("STOPPED", `nobody watches ${site.name} now`, { hint: HINT });
    await wait(POLL);
  }
}

const RESTARTED_WITHIN: Duration = 5_000;
const POLL: Duration = 25;

const newMessage = (to: string, { text, lifetime }: Order): Message => ({
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
  { id, to }: Pick<Message, "id" | "to">,
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
  const { run, mail, restraint } = records.agents[agent.name] ?? FRESH_RECORD;
  if (restraint !== null) return restraint.because;
  return delayOf(look.sighting(agent, run?.since ?? null), mail) ?? seen?.why ?? "its agent is not known";
}
