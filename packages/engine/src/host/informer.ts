import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import type { Backend } from "../backends/backend.ts";
import { BACKENDS } from "../backends/index.ts";
import type { Agent } from "../project.ts";
import type { Run } from "../watch/record.ts";
import { type Claim, NO_CLAIM, type Sign, type Way } from "../watch/sign.ts";
import type { Instant } from "../watch/time.ts";
import type { Disk } from "./disk.ts";
import type { Environment } from "./environment.ts";
import { keptTranscript } from "./kept-transcript.ts";
import { type OpenTranscript, openTranscript } from "./open-transcript.ts";

/** A run whose program may say how it is. What it says when it can't be read is nothing: its screen has to do. */
export interface Watched {
  readonly agent: Agent;
  readonly run: Run;
  /** Of the program itself; null when it is not there any more. */
  readonly pid: number | null;
}

/** Collects what agent programs say of themselves: in events that their hooks drop, in their status files, in their transcripts. */
export interface Informer {
  /** By instance, what is new since the last call, oldest first. What it gave is forgotten on disk at the call after; so is what other runs said. */
  take(watched: readonly Watched[], now: Instant): Promise<ReadonlyMap<string, readonly Sign[]>>;
}

/** Where hooks drop their events: one file each, named by its time in nanoseconds and its run. */
export const eventsFolder = (state: string): string => path.join(state, "events");
const EVENT = /^(\d+)-\d+\.(.+)$/;

/** Read at first, and at once: a conversation may be long, and what is old does not matter. */
const FIRST_BYTES = 64 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;

interface Memory {
  status: string | null;
  transcript: { readonly file: string; readonly offset: number } | null;
  /** The transcript that its process holds open. */
  open: OpenTranscript | null;
}

interface InformerOptions {
  readonly state: string;
  readonly disk: Disk;
  /** Of an agent that runs this backend. */
  environmentOf(backend: string): Environment;
}

export function createInformer({ state, disk, environmentOf }: InformerOptions): Informer {
  let memories = new Map<string, Memory>();
  /** Events that were given, and may go as soon as they are remembered. */
  let given: readonly string[] = [];
  const folder = eventsFolder(state);
  const collect = async (): Promise<ReadonlyMap<string, readonly Event[]>> => {
    for (const name of given) await disk.remove(path.join(folder, name)).catch(() => {});
    given = (await disk.list(folder)).filter((name) => EVENT.test(name)).toSorted();
    const events = given.map((name): Event => {
      const [, nanoseconds, instance = ""] = EVENT.exec(name) ?? [];
      return { file: path.join(folder, name), instance, at: Math.floor(Number(nanoseconds) / 1_000_000) };
    });
    return Map.groupBy(events, ({ instance }) => instance);
  };
  const ask = async (one: Watched, events: readonly Event[], memory: Memory, now: Instant) => {
    const backend = BACKENDS[one.agent.backend ?? ""];
    if (backend === undefined) return [];
    const heard = await eventsOf(backend, events, disk);
    const status = await statusOf(
      backend,
      one.pid,
      environmentOf(one.agent.backend ?? ""),
      memory,
      now,
      disk,
    );
    const opened = [
      ...openedBy(backend, one, memory, events.length > 0),
      ...keptBy(backend, one, environmentOf(one.agent.backend ?? "")),
    ];
    const told = [...heard, ...opened].findLast(({ transcript }) => transcript !== null)?.transcript;
    const named = told ?? one.run.transcript;
    const notes = named === null ? [] : transcriptOf(backend, named, one.run, memory);
    return [...heard, ...status, ...opened, ...notes].toSorted((before, after) => before.at - after.at);
  };
  return {
    async take(watched, now) {
      const events = await collect();
      const before = memories;
      memories = new Map();
      const signs = new Map<string, readonly Sign[]>();
      for (const one of watched) {
        const { instance } = one.run;
        const memory = before.get(instance) ?? { status: null, transcript: null, open: null };
        memories.set(instance, memory);
        signs.set(instance, await ask(one, events.get(instance) ?? [], memory, now).catch(() => []));
      }
      return signs;
    },
  };
}

interface Event {
  readonly file: string;
  readonly instance: string;
  readonly at: Instant;
}

async function eventsOf({ hears }: Backend, events: readonly Event[], disk: Disk): Promise<readonly Sign[]> {
  const signs: Sign[] = [];
  for (const { file, at } of hears === undefined ? [] : events) {
    const text = await readSmall(file, disk);
    const claim = text === null ? null : (hears?.(text, at) ?? null);
    if (claim !== null) signs.push(signOf(claim, "event", at));
  }
  return signs;
}

/** Agents put there what they like: a pipe, which has no size, would be waited for for ever. */
async function readSmall(file: string, disk: Disk): Promise<string | null> {
  const size = await disk.size(file);
  return size === 0 || size > MOST_BYTES ? null : disk.read(file).catch(() => null);
}

async function statusOf(
  { status }: Backend,
  pid: number | null,
  env: Environment,
  memory: Memory,
  now: Instant,
  disk: Disk,
): Promise<readonly Sign[]> {
  if (status === undefined || pid === null) return [];
  const text = await readSmall(status.file({ home: env.HOME ?? "/", pid, env }), disk);
  if (text === null || text === memory.status) return [];
  memory.status = text;
  const claim = status.read(text);
  return claim === null ? [] : [signOf(claim, "status", now)];
}

/** In which conversation it is, by the transcript that it holds open: looked for as long as there is none, and after each event. */
function openedBy(
  { opens }: Backend,
  { run, pid }: Watched,
  memory: Memory,
  isNews: boolean,
): readonly Sign[] {
  if (opens === undefined || pid === null) return [];
  memory.open = openTranscript(opens, pid, isNews ? null : memory.open);
  if (memory.open === null || memory.open.file === run.transcript) return [];
  return [found(run, "opened", memory.open.conversation, memory.open.file)];
}

/** Where it notes the conversation that it is known to be in: looked for until this run has written there, for then it is up. */
function keptBy({ kept }: Backend, { run }: Watched, env: Environment): readonly Sign[] {
  const { conversation, transcript, since } = run;
  if (kept === undefined || conversation === null || transcript !== null) return [];
  const file = keptTranscript(kept, conversation, since, env);
  return file === null ? [] : [found(run, "kept", conversation, file)];
}

/** Who has just opened an old conversation rests, however its last turn had ended. */
function found(run: Run, rule: string, conversation: string, transcript: string): Sign {
  const rests = run.resumed && run.transcript === null;
  const mood = rests ? ({ mood: "ready" } as const) : null;
  return signOf({ ...NO_CLAIM, rule, mood, conversation, transcript }, "transcript", run.since);
}

/** Only whole lines, and of an old conversation only its end; what it did in an earlier run tells nothing of this one. */
function transcriptOf({ transcript }: Backend, file: string, run: Run, memory: Memory): readonly Sign[] {
  if (transcript === undefined) return [];
  const known = memory.transcript?.file === file ? memory.transcript.offset : null;
  const { text, end } = readFrom(file, known);
  memory.transcript = { file, offset: end };
  return text.split("\n").flatMap((line) => {
    const claim = line === "" ? null : transcript(line);
    // Without a time of its own nobody knows how old it is.
    if (claim?.at == null) return [];
    const mood = claim.at < run.since ? null : claim.mood;
    return [signOf({ ...claim, mood }, "transcript", claim.at)];
  });
}

function readFrom(file: string, offset: number | null): { readonly text: string; readonly end: number } {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    // It comes with the first message.
    return { text: "", end: 0 };
  }
  try {
    const found = fstatSync(handle);
    const size = found.isFile() ? found.size : 0;
    // It was written anew.
    const from = offset !== null && offset <= size ? offset : null;
    const begin = Math.max(from ?? size - FIRST_BYTES, size - MOST_BYTES, 0);
    const bytes = Buffer.alloc(size - begin);
    const read = readSync(handle, bytes, 0, bytes.length, begin);
    const last = bytes.lastIndexOf(0x0a, read - 1) + 1;
    const text = bytes.toString("utf8", 0, last);
    // Where it did not begin at a line's beginning, its first piece is none.
    const isCut = begin > 0 && begin !== from;
    return { text: isCut ? text.slice(text.indexOf("\n") + 1) : text, end: begin + last };
  } finally {
    closeSync(handle);
  }
}

const signOf = (claim: Claim, way: Way, at: Instant): Sign => ({ ...claim, way, at: claim.at ?? at });
