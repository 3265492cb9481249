import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  type Agent,
  BACKENDS,
  createTmux,
  type Instant,
  isTaped,
  type Milliseconds,
  openGrowing,
  readText,
  type Site,
  tapeOf,
} from "@fleet/engine";
import { createConversation, type Place } from "./conversation.ts";
import { createListener, type Listener } from "./listen.ts";
import type { LogLine, LogSource } from "./log-line.ts";
import { currentOf, placeOf, placesOf } from "./places.ts";
import { createTape, openTape } from "./tape.ts";

/** What to read, and from where. */
export interface LogsWanted {
  readonly agents: readonly Agent[];
  /** Nothing older. */
  readonly since: Instant;
  readonly follow: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const POLL: Milliseconds = 300;
/** A start takes longer. */
const NEW_EVERY = 5;

/**
 * What the agents said, by time: first all that there is, in one piece, and
 * then, for who follows, what comes.
 */
export async function* readLogs(site: Site, wanted: LogsWanted): AsyncGenerator<readonly LogLine[]> {
  const sources = await openSources(site, wanted);
  try {
    const past = await newsOf(sources);
    if (!wanted.follow) for (const source of sources.all.values()) past.push(...source.rest());
    for (const agent of wanted.agents)
      if (!past.some((line) => line.agent === agent.name))
        past.push(...(await terminalOf(site, agent, wanted)));
    yield inTime(past, wanted.since);
    for (let polls = 1; wanted.follow && !wanted.signal.aborted; polls++) {
      await wait(POLL, undefined, { signal: wanted.signal }).catch(() => {});
      if (polls % NEW_EVERY === 0) await addNew(sources, site, wanted);
      const lines = inTime(await newsOf(sources), wanted.since);
      if (lines.length > 0) yield lines;
    }
  } finally {
    for (const source of sources.all.values()) await source.close();
  }
}

interface Sources {
  /** By what they read. */
  readonly all: Map<string, LogSource>;
  readonly listeners: Map<string, Listener>;
}

async function openSources(site: Site, { agents, env }: LogsWanted): Promise<Sources> {
  const places = await placesOf(site, env);
  const sources: Sources = { all: new Map(), listeners: new Map() };
  for (const agent of agents) {
    if (isTaped(agent)) {
      const file = tapeOf(site.state, agent.name);
      sources.all.set(file, createTape(agent.name, file));
    }
    for (const place of places.get(agent.name) ?? []) addConversation(sources, agent, place);
  }
  return sources;
}

function addConversation({ all, listeners }: Sources, { name, backend }: Agent, place: Place): void {
  const knows = BACKENDS[backend ?? ""];
  const key = `${name} ${"file" in place ? place.file : place.id}`;
  if (knows === undefined || all.has(key)) return;
  const listener = listeners.get(name) ?? createListener(name);
  listeners.set(name, listener);
  all.set(key, createConversation(listener, place, knows));
}

/** Who was started meanwhile may be in another conversation. */
async function addNew(sources: Sources, site: Site, { agents, env }: LogsWanted): Promise<void> {
  for (const [name, named] of await currentOf(site)) {
    const agent = agents.find((one) => one.name === name);
    const place = placeOf(site, name, named, env);
    if (agent !== undefined && place !== null) addConversation(sources, agent, place);
  }
}

async function newsOf(sources: Sources): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const source of sources.all.values()) lines.push(...(await source.news(Date.now())));
  return lines;
}

/** What has no time stays behind what came before it from there. */
function inTime(lines: readonly LogLine[], since: Instant): readonly LogLine[] {
  const last = new Map<string, Instant>();
  const timed = lines.map((line) => {
    const at = line.at ?? last.get(line.agent) ?? Number.POSITIVE_INFINITY;
    last.set(line.agent, at);
    return { at, line };
  });
  return timed
    .filter(({ at }) => at >= since)
    .toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at))
    .map(({ line }) => line);
}

/** Who has said nothing that is noted anywhere, and runs all the same, is shown as its terminal has it. */
async function terminalOf(
  site: Site,
  { name, session }: Agent,
  { env }: LogsWanted,
): Promise<readonly LogLine[]> {
  const text = await createTmux(site.socket, env, 0).history(session);
  if (text === null || text.trim() === "") return [];
  return [{ at: null, agent: name, who: "terminal", text: text.trimEnd() }];
}

/** What the terminal of an agent printed, as it came; null when nobody knows. */
export async function* readRaw(
  site: Site,
  agent: Agent,
  { since, follow, env, signal }: Omit<LogsWanted, "agents">,
): AsyncGenerator<string> {
  const tape = openTape(tapeOf(site.state, agent.name));
  let pieces = isTaped(agent) ? tape.news(Date.now()) : [];
  if (pieces.length === 0) {
    const text = await createTmux(site.socket, env, 0).history(agent.session, { styled: true });
    if (text !== null) yield text;
    if (!isTaped(agent)) return;
  }
  for (;;) {
    for (const piece of pieces) if (piece.is === "printed" && piece.at >= since) yield piece.text;
    if (!follow || signal.aborted) return;
    await wait(POLL, undefined, { signal }).catch(() => {});
    pieces = tape.news(Date.now());
  }
}

/** The watchdog's own log, the older file first. */
export async function* readWatchdogLog(
  site: Site,
  { since, follow, signal }: Pick<LogsWanted, "since" | "follow" | "signal">,
): AsyncGenerator<readonly LogLine[]> {
  const file = path.join(site.state, "watchdog.log");
  const say = (text: string): LogLine => {
    const at = Date.parse(/^\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(text)?.[0] ?? "");
    return { at: Number.isNaN(at) ? null : at, agent: "watchdog", who: "terminal", text };
  };
  const past = ((await readText(`${file}.1`)) ?? "").split("\n").filter(Boolean);
  let growing = await openGrowing(file);
  const news = async (): Promise<readonly string[]> => {
    const lines: string[] = [];
    if (growing !== null) for await (const some of growing.news()) lines.push(...some);
    return lines;
  };
  try {
    yield inTime([...past, ...(await news())].map(say), since);
    while (follow && !signal.aborted) {
      await wait(POLL, undefined, { signal }).catch(() => {});
      const lines = [...(await news())];
      const current = await openGrowing(file);
      const isSame = current === null || current.inode === growing?.inode;
      await (isSame ? current : growing)?.close();
      if (!isSame) {
        growing = current;
        lines.push(...(await news()));
      }
      if (lines.length > 0) yield inTime(lines.map(say), since);
    }
  } finally {
    await growing?.close();
  }
}
