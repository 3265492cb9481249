import { existsSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import path from "node:path";

/*
 * The door of our plugin in opencode, at which it takes what the agent is to be
 * told: a folder, in which each message is a file. So the program needs no port,
 * and nothing is typed into it.
 */

export type Json = Readonly<Record<string, unknown>>;

/** As much of the program's own client as is needed. */
export interface Client {
  readonly session: {
    get(of: {
      readonly path: { readonly id: string };
    }): Promise<{ readonly data?: { readonly parentID?: string } }>;
    messages(of: {
      readonly path: { readonly id: string };
    }): Promise<{ readonly data?: readonly { readonly info: Json }[] }>;
    abort(of: { readonly path: { readonly id: string } }): Promise<unknown>;
    promptAsync(of: {
      readonly path: { readonly id: string };
      readonly body: Json;
    }): Promise<{ readonly error?: unknown }>;
  };
}

/** The conversation of the agent itself, and how it was last told something in it: in which of its roles, by which model. */
export interface Conversation {
  session: string | null;
  manner: Json | null;
  /** That of its run; null where it has none of its own. */
  readonly model: string | null;
}

/** So often it is looked at, whatever is said of news. */
const SELDOM = 2_000;
/** So long the door is shut after the program has refused a message: it may be typed meanwhile. */
const OFFENDED = 300_000;

/**
 * Takes what lies at the door, one after the other. Whoever moves a file away has it: `.taken` is told to the agent,
 * once; what the program refuses is free again.
 */
export function door(
  folder: string,
  instance: string,
  client: Client,
  conversation: Conversation,
  closing?: AbortSignal,
): () => void {
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
    if (isBusy || closing?.aborted) return;
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
  watchOver(folder, look, closing);
  return look;
}

/** Looks at each news of a folder, and now and then, until it is told to end. */
export function watchOver(folder: string, look: () => void, closing?: AbortSignal): void {
  const seldom = setInterval(look, SELDOM).unref();
  closing?.addEventListener("abort", () => clearInterval(seldom));
  try {
    const watcher = watch(folder, look).on("error", () => {});
    watcher.unref();
    closing?.addEventListener("abort", () => watcher.close());
  } catch {
    // There may be too many of these.
  }
}

/** In the same manner as it was told last: a restricted role must stay so. */
export async function tell(
  client: Client,
  { session, manner, model }: Conversation,
  text: string,
): Promise<boolean> {
  if (session === null) return false;
  const id = { id: session };
  const before = manner ?? (await mannerBefore(client, session, model));
  const { error } = await client.session.promptAsync({
    path: id,
    body: { ...before, parts: [{ type: "text", text }] },
  });
  return error === undefined;
}

/** Of an old conversation; the model is that of this run, where it has one. */
async function mannerBefore(client: Client, session: string, model: string | null): Promise<Json> {
  const { data = [] } = await client.session.messages({ path: { id: session } });
  const last = data.findLast(({ info }) => info.role === "user")?.info;
  const [providerID = "", ...rest] = (model ?? "").split("/");
  const manner = last === undefined ? {} : mannerOf(last);
  return rest.length === 0 ? manner : { agent: manner.agent, model: { providerID, modelID: rest.join("/") } };
}

/** Of what it was told. */
export function mannerOf({ agent, model, variant }: Json): Json {
  const { providerID, modelID, variant: inner } = (model ?? {}) as Json;
  return {
    agent,
    model: model === undefined ? undefined : { providerID, modelID },
    variant: variant ?? inner,
  };
}
