import { setTimeout as wait } from "node:timers/promises";
import { defineCommand, type World } from "../command/command.ts";
import { isHeld } from "../host/lock.ts";
import { createStore, type Store } from "../host/store.ts";
import { Failure } from "../problem.ts";
import { type Message, toPlain } from "../watch/message.ts";
import { ANSWER_VERSION, chosen, configFlag, jsonFlag, openSite } from "./common.ts";

export const send = defineCommand({
  name: "send",
  about: "say something to an agent, once, and wait for the receipt",
  operands: "<agent> <text..>",
  flags: {
    ...configFlag,
    ...jsonFlag,
    "no-wait": { type: "boolean", about: "leave it in the outbox; the watchdog delivers it when it can" },
    timeout: { type: "string", about: "how many seconds to wait for the receipt (60)", value: "SECONDS" },
  },
  examples: [
    ['agents send builder "Please rebase first."', "prints: submitted 3f2a1c9"],
    ['agents send builder --no-wait "Good night."', "leave it in the outbox"],
  ],
  async run([name, ...words], { config, json, "no-wait": noWait, timeout }, world) {
    const site = await openSite(config, world);
    const [agent] = chosen(site, [name ?? ""]);
    const text = toPlain(words.join(" "));
    if (agent === undefined || text === "") throw new Failure("WRONG_USAGE", "the message is empty");
    if (agent.backend === null)
      throw new Failure("WRONG_USAGE", `${agent.name} is a service: it has no input box for messages`);
    const store = createStore(site.state);
    await store.make();
    const message = newMessage(agent.name, text);
    await store.queue(message);
    await store.wake();
    const watched = await isHeld(site.state, "watchdog");
    const limit = seconds(timeout) * 1000;
    const receipt = noWait || !watched ? "queued" : await awaitReceipt(store, message, limit, world);
    const note = watched ? "" : `   (nobody watches ${site.name} now: it is delivered after the next up)`;
    const answer = { schema_version: ANSWER_VERSION, id: message.id, to: agent.name, state: receipt };
    world.out(json ? `${JSON.stringify(answer)}\n` : `${receipt} ${message.id}${note}\n`);
    return receipt === "submitted" || noWait || !watched ? 0 : 3;
  },
});

const newMessage = (to: string, text: string): Message => ({
  id: crypto.randomUUID().slice(0, 7),
  to,
  at: Date.now(),
  from: "person",
  text,
  sha: null,
  turn: null,
});

function seconds(text: string | undefined): number {
  if (text === undefined) return 60;
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0)
    throw new Failure("WRONG_USAGE", `--timeout takes a number of seconds, not "${text}"`);
  return number;
}

async function awaitReceipt(
  store: Store,
  { id, to }: Message,
  limit: number,
  { signal }: World,
): Promise<"submitted" | "dropped" | "queued"> {
  const deadline = Date.now() + limit;
  while (Date.now() < deadline && !signal.aborted) {
    const settled = await store.settled(to, id);
    if (settled !== null) return settled.how;
    await wait(25);
  }
  return "queued";
}
