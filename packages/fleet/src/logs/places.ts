import path from "node:path";
import { BACKENDS, type JournalEntry, readJournal, readText, type Site } from "@fleet/engine";
import type { Place } from "./conversation.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** By agent, where its conversations are noted, oldest first. */
export type Places = ReadonlyMap<string, readonly Place[]>;

/** Finds them, in the journal, as far as it goes back, and in what the watchdog remembers. */
export interface PlaceFinder {
  add(entry: JournalEntry): void;
  end(): Promise<Places>;
}

export function createPlaceFinder(site: Site, env: Environment): PlaceFinder {
  const places = new Map<string, Map<string, Place>>();
  const add = (agent: string, named: Named) => {
    const place = placeOf(site, agent, named, env);
    if (place === null) return;
    const those = places.get(agent) ?? new Map<string, Place>();
    places.set(agent, those.set("file" in place ? place.file : place.id, place));
  };
  return {
    add({ what, agent, id, transcript }) {
      if (what === "named-conversation" && agent !== null) add(agent, { id, transcript });
    },
    async end() {
      for (const [agent, named] of await currentOf(site)) add(agent, named);
      return new Map([...places].map(([agent, those]) => [agent, [...those.values()]]));
    },
  };
}

export async function placesOf(site: Site, env: Environment): Promise<Places> {
  const finder = createPlaceFinder(site, env);
  const { signal } = new AbortController();
  for await (const entry of readJournal(path.join(site.state, "journal.jsonl"), { signal }))
    finder.add(entry);
  return finder.end();
}

interface Named {
  readonly id?: unknown;
  readonly transcript?: unknown;
}

/** Where that conversation of this agent is noted; null where it is not, or cannot be read. */
export function placeOf(
  site: Site,
  agent: string,
  { id, transcript }: Named,
  env: Environment,
): Place | null {
  const { backend } = site.project.agents.find(({ name }) => name === agent) ?? { backend: null };
  const knows = BACKENDS[backend ?? ""];
  if (knows?.passages === undefined) return null;
  if (typeof transcript === "string") return { file: transcript };
  if (knows.database === undefined || typeof id !== "string") return null;
  const own = { ...env, ...site.project.backends[backend ?? ""]?.env };
  return { id, database: knows.database.file({ home: own.HOME ?? "/", env: own }) };
}

/** The conversations that agents are in, as the watchdog remembers them: the journal may not go back to their beginning. */
export async function currentOf({ state }: Site): Promise<readonly (readonly [string, Named])[]> {
  try {
    const records = JSON.parse((await readText(path.join(state, "records.json"))) ?? "{}");
    return Object.entries(records.agents ?? {}).flatMap(([agent, record]) => {
      const { run } = (record ?? {}) as { readonly run?: { conversation?: unknown; transcript?: unknown } };
      return run == null ? [] : [[agent, { id: run.conversation, transcript: run.transcript }] as const];
    });
  } catch {
    // It is shown, not acted on: what can't be read is not there.
    return [];
  }
}
