import { existsSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/*
 * Runs inside opencode, as a plugin of it. It hands on what the program says of
 * itself, as `hook.sh` does for others, and takes what the agent is to be told
 * at a door: a folder, in which each message is a file. So the program needs no
 * port, and nothing is typed into it. It lies alone in the state directory and
 * imports nothing of ours, and opencode takes each of its exports for a plugin.
 * It never throws: that would be the agent's trouble.
 */

type Json = Readonly<Record<string, unknown>>;
type Say = (words: Json) => void;

/** As much of the program's own client as is needed. */
interface Client {
  readonly session: {
    get(of: {
      readonly path: { readonly id: string };
    }): Promise<{ readonly data?: { readonly parentID?: string } }>;
    messages(of: {
      readonly path: { readonly id: string };
    }): Promise<{ readonly data?: readonly { readonly info: Json }[] }>;
    promptAsync(of: {
      readonly path: { readonly id: string };
      readonly body: Json;
    }): Promise<{ readonly error?: unknown }>;
  };
}

/** What it publishes on its bus. */
interface Told {
  readonly type: string;
  readonly properties: Json;
}

/** The conversation of the agent itself, and how it was last told something in it: by which of its roles and models. */
interface Conversation {
  session: string | null;
  manner: Json | null;
}

export async function fleet({ client }: { readonly client: Client }) {
  const { env } = process;
  const { FLEET_EVENTS: events, FLEET_INSTANCE: instance, FLEET_DOOR: folder, FLEET_PLUGIN: first } = env;
  const self = String(process.pid);
  // What the agent starts by itself inherits all this, and is not the agent.
  if (events === undefined || instance === undefined || (first ?? self) !== self) return {};
  env.FLEET_PLUGIN = self;
  const conversation: Conversation = { session: env.FLEET_CONVERSATION ?? null, manner: null };
  const tend = folder === undefined ? () => {} : door(folder, instance, client, conversation);
  const hear = ears(client, mouth(events, instance), conversation);
  let before = Promise.resolve();
  tend();
  return {
    event: ({ event }: { readonly event: Told }): void => {
      // One after the other, though some have to be asked about first.
      before = before.then(() => hear(event)).then(tend, () => {});
    },
  };
}

/** So often it is looked at, whatever is said of news. */
const SELDOM = 2_000;
/** So long the door is shut after the program has refused a message: it may be typed meanwhile. */
const OFFENDED = 300_000;

/**
 * Takes what lies at the door, one after the other. Whoever moves a file away has it: `.taken` is told to the agent,
 * once; what the program refuses is free again.
 */
function door(folder: string, instance: string, client: Client, conversation: Conversation): () => void {
  const sign = path.join(folder, "open");
  let isOpen = false;
  let isBusy = false;
  let shutUntil = 0;
  const open = (): void => {
    if (isOpen || conversation.session === null || Date.now() < shutUntil) return;
    writeFileSync(`${sign}.new`, instance, { mode: 0o600 });
    renameSync(`${sign}.new`, sign);
    isOpen = true;
  };
  const take = async (name: string): Promise<void> => {
    const lies = path.join(folder, name);
    const taken = lies.replace(/\.json$/, ".taken");
    // Told before, and laid down once more after a crash.
    if (existsSync(taken)) return rmSync(lies, { force: true });
    renameSync(lies, taken);
    const { text } = JSON.parse(readFileSync(taken, "utf8"));
    if (await tell(client, conversation, String(text)).catch(() => false)) return;
    [isOpen, shutUntil] = [false, Date.now() + OFFENDED];
    rmSync(sign, { force: true });
    rmSync(taken, { force: true });
  };
  const tend = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    try {
      open();
      const lies = readdirSync(folder).filter((name) => /^[\w-]+\.json$/.test(name));
      for (const name of lies) if (isOpen) await take(name);
    } catch {
      // It was taken back just now; or the disk is full, and it is tried again.
    } finally {
      isBusy = false;
    }
  };
  rmSync(sign, { force: true });
  const look = () => void tend();
  try {
    watch(folder, look)
      .on("error", () => {})
      .unref();
  } catch {
    // There may be too many of these.
  }
  setInterval(look, SELDOM).unref();
  return look;
}

/** In the same manner as it was told last: a restricted role must stay so. */
async function tell(client: Client, { session, manner }: Conversation, text: string): Promise<boolean> {
  if (session === null) return false;
  const id = { id: session };
  const before = manner ?? (await mannerBefore(client, session));
  const { error } = await client.session.promptAsync({
    path: id,
    body: { ...before, parts: [{ type: "text", text }] },
  });
  return error === undefined;
}

/** Of an old conversation; the model is that of this run, where it has one. */
async function mannerBefore(client: Client, session: string): Promise<Json> {
  const { data = [] } = await client.session.messages({ path: { id: session } });
  const last = data.findLast(({ info }) => info.role === "user")?.info;
  const [providerID = "", ...rest] = (process.env.FLEET_MODEL ?? "").split("/");
  const manner = last === undefined ? {} : mannerOf(last);
  return rest.length === 0 ? manner : { agent: manner.agent, model: { providerID, modelID: rest.join("/") } };
}

function mannerOf({ agent, model, variant }: Json): Json {
  const { providerID, modelID, variant: inner } = (model ?? {}) as Json;
  return {
    agent,
    model: model === undefined ? undefined : { providerID, modelID },
    variant: variant ?? inner,
  };
}

/** As long as nobody reads them, only the last events are kept. */
const MOST_EVENTS = 2_000;

/** Drops events where `hook.sh` drops them: whole, or not at all. */
function mouth(events: string, instance: string): Say {
  let count = 0;
  let last = "";
  return (words) => {
    const text = JSON.stringify(words);
    // It tells many things twice.
    if (text === last) return;
    last = text;
    const nanoseconds = `${Date.now()}${String(count++ % 1_000_000).padStart(6, "0")}`;
    const name = `${nanoseconds}-${process.pid}.${instance}`;
    try {
      writeFileSync(path.join(events, `.${name}`), text, { mode: 0o600 });
      renameSync(path.join(events, `.${name}`), path.join(events, name));
      const all = readdirSync(events).filter((one) => /^\d/.test(one));
      for (const old of all.toSorted().slice(0, -MOST_EVENTS))
        rmSync(path.join(events, old), { force: true });
    } catch {
      // Its screen has to do.
    }
  };
}

/** An error that neither the end of a turn nor more work follows. */
const SETTLED = 2_000;

/** What the conversation of the agent itself does, in words of ours; and of whom it waits for an answer. */
function ears(client: Client, say: Say, conversation: Conversation): (told: Told) => Promise<void> {
  const isOwn = family(client);
  const users = new Set<string>();
  const asks = questioner(say);
  let error: Json | null = null;
  const rest = (session: string): void => say({ type: "idle", session, error });
  const words = {
    "session.status": (session: string, { status }: Json): void => {
      const { type, message, next } = (status ?? {}) as Json;
      if (type !== "idle") error = null;
      if (type === "idle") rest(session);
      // It is busy, by its own word, while it waits for an answer.
      else if (!asks.isOpen())
        say(type === "retry" ? { type, session, message, next } : { type: "busy", session });
    },
    "session.error": (session: string, { error: found }: Json): void => {
      const { name, data } = (found ?? {}) as Json;
      const { message, statusCode: status, responseBody: body } = (data ?? {}) as Json;
      // A person's Escape is no error.
      if (name === "MessageAbortedError") return;
      const told = { name, message, status, body: String(body ?? "").slice(0, 2_000) };
      error = told;
      // Some errors it gets over by itself: then it is soon busy again.
      setTimeout(() => error === told && rest(session), SETTLED).unref();
    },
    "message.updated": (_: string, { info }: Json): void => {
      const { id, role } = (info ?? {}) as Json;
      if (role !== "user") return;
      users.add(String(id));
      conversation.manner = mannerOf(info as Json);
    },
    "message.part.updated": (session: string, { part }: Json): void => {
      const { type, text, synthetic, messageID } = (part ?? {}) as Json;
      if (type === "text" && synthetic !== true && users.has(String(messageID)))
        say({ type: "told", session, text });
    },
  };
  return async ({ type, properties }) => {
    const session = await isOwn(type, properties);
    if (/^(?:permission|question)\./.test(type)) asks.hear(type, properties, session);
    if (session === null || !Object.hasOwn(words, type)) return;
    if (session !== conversation.session) conversation.manner = null;
    conversation.session = session;
    words[type as keyof typeof words](session, properties);
  };
}

/** Helpers have conversations of their own, which name where they come from. Says the agent's own conversation, or null. */
function family(client: Client): (type: string, properties: Json) => Promise<string | null> {
  const parents = new Map<string, string | null>();
  return async (type, { sessionID, info }) => {
    const { id, parentID } = (info ?? {}) as Json;
    if (/^session\.(?:created|updated)$/.test(type))
      parents.set(String(id), typeof parentID === "string" ? parentID : null);
    if (typeof sessionID !== "string") return null;
    if (!parents.has(sessionID)) {
      const found = await client.session.get({ path: { id: sessionID } }).catch(() => null);
      parents.set(sessionID, found?.data?.parentID ?? null);
    }
    return parents.get(sessionID) === null ? sessionID : null;
  };
}

/** Who may answer a question by itself does so within this. */
const ANSWERED = 300;

/** Whoever asks, a helper perhaps: it waits. */
function questioner(say: Say) {
  const open = new Map<string, Json>();
  const ask = (): void => {
    const last = [...open.values()].at(-1);
    if (last !== undefined) say({ type: "asking", ...last });
  };
  return {
    isOpen: (): boolean => open.size > 0,
    hear(type: string, properties: Json, session: string | null): void {
      if (type.endsWith(".asked")) {
        open.set(String(properties.id), { session, question: questionOf(properties) });
        setTimeout(ask, ANSWERED).unref();
      } else if (open.delete(String(properties.requestID))) {
        if (open.size === 0) say({ type: "busy", session });
        else ask();
      }
    },
  };
}

/** What it would do, or the first of what it asks. */
function questionOf({ permission, patterns, questions }: Json): string {
  const [first] = Array.isArray(questions) ? (questions as readonly Json[]) : [];
  if (first !== undefined) return String(first.question);
  const what = Array.isArray(patterns) ? patterns.join(", ").slice(0, 200) : "";
  return `may it use ${String(permission)}${what === "" ? "" : `: ${what}`}?`;
}
