import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Failure, isCode, readText, type World, wantedFiles } from "@fleet/engine";
import { z } from "zod";
import { conversationsOf } from "../adopt/adopted.ts";
import { readOldProject } from "../adopt/old-project.ts";
import { OLD_ENGINE } from "../adopt/old-state.ts";
import { within } from "../convert/words.ts";
import { readPin } from "../facts/read-pin.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { askBoth } from "./ask.ts";
import { sessionsOf } from "./old-sessions.ts";
import { readOrigin } from "./origin.ts";

export const Fingerprint = z.strictObject({
  schema_version: z.literal(1),
  kind: z.enum(["project", "old"]).describe("old: a set-up of the engine before."),
  name: z.string(),
  folder: z.string().describe("Absolute."),
  engine: z.string().nullable().describe("The commit that lies in engine/; null for an old set-up."),
  files: z.record(z.string(), z.string()).describe("SHA-256 by path: engine, agents.toml, prompts."),
  phase: z.strictObject({ id: z.string(), index: z.int() }).nullable(),
  conversations: z.record(z.string(), z.string()).describe("By agent."),
  sessions: z.array(z.string()).describe("tmux sessions that are there."),
  watchdogs: z.int().describe("Of both set-ups together; more than one is one too many."),
});
/** What a set-up is and how far it is, to be held against itself later. */
export type Fingerprint = z.output<typeof Fingerprint>;

/** Of a project of this fleet, by its name, or of an old set-up, by its folder. */
export async function fingerprint(found: FoundFleet, subject: string, world: World): Promise<Fingerprint> {
  const project = found.fleet.projects.find(({ name }) => name === subject);
  if (project !== undefined) return fingerprintProject(found, project, world);
  if (subject.includes("/") || subject.startsWith(".")) return fingerprintOld(subject, world);
  const names = found.fleet.projects.map(({ name }) => name).join(", ");
  throw new Failure("UNKNOWN_NAME", `${found.file} has no project "${subject}"`, {
    hint: `projects: ${names}; or name the folder of an old set-up, with a slash`,
  });
}

/** Of a project of this fleet. Writes nothing. */
async function fingerprintProject(
  found: FoundFleet,
  project: FleetProject,
  world: World,
): Promise<Fingerprint> {
  const folder = folderOf(found, project);
  const { status, config } = await askBoth(found, project, world);
  const state = path.join(folder, config.log_dir);
  const origin = await readOrigin(state);
  const old = origin === null ? [] : await sessionsOf(origin.watchdog_session, world);
  const secrets = new Set(Object.values(config.backends).map(({ env_file }) => env_file));
  const pin = await readPin(folder);
  return {
    ...{ schema_version: 1, kind: "project", name: project.name, folder },
    engine: pin.is === "pinned" ? pin.checkedOut : null,
    files: await sumsOf(folder, [
      ...["agents.toml", "engine/agents", "engine/agents.mjs"],
      ...wantedFiles(config).filter((file) => !secrets.has(file)),
    ]),
    phase: status.phase === null ? null : { id: status.phase.id, index: status.phase.index },
    conversations: await conversationsIn(state),
    sessions: status.agents
      .filter(({ state: how }) => how === "RUNNING")
      .map(({ session }) => session)
      .sort(),
    watchdogs:
      (status.watchdog === null ? 0 : 1) + old.filter((one) => one === origin?.watchdog_session).length,
  };
}

/** Of a set-up of the engine before. Writes nothing, and runs nothing of it. */
async function fingerprintOld(folder: string, world: World): Promise<Fingerprint> {
  const old = await readOldProject(folder, world.cwd);
  const { root, converted, phase } = old;
  const programs = (await readdir(root)).filter((name) => /\.(py|sh|toml)$/.test(name));
  const named = converted.copies.flatMap(({ from }) => within(root, from) ?? []);
  const sessions = await sessionsOf(converted.prefix, world);
  return {
    ...{ schema_version: 1, kind: "old", name: path.basename(root), folder: root, engine: null },
    files: await sumsOf(root, [...programs, OLD_ENGINE, ...named]),
    phase: phase === null ? null : { id: phase.id, index: phase.index },
    conversations: conversationsOf(old),
    sessions: [...sessions],
    watchdogs: sessions.filter((name) => name === `${converted.prefix}watchdog`).length,
  };
}

/** By path, in its order. What is no file has none. */
async function sumsOf(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const name of [...new Set(names)].sort()) {
    const bytes = await readFile(path.join(folder, name)).catch((error: unknown) => {
      if (["ENOENT", "ENOTDIR", "EISDIR"].some((code) => isCode(error, code))) return null;
      throw error;
    });
    if (bytes !== null) sums[name] = createHash("sha256").update(bytes).digest("hex");
  }
  return sums;
}

const Records = z.object({
  agents: z.record(
    z.string(),
    z.object({ conversation: z.object({ id: z.string().nullable() }).nullish().catch(null) }),
  ),
});

/** As its engine keeps them; one that keeps them otherwise tells of none. */
export async function conversationsIn(state: string): Promise<Record<string, string>> {
  const text = await readText(path.join(state, "records.json"));
  const parsed = text === null ? null : Records.safeParse(JSON.parse(text));
  return Object.fromEntries(
    Object.entries(parsed?.data?.agents ?? {}).flatMap(([name, { conversation }]) =>
      conversation?.id == null ? [] : [[name, conversation.id]],
    ),
  );
}

/** One that was kept. @throws Failure FILE_MISSING, INVALID_FILE */
export async function readFingerprint(file: string, named: string): Promise<Fingerprint> {
  const text = await readText(file);
  if (text === null) throw new Failure("FILE_MISSING", `there is no ${named}`);
  try {
    return Fingerprint.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure("INVALID_FILE", `${named} is no fingerprint`, {
      hint: "make one: fleet fingerprint PROJECT --json > FILE",
      cause,
    });
  }
}

/** What is other now, a line each. */
export function changesBetween(before: Fingerprint, now: Fingerprint): readonly string[] {
  const phase = ({ phase: at }: Fingerprint) => (at === null ? "none" : `${at.id} [${at.index + 1}]`);
  return [
    ...changed("folder", before.folder, now.folder),
    ...changed("engine", before.engine ?? "none", now.engine ?? "none"),
    ...changesOf("file", before.files, now.files, "changed"),
    ...changed("phase", phase(before), phase(now)),
    ...changesOf("conversation of", before.conversations, now.conversations, "another"),
    ...changesOf("session", asKeys(before.sessions), asKeys(now.sessions), ""),
    ...changed("watchdogs", String(before.watchdogs), String(now.watchdogs)),
  ];
}

const changed = (what: string, before: string, now: string): readonly string[] =>
  before === now ? [] : [`${what}: ${before} -> ${now}`];

const asKeys = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, ""]));

function changesOf(
  what: string,
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
  word: string,
): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    if (before[name] === now[name]) return [];
    const how = before[name] === undefined ? "new" : now[name] === undefined ? "gone" : word;
    return [`${what} ${name}: ${how}`];
  });
}
