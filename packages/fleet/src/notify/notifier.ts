import { statSync } from "node:fs";
import path from "node:path";
import { createWakes, Failure, notWritable, take, type Wakes, type World } from "@fleet/engine";
import { askEach } from "../engine.ts";
import { type FoundFleet, findFleet, folderOf } from "../find.ts";
import { createPost, type Post } from "./deliver.ts";
import { type Follower, follow } from "./follower.ts";
import { makeHome } from "./home.ts";

export interface NotifierSettings {
  /** Between two looks, when nothing wakes it. In milliseconds. */
  readonly look: number;
  /** With nothing to follow and nothing to tell for so long it ends. */
  readonly idle: number;
  /** The program that it runs from: when that is another one by now, a new notifier is to run it. */
  readonly program: string | null;
}

export const NOTIFIER: NotifierSettings = { look: 15_000, idle: 120_000, program: null };

/** "done": nothing is up, and nothing waits. "renewed": there is new code to run. */
export type NotifierEnd = "done" | "renewed" | "interrupted";

/** Two looks are not closer than this, however much happens. */
const CLOSEST = 250;
/** What is a moment older than the notifier is news to it: `up` starts it first, and does not wait for it. */
const JUST_NOW = 60_000;
/** An engine that did not answer is asked again. */
const ASK_AGAIN = 60_000;

/**
 * Tells the receivers of a fleet what happens in its projects, until there is
 * nothing left to tell. One for each fleet. It shares nothing with the
 * watchdogs but the files that they write.
 * @throws Failure BUSY when there is one already, NOT_WRITABLE
 */
export async function runNotifier(
  cwd: string,
  world: World,
  settings: Partial<NotifierSettings> = {},
): Promise<NotifierEnd> {
  const { look, idle, program } = { ...NOTIFIER, ...settings };
  const found = await findFleet(cwd, { strict: false });
  const home = await makeHome(found.root).catch((error: unknown) => {
    throw notWritable(path.join(found.root, ".fleet/notify"), error);
  });
  const began = Date.now();
  const lock = await take(home, "notifier", () => JSON.stringify({ pid: process.pid, since: began }));
  if (lock === null)
    throw new Failure("BUSY", "there is a notifier for this fleet already", {
      hint: "see: fleet notify status",
    });
  const wakes = createWakes();
  const post = createPost(found.root, world);
  const code = program === null ? null : stampOf(program);
  const projects = createProjects(found, home, began - JUST_NOW, wakes, world);
  let fleet = { found, stamp: stampOf(path.join(found.root, "fleet.toml")) };
  let busyAt = began;
  try {
    wakes.on(found.root, (file) => file === "fleet.toml");
    wakes.on(home, (file) => {
      if (file === "wake") post.hurry();
      return file === "wake";
    });
    for (;;) {
      fleet = await renewed(fleet, world);
      post.serve(fleet.found.fleet.receivers);
      const looked = await projects.look(fleet.found, post);
      const now = Date.now();
      if (looked.isUp || !post.isIdle()) busyAt = now;
      if (world.signal.aborted) return "interrupted";
      if (program !== null && stampOf(program) !== code) return "renewed";
      if (fleet.found.fleet.receivers.length === 0 || now - busyAt >= idle) return "done";
      await rest(Math.min(looked.next ?? now + look, now + look, busyAt + idle) - now, wakes, world.signal);
    }
  } finally {
    wakes.close();
    await post.close();
    await lock.release();
  }
}

/** What changes when the file does. */
function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? "" : `${found.ino} ${found.mtimeMs} ${found.size}`;
}

interface Known {
  readonly found: FoundFleet;
  readonly stamp: string;
}

/** A fleet.toml that was broken meanwhile leaves the last good one in force. */
async function renewed(known: Known, world: World): Promise<Known> {
  const stamp = stampOf(path.join(known.found.root, "fleet.toml"));
  if (stamp === known.stamp) return known;
  try {
    const found = await findFleet(known.found.root, { strict: false });
    if (found.root === known.found.root) return { found, stamp };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    world.err(`fleet.toml can't be read, the last one that could be counts: ${error.message}\n`);
  }
  return { ...known, stamp };
}

interface Followed {
  readonly follower: Follower;
  readonly state: string;
  /** It says where the state directory is. */
  readonly agentsToml: string;
  readonly stamp: string;
}

interface Projects {
  look(found: FoundFleet, post: Post): Promise<{ readonly next: number | null; readonly isUp: boolean }>;
}

/** Those that are enabled, each followed by itself: what goes wrong with one is that one's. */
function createProjects(
  first: FoundFleet,
  home: string,
  since: number,
  wakes: Wakes,
  world: World,
): Projects {
  const followers = new Map<string, Followed>();
  let asked = { found: first, at: 0 };

  const join = async (found: FoundFleet): Promise<void> => {
    const now = Date.now();
    const projects = found.fleet.projects.filter(({ enabled }) => enabled);
    for (const [name, { agentsToml, stamp }] of followers)
      if (stampOf(agentsToml) !== stamp || asked.found !== found) followers.delete(name);
    const missing = projects.filter(({ name }) => !followers.has(name));
    if (missing.length === 0 || (asked.found === found && now - asked.at < ASK_AGAIN)) return;
    asked = { found, at: now };
    const answers = await askEach(found, missing, world);
    for (const [nth, project] of missing.entries()) {
      const answer = answers[nth];
      if (answer === undefined || answer instanceof Failure || answer.socket === undefined) continue;
      const folder = folderOf(found, project);
      const state = path.dirname(answer.socket);
      const ask = async () =>
        (await askEach(found, [project], world))[0] ?? new Failure("ENGINE_FAILED", "no answer");
      const file = path.join(home, "projects", `${project.name}.json`);
      const follower = await follow({ name: project.name, state, file, since, ask });
      const agentsToml = path.join(folder, "agents.toml");
      followers.set(project.name, { follower, state, agentsToml, stamp: stampOf(agentsToml) });
      // The state directory may only come with the first start.
      const [top = ""] = path.relative(folder, state).split("/");
      wakes.on(folder, (name) => name === top);
    }
  };

  return {
    async look(found, post) {
      await join(found);
      const now = Date.now();
      const looks = await Promise.all(
        [...followers].map(async ([name, { follower, state }]) => {
          wakes.on(state, (file) => file === "journal.jsonl" || file === "wishes.json");
          try {
            return await follower.look(now, post.add);
          } catch (error) {
            world.err(`${name} could not be looked at: ${error instanceof Error ? error.message : error}\n`);
            return { next: null, isUp: true };
          }
        }),
      );
      const times = looks.flatMap(({ next }) => next ?? []);
      return { next: times.length === 0 ? null : Math.min(...times), isUp: looks.some(({ isUp }) => isUp) };
    },
  };
}

async function rest(duration: number, wakes: Wakes, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const end = () => done.abort("rested");
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const closest = new Promise((resolve) => setTimeout(resolve, signal.aborted ? 0 : CLOSEST));
  const timer = setTimeout(end, Math.max(duration, 0));
  await wakes.next(done.signal);
  clearTimeout(timer);
  end();
  signal.removeEventListener("abort", end);
  await closest;
}
