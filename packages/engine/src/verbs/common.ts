import { statSync } from "node:fs";
import path from "node:path";
import type { World } from "../command/command.ts";
import { closest } from "../diagnostics/suggest.ts";
import { take } from "../host/lock.ts";
import { readSite, type Site } from "../host/site.ts";
import { createStore, type Store } from "../host/store.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";

/** Every command takes it: where the project is. */
export const configFlag = {
  config: { type: "string", about: "the project's agents.toml, or its folder", value: "FILE" },
} as const;

export const jsonFlag = { json: { type: "boolean", about: "print JSON for scripts" } } as const;

/** The version of every JSON answer of this engine. It is raised when a key changes or goes, not when one comes. */
export const ANSWER_VERSION = 1;

/** Reads the project a command is about. Writes nothing. */
export async function openSite(config: string | undefined, { cwd }: World, strict = true): Promise<Site> {
  const given = path.resolve(cwd, config ?? ".");
  const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return readSite(isFolder ? path.join(given, "agents.toml") : given, { strict });
}

/** Who types, for the journal. */
export const personIn = ({ env }: World): string =>
  env.USER || env.LOGNAME || `uid ${process.getuid?.() ?? "unknown"}`;

/** The agents that were named, or all. @throws Failure UNKNOWN_NAME */
export function chosen(site: Site, names: readonly string[]): readonly Agent[] {
  const { agents } = site.project;
  if (names.length === 0) return agents;
  const known = agents.map(({ name }) => name);
  return names.map((name) => {
    const found = agents.find((agent) => agent.name === name);
    if (found !== undefined) return found;
    const meant = closest(name, known);
    const hint = meant === null ? `agents: ${known.join(", ")}` : `did you mean ${meant}?`;
    throw new Failure("UNKNOWN_NAME", `${site.name} has no agent "${name}"`, { hint });
  });
}

/** Two commands must not change wishes at the same moment: the second is refused, and nothing of it is done. */
export async function asOnlyCommand<T>(
  site: Site,
  what: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = createStore(site.state);
  await store.make();
  const lock = await take(site.state, "command");
  if (lock === null)
    throw new Failure(
      "BUSY",
      `another up or down of ${site.name} is under way, so this ${what} did nothing`,
      {
        hint: "wait until it has ended, then try again",
      },
    );
  try {
    return await work(store);
  } finally {
    await lock.release();
  }
}
