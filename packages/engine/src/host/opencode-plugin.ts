import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { type Client, type Conversation, door, type Json, mannerOf } from "./opencode-door.ts";
import { seats, type Told } from "./opencode-seats.ts";

/*
 * Runs inside opencode, as a plugin of it: hands on what the program says of
 * itself, as `hook.sh` does for others, and takes messages at a door. It lies in
 * the state directory, with nothing of ours beside it but what it imports, and
 * opencode takes each of its exports for a plugin. It never throws: that would be the
 * agent's trouble.
 */

type Say = (words: Json) => void;

interface Given {
  readonly client: Client;
  readonly directory: string;
}

export async function fleet({ client, directory }: Given) {
  const { env } = process;
  const { FLEET_EVENTS: events, FLEET_INSTANCE: instance, FLEET_DOOR: folder, FLEET_PLUGIN: first } = env;
  const { FLEET_SEATS: place } = env;
  const self = String(process.pid);
  // What the agent starts by itself inherits all this, and is not the agent.
  if (events === undefined || instance === undefined || (first ?? self) !== self) return {};
  env.FLEET_PLUGIN = self;
  if (place !== undefined) return shared(place, directory, client, events);
  const conversation: Conversation = {
    session: env.FLEET_CONVERSATION ?? null,
    manner: null,
    model: env.FLEET_MODEL ?? null,
  };
  const tend = folder === undefined ? () => {} : door(folder, instance, client, conversation);
  const hear = ears(client, mouth(events, instance), conversation);
  let before = Promise.resolve();
  tend();
  return {
    config: allowKickoffs(events),
    event: ({ event }: { readonly event: Told }): void => {
      // One after the other, though some have to be asked about first.
      before = before.then(() => hear(event)).then(tend, () => {});
    },
  };
}

/** In a server that several agents share. */
function shared(place: string, directory: string, client: Client, events: string) {
  const all = seats(place, directory, client, (seat, conversation, leave) => {
    const tend = door(seat.door, seat.instance, client, conversation, leave);
    const hear = ears(client, mouth(events, seat.instance), conversation);
    tend();
    return (told) => hear(told).then(tend);
  });
  let before = Promise.resolve();
  return {
    config: allowKickoffs(events),
    event: ({ event }: { readonly event: Told }): void => {
      before = before.then(() => all.hear(event)).catch(() => {});
    },
    /** What an agent starts is its own, and not the server's: it ends with the agent's run. */
    "shell.env": async ({ sessionID }: Json, { env }: { readonly env: Record<string, string> }) => {
      // Whoever has it may do anything in the server.
      env.OPENCODE_SERVER_PASSWORD = "";
      const seat = await all.of(sessionID);
      if (seat === null) return;
      env.FLEET_AGENT = seat.agent;
      env.FLEET_INSTANCE = seat.instance;
    },
  };
}

/**
 * Its first message is a file outside of its folder: it would ask at its very first step. The names are patterns, too: as
 * these are, they are nobody else's, stand behind all that its person says, and the last rule that fits is obeyed.
 */
const allowKickoffs =
  (events: string) =>
  (settings: { permission?: unknown }): void => {
    const state = path.dirname(events);
    const { permission } = settings;
    const own = typeof permission === "string" ? { "*": permission } : (permission as Json | undefined);
    settings.permission = {
      ...own,
      "external_directory*": { [path.join(state, "kickoffs/*")]: "allow" },
      // What it reads is named from its folder.
      "read*": { [path.join("*", path.basename(state), "kickoffs/*")]: "allow" },
    };
  };

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
