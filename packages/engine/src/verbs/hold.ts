import { setTimeout as wait } from "node:timers/promises";
import { defineCommand, type World } from "../command/command.ts";
import { oneLine } from "../diagnostics/safe-text.ts";
import { isHeld } from "../host/lock.ts";
import type { Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { Failure } from "../problem.ts";
import { sayMinute } from "../watch/calendar.ts";
import { type HoldWish, holdIn } from "../watch/hold.ts";
import type { Instant } from "../watch/time.ts";
import { ANSWER_VERSION, changeWishes, configFlag, jsonFlag, openRunning, personIn } from "./common.ts";
import { readDuration, readMoment } from "./duration.ts";
import { toIso } from "./say.ts";

export const hold = defineCommand({
  name: "hold",
  about: "begin nothing for a while: nobody is started, restarted or told anything; who works goes on",
  flags: {
    ...configFlag,
    ...jsonFlag,
    until: { type: "string", about: "a time: 18:00, or 2026-11-22T18:00", value: "WHEN" },
    for: { type: "string", about: "so long: 90s, 30m, 2h, 3d", value: "DURATION" },
    why: { type: "string", about: "for whoever wonders", value: "TEXT" },
  },
  examples: [
    ["agents hold --for 2h --why 'the disk is being moved'", "goes on by itself after two hours"],
    ["agents hold --until 18:00", "by this machine's clock"],
    ["agents hold", "until: agents resume"],
  ],
  async run(_, { config, json = false, until, for: span, why }, world) {
    const at = Date.now();
    const end = readEnd(until, span, at);
    const site = await openRunning(config, world);
    const wish: HoldWish = { on: true, at, until: end, by: personIn(world), why: readWhy(why) };
    await ask(site, wish, world);
    const text = `${site.name} is on hold${end === null ? "" : ` until ${sayMinute(end)}`}; go on with: resume\n`;
    world.out(json ? answer(site, wish) : text);
    return 0;
  },
});

export const resume = defineCommand({
  name: "resume",
  about: "end a hold: whatever is due is started, and what waits in the outboxes is said",
  flags: { ...configFlag, ...jsonFlag },
  examples: [["agents resume", "after: agents hold"]],
  async run(_, { config, json = false }, world) {
    const site = await openRunning(config, world);
    const store = createStore(site.state);
    const at = Date.now();
    const { records, wishes } = await store.glance();
    const before = holdIn(wishes.hold, records.hold, at);
    if (before !== null)
      await ask(site, { on: false, at, until: null, by: personIn(world), why: null }, world);
    world.out(json ? answer(site, null) : `${site.name} ${before === null ? "is not on hold" : "goes on"}\n`);
    return 0;
  },
});

function readEnd(until: string | undefined, span: string | undefined, now: Instant): Instant | null {
  if (until !== undefined && span !== undefined)
    throw new Failure("WRONG_USAGE", "hold takes --until or --for, not both");
  if (span !== undefined) return now + readDuration("--for", span);
  return until === undefined ? null : readMoment("--until", until, now);
}

export const LONGEST_WHY = 200;

/** It is shown in lines of their own, and in a terminal. @throws Failure WRONG_USAGE */
export function readWhy(text: string | undefined): string | null {
  const why = oneLine(text ?? "").trim();
  if (why.length > LONGEST_WHY)
    throw new Failure("WRONG_USAGE", `--why has ${why.length} characters, and ${LONGEST_WHY} are the most`);
  return why === "" ? null : why;
}

/** A watchdog that is there has heard of it when this returns: nothing more is begun then. */
async function ask(site: Site, wish: HoldWish, { err, signal }: World): Promise<void> {
  const store = createStore(site.state);
  await store.make();
  await changeWishes(store, (before) => ({ ...before, hold: wish }));
  const wished = Date.now();
  const began = performance.now();
  for (;;) {
    if (!(await isHeld(site.state, "watchdog")))
      return err(`note: nobody watches ${site.name} now; it counts from the next up on\n`);
    // A tick that began before may still be at its work.
    if ((await store.records()).heartbeat > wished) return;
    if (performance.now() - began > HEARD_WITHIN || signal.aborted)
      return err(
        `note: the watchdog of ${site.name} has not heard of it yet; it counts from its next look on\n`,
      );
    await wait(POLL);
  }
}

const HEARD_WITHIN = 10_000;
const POLL = 25;

const answer = ({ name }: Site, wish: HoldWish | null): string =>
  `${JSON.stringify({
    schema_version: ANSWER_VERSION,
    project: name,
    hold: wish && {
      since: toIso(wish.at),
      until: wish.until === null ? null : toIso(wish.until),
      by: wish.by,
      why: wish.why,
    },
  })}\n`;
