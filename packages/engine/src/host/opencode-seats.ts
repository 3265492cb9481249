import { linkSync, readdirSync, readFileSync, realpathSync, renameSync, unlinkSync } from "node:fs";
import path from "node:path";
import { type Client, type Conversation, type Json, tell, watchOver } from "./opencode-door.ts";

/*
 * The part of our plugin in opencode that knows who sits where, in a server that
 * several agents share. Each agent that is attached has a seat: a file that the
 * watchdog lays down before it starts the agent, and takes away when it ends it.
 * The server loads our plugin once for each folder that it works in.
 */

export interface Seat {
  readonly agent: string;
  /** Of its run. */
  readonly instance: string;
  /** Its conversation. */
  readonly session: string;
  readonly directory: string;
  readonly model: string | null;
  /** The folder of its door. */
  readonly door: string;
}

/** What the program publishes on its bus. */
export interface Told {
  readonly type: string;
  readonly properties: Json;
}

type Hear = (told: Told) => Promise<void>;

/** One that is taken. */
interface Taken {
  readonly seat: Seat;
  readonly conversation: Conversation;
  readonly hear: Hear;
  readonly leave: AbortController;
  /** No earlier than then is told again what was refused. */
  again: number;
}

/** So long what was refused is left alone: laying it down again is news of the folder, too. */
const PAUSE = 2_000;

export function seats(
  folder: string,
  directory: string,
  client: Client,
  sit: (seat: Seat, conversation: Conversation, leave: AbortSignal) => Hear,
) {
  const taken = new Map<string, Taken>();
  const rootOf = lineage(client);
  const at = async (type: string, properties: Json): Promise<Taken | undefined> => {
    const root = await rootOf(type, properties);
    return [...taken.values()].find(({ seat }) => seat.session === root);
  };
  const look = (): void => {
    const there = seatsIn(folder, directory);
    // Could not look is not gone.
    if (there === null) return;
    for (const { seat, leave } of taken.values()) {
      const next = there.find(({ agent }) => agent === seat.agent);
      if (next?.instance === seat.instance) continue;
      leave.abort();
      taken.delete(seat.agent);
      // It would go on without a window, and beside its agent's next run.
      if (next?.session !== seat.session)
        client.session.abort({ path: { id: seat.session } }).catch(() => {});
    }
    for (const seat of there) {
      if (taken.has(seat.agent)) continue;
      const { session, model } = seat;
      const conversation: Conversation = { session, manner: null, model };
      const leave = new AbortController();
      const hear = sit(seat, conversation, leave.signal);
      taken.set(seat.agent, { seat, conversation, hear, leave, again: 0 });
    }
    for (const one of taken.values()) if (Date.now() >= one.again) void begin(folder, one, client);
  };
  look();
  watchOver(folder, look);
  return {
    hear: async (told: Told): Promise<void> => (await at(told.type, told.properties))?.hear(told),
    /** Whose tool it is, that is about to be run for this conversation. */
    of: async (session: unknown): Promise<Seat | null> =>
      (await at("tool", { sessionID: session }))?.seat ?? null,
  };
}

/** Null when one of them could not be read. */
function seatsIn(folder: string, directory: string): readonly Seat[] | null {
  try {
    const here = realpathSync(directory);
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name): Seat => JSON.parse(readFileSync(path.join(folder, name), "utf8")))
      .filter((seat) => realpathSync(seat.directory) === here);
  } catch {
    return null;
  }
}

/** What a fresh conversation is told first lies beside its seat: whoever moves it away tells it, once. What is refused is tried again. */
async function begin(folder: string, one: Taken, client: Client): Promise<void> {
  const { seat, conversation } = one;
  const lies = path.join(folder, `${seat.agent}.first`);
  const taken = `${lies}-taken`;
  try {
    const { instance, text } = JSON.parse(readFileSync(lies, "utf8"));
    if (instance !== seat.instance) return;
    renameSync(lies, taken);
    if (await tell(client, conversation, String(text)).catch(() => false)) return;
    one.again = Date.now() + PAUSE;
    // Not over what its next run is to be told.
    linkSync(taken, lies);
    unlinkSync(taken);
  } catch {
    // There is none, or it was told.
  }
}

/** The conversation that the agent itself has, for those of its helpers, too. */
function lineage(client: Client): (type: string, properties: Json) => Promise<string | null> {
  const parents = new Map<string, string | null>();
  const parentOf = async (id: string): Promise<string | null> => {
    const known = parents.get(id);
    if (known !== undefined) return known;
    const found = await client.session.get({ path: { id } }).catch(() => null);
    const parent = found?.data?.parentID ?? null;
    if (found !== null) parents.set(id, parent);
    return parent;
  };
  return async (type, { sessionID, info }) => {
    const { id, parentID } = (info ?? {}) as Json;
    if (/^session\.(?:created|updated)$/.test(type))
      parents.set(String(id), typeof parentID === "string" ? parentID : null);
    if (typeof sessionID !== "string") return null;
    let root = sessionID;
    for (let parent = await parentOf(root); parent !== null; parent = await parentOf(root)) root = parent;
    return root;
  };
}
