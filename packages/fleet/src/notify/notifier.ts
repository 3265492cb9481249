import path from "node:path";
import { createWakes, Failure, notWritable, take, type Wakes, type World } from "@fleet/engine";
import { type FoundFleet, findFleet } from "../find.ts";
import { createPost } from "./deliver.ts";
import { makeHome } from "./home.ts";
import { createProjects } from "./projects.ts";
import { stampOf } from "./stamp.ts";

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
  const projects = createProjects({ home, since: began - JUST_NOW, wakes, world });
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
