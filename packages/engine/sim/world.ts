import path from "node:path";
import type { Site } from "../src/host/site.ts";
import { createStore, type Store } from "../src/host/store.ts";
import { timetableOf } from "../src/host/timetable.ts";
import type { Opening } from "../src/host/tmux-script.ts";
import type { Agent } from "../src/project.ts";
import type { JournalEntry } from "../src/watch/journal.ts";
import type { LoginLimit } from "../src/watch/logins.ts";
import type { Records } from "../src/watch/records.ts";
import type { Duration, Instant } from "../src/watch/time.ts";
import { type Body, createBody, type State } from "./body.ts";
import { type Chance, createChance } from "./chance.ts";
import { type Config, createConfig } from "./config.ts";
import { createFiles, type Files } from "./files.ts";
import { createHours, type Hours } from "./hours.ts";
import { createMachine, type Machine } from "./machine.ts";
import { furnish, placeOf } from "./place.ts";
import { NO_QUIRKS, type Quirks } from "./quirks.ts";
import { createRepository, type Pushed, type Repository } from "./remote.ts";
import { type Size, sizeOf } from "./size.ts";

/** What really happens, as nobody in the world can see it whole. The invariants are judged by this. */
export type Event =
  | { readonly what: "opened"; readonly body: Body; readonly alive: number; readonly model: string | null }
  | { readonly what: "became"; readonly body: Body; readonly state: State }
  | {
      readonly what: "pasted";
      readonly body: Body;
      readonly before: string;
      readonly state: State;
      readonly text: string;
    }
  | { readonly what: "pressed"; readonly body: Body }
  | { readonly what: "submitted"; readonly body: Body; readonly text: string }
  | {
      readonly what: "signalled";
      readonly body: Body | null;
      readonly instance: string;
      readonly signal: string;
    }
  | {
      readonly what: "acted";
      readonly effect: string;
      readonly epoch: number;
      readonly sessions: readonly string[];
      readonly foreign: boolean;
    }
  | { readonly what: "pushed"; readonly commit: Pushed; readonly phase: string }
  | { readonly what: "done"; readonly phase: string; readonly by: string }
  | { readonly what: "queued"; readonly id: string; readonly text: string; readonly to: string }
  | { readonly what: "saved"; readonly records: Records; readonly alone: boolean }
  | { readonly what: "journaled"; readonly entries: readonly JournalEntry[] }
  | { readonly what: "watching"; readonly epoch: number }
  | { readonly what: "unwatched"; readonly because: string; readonly error: unknown }
  | {
      readonly what: "wished";
      readonly agents: readonly string[];
      readonly how: string;
      /** Where to go, by a wish for a phase, and the name of that wish. */
      readonly phase: string | null;
      readonly at: Instant;
    }
  /** A person's word is on disk: on hold until then, by the wall clock; null: it goes on. */
  | { readonly what: "hold"; readonly until: Instant | null }
  | { readonly what: "fault"; readonly kind: string }
  /** records.json is not what it was, and the copy before has to do. */
  | { readonly what: "torn" }
  | { readonly what: "calm" }
  | { readonly what: "over" };

/** One seed's world: its project, its machine, its people's doings, and the truth about all of it. */
export interface World {
  /** As it was in the beginning. */
  readonly site: Site;
  readonly config: Config;
  readonly size: Size;
  readonly chance: Chance;
  readonly hours: Hours;
  readonly files: Files;
  readonly machine: Machine;
  readonly repository: Repository;
  /** The state directory, as people's commands use it. */
  readonly store: Store;
  /** The latest body of each agent. */
  readonly bodies: ReadonlyMap<string, Body>;
  /** Agents look at the branch whenever they wake, and not only when they are told. */
  readonly polls: boolean;
  readonly url: string;
  /** What another project of this user tells of the login that all agents share; null: nothing. */
  limit: LoginLimit | null;
  /** The last time that something was made to go wrong, or went on going wrong. */
  disturbed: Duration;
  tell(event: Event): void;
  hear(listener: (event: Event) => void): void;
  quirksOf(agent: string): Quirks;
  runsOf(agent: string): number;
  gatesOf(phase: string): number;
  roleOf(agent: string): "builder" | "adversary" | "other";
  push(commit: Pushed, phase: string): void;
  /** Is that news? */
  done(phase: string, by: string): boolean;
  isDone(phase: string): boolean;
}

/** Of the seed's own size, unless it is given. */
export async function createWorld(seed: number, given?: Size): Promise<World> {
  const chance = createChance(`seed ${seed}`);
  const size = given ?? sizeOf(chance.fork("size"));
  const site = await placeOf(chance.fork("project"), size);
  const hours = createHours();
  const files = createFiles();
  const repository = createRepository(hours);
  const bodies = new Map<string, Body>();
  const runs = new Map<string, number>();
  const quirks = new Map<string, Quirks>();
  const listeners: ((event: Event) => void)[] = [];
  const dying = chance.fork("dying");
  const machine = createMachine({
    hours,
    dies: () => dying.pick([10, 20, 40, 1_500]),
    begin: (opening, spawn) => begin(opening, spawn),
  });
  const style = chance.fork("style");
  const gates = style.pick(size.gates);
  const world: World = {
    ...{ site, size, chance, hours, files, machine, repository, bodies, disturbed: 0, limit: null },
    config: createConfig(site, files),
    store: createStore(site.state, files),
    polls: style.happens(0.4),
    url: style.happens(0.7) ? "/remote.git" : "https://example.invalid/remote.git",
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
    hear: (listener) => listeners.push(listener),
    quirksOf(agent) {
      const found = quirks.get(agent) ?? { ...NO_QUIRKS };
      quirks.set(agent, found);
      return found;
    },
    runsOf: (agent) => runs.get(agent) ?? 0,
    gatesOf: () => gates,
    roleOf: (agent) => (agent === "builder" || agent === "adversary" ? agent : "other"),
    push(commit, phase) {
      repository.push(commit);
      world.tell({ what: "pushed", commit, phase });
    },
    done(phase, by) {
      const text = `# ${phase}, by ${by}\n\n## DONE\n`;
      if (files.texts.get(statusOf(site, phase)) === text) return false;
      files.put(statusOf(site, phase), text);
      world.tell({ what: "done", phase, by });
      return true;
    },
    isDone: (phase) => files.texts.has(statusOf(site, phase)),
  };
  const begin = (opening: Opening, spawn: () => void): Body => {
    const agent = agentOf(site, opening);
    const alive =
      [...machine.processes.values()].filter(({ session }) => session === agent.session).length - 1;
    runs.set(agent.name, world.runsOf(agent.name) + 1);
    const kickoff = /^Read (\S+) and/.exec(opening.argv.at(-1) ?? "")?.[1];
    const body = createBody(world, agent, {
      instance: opening.instance,
      resumed: opening.argv.includes("--resume"),
      kickoff: kickoff === undefined ? null : (files.texts.get(kickoff) ?? null),
    });
    bodies.set(agent.name, body);
    if (chance.happens(0.5)) spawn();
    if (world.quirksOf(agent.name).ignoreTerm) {
      world.quirksOf(agent.name).ignoreTerm = false;
      for (const process of machine.processes.values())
        if (process.instance === opening.instance) process.deaf = true;
    }
    const model = opening.argv[opening.argv.indexOf("--model") + 1];
    world.tell({
      what: "opened",
      body,
      alive,
      model: opening.argv.includes("--model") ? (model ?? null) : null,
    });
    return body;
  };
  await furnish(files, site);
  await world.store.make();
  // What reads slots and what is stored is loaded before time begins: loading it is not of this world.
  for (const { schedule } of site.project.agents) if (schedule !== null) await timetableOf(schedule);
  await world.store.wishes();
  files.put(path.join(site.state, "wishes.json"), "{}");
  await world.store.wishes().catch(() => {});
  await files.remove(path.join(site.state, "wishes.json"));
  return world;
}

const statusOf = ({ root }: Site, phase: string): string => `${root}/clones/builder/docs/STATUS-${phase}.md`;

function agentOf({ project }: Site, { session }: Opening): Agent {
  const agent = project.agents.find((one) => one.session === session);
  if (agent === undefined) throw new Error(`a session was opened that is nobody's: ${session}`);
  return agent;
}
