import { access, readdir } from "node:fs/promises";
import path from "node:path";
import { isCode, type Project } from "@fleet/engine";
import { isConversation } from "../convert/words.ts";
import { readSmall } from "./read-small.ts";

/** What the engine before remembers. */
export interface OldState {
  /** Counts from 0; null where it says none. */
  readonly index: number | null;
  readonly complete: boolean;
  /** By agent: the conversation that it is to go on with, and the file that says so. */
  readonly conversations: Readonly<Record<string, { readonly id: string; readonly file: string }>>;
  /** By session: the first message as it was written last. */
  readonly kickoffs: Readonly<Record<string, string>>;
  /** Files that tell us nothing. */
  readonly strange: readonly string[];
}

/** The engine before, where a project had it as a submodule. */
export const OLD_ENGINE = "engine/agents.py";

/** Where the index of the phase stands, from the old log_dir on. */
export const PHASE_FILE = "state/phase-idx";

/** Reads the old state directory. Writes nothing. */
export async function readOldState(logDir: string | null, project: Project | null): Promise<OldState> {
  const nothing = { index: null, complete: false, conversations: {}, kickoffs: {}, strange: [] };
  if (logDir === null) return nothing;
  const agents = project?.agents ?? [];
  const strange: string[] = [];
  const conversations: Record<string, { readonly id: string; readonly file: string }> = {};
  for (const name of await namesIn(path.join(logDir, "state"))) {
    if (name === path.basename(PHASE_FILE) || name === "SEQUENCE-COMPLETE") continue;
    const file = path.join(logDir, "state", name);
    const said = idsIn(name, await textOf(file), agents);
    if (said.length === 0) strange.push(file);
    for (const [agent, id] of said) conversations[agent] = { id, file };
  }
  const index = (await textOf(path.join(logDir, PHASE_FILE))).trim();
  const ends = ["SEQUENCE-COMPLETE", "state/SEQUENCE-COMPLETE"].map((name) =>
    isThere(path.join(logDir, name)),
  );
  return {
    index: /^\d{1,4}$/.test(index) ? Number(index) : null,
    complete: (await Promise.all(ends)).includes(true),
    conversations,
    kickoffs: await kickoffsIn(logDir, agents),
    strange,
  };
}

/** Whose conversation a file tells of: by its name and its text, or by a table in it. */
function idsIn(
  name: string,
  text: string,
  agents: Project["agents"],
): readonly (readonly [agent: string, id: string])[] {
  const value = parse(text) ?? text.trim();
  // The longest name first: "builder-2" is no file of "builder".
  const owner = agents
    .map((agent) => agent.name)
    .filter((agent) => new RegExp(`(^|[^a-z0-9])${agent}([^a-z0-9]|$)`).test(name))
    .sort((a, b) => b.length - a.length)[0];
  if (typeof value === "string") return owner !== undefined && isConversation(value) ? [[owner, value]] : [];
  const own = [value.session_id, value.conversation, value.id].find((one) => typeof one === "string");
  if (owner !== undefined && typeof own === "string" && isConversation(own)) return [[owner, own]];
  return agents.flatMap((agent): readonly (readonly [string, string])[] => {
    const id = value[agent.name];
    return typeof id === "string" && isConversation(id) ? [[agent.name, id]] : [];
  });
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // Most such files hold nothing but the id.
    return null;
  }
}

async function kickoffsIn(
  logDir: string,
  agents: Project["agents"],
): Promise<Readonly<Record<string, string>>> {
  const names = await namesIn(logDir);
  const found = agents
    .filter(({ session }) => names.includes(`kickoff-${session}.txt`))
    .map(
      async ({ session }) => [session, await textOf(path.join(logDir, `kickoff-${session}.txt`))] as const,
    );
  return Object.fromEntries(await Promise.all(found));
}

const namesIn = async (folder: string): Promise<readonly string[]> =>
  (
    await readdir(folder).catch((error: unknown): string[] => {
      if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return [];
      throw error;
    })
  ).sort();

const textOf = async (file: string): Promise<string> => (await readSmall(file))?.text ?? "";

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
