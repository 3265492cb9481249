import process from "node:process";
import { defineCommand } from "@fleet/engine";
import {
  ensureNotifier,
  findFleet,
  hurryNotifier,
  pickReceivers,
  readNotifyStatus,
  runNotifier,
  tryReceivers,
} from "@fleet/fleet";
import { notifyStatusJson, renderNotifyStatus, renderTriedOut, triedOutJson } from "../render-notify.ts";
import { jsonFlag } from "./flags.ts";

export const notifyTestCommand = defineCommand({
  name: "notify test",
  about: "tell the receivers of [notify] now that they can be told, and say what came of it",
  operands: "[receiver..]",
  flags: jsonFlag,
  examples: [
    ["fleet notify test", "every receiver of fleet.toml"],
    ["fleet notify test phone", "one"],
  ],
  async run(names, { json }, world) {
    const found = await findFleet(world.cwd);
    const tried = await tryReceivers(found, await pickReceivers(found, names), world);
    // Who has just been mended need not wait for what has failed before. And who was just added is to be told from now on.
    if (tried.some((one) => one.tried.is === "told")) await hurryNotifier(found.root);
    await ensureNotifier(found, world);
    world.out(json ? triedOutJson(tried) : renderTriedOut(tried));
    return tried.some((one) => one.tried.is === "failed") ? 1 : 0;
  },
});

export const notifyStatusCommand = defineCommand({
  name: "notify status",
  about: "show what waits to be told, what could not be told and why; changes nothing",
  flags: jsonFlag,
  examples: [
    ["fleet notify status", "a line for each receiver of fleet.toml"],
    ["fleet notify status --json", "for scripts"],
  ],
  async run(_, { json }, world) {
    const found = await findFleet(world.cwd, { strict: false });
    const status = await readNotifyStatus(found);
    world.out(
      json ? notifyStatusJson(status) : renderNotifyStatus(status, { now: Date.now(), file: found.file }),
    );
    return status.receivers.some(({ failing, aside }) => failing !== null || aside.length > 0) ? 1 : 0;
  },
});

/** sysexits' "try again": the keeper starts it at once, and from the new code. */
const RENEWED = 75;

export const notifyRunCommand = defineCommand({
  name: "notify run",
  about:
    "tell the receivers what happens, here and now, until nothing is up and nothing waits; up does it by itself",
  flags: {},
  examples: [["fleet notify run", "for a service, and to see what it does"]],
  async run(_, __, world) {
    const ended = await runNotifier(world.cwd, world, { program: process.argv[1] ?? null });
    return ended === "renewed" ? RENEWED : ended === "interrupted" ? 130 : 0;
  },
});
