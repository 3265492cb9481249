import { defineCommand } from "@fleet/engine";
import { type FoundFleet, findFleet, readPins, verifyPins } from "@fleet/fleet";
import { pinsJson, renderPins, renderVerified, verifiedJson } from "../render-pins.ts";
import { chooseProjects } from "./each.ts";
import { jsonFlag, tagFlag } from "./flags.ts";

export const pinCommand = defineCommand({
  name: "pin",
  about: "show which engine each project is pinned to, and what is not as it should be; changes nothing",
  operands: "[project..]",
  flags: { ...tagFlag, ...jsonFlag },
  examples: [
    ["fleet pin", "a line for each project"],
    ["fleet pin shop --json", "for scripts"],
    ["fleet pin verify", "is each engine, file by file, what was released?"],
  ],
  async run(names, { json, tag }, world) {
    const found = await findFleet(world.cwd, { strict: false });
    const pins = await readPins(found, chosen(found, names, tag, "pin"), world);
    world.out(json ? pinsJson(found.fleet.engine, pins) : renderPins(found.fleet.engine, pins));
    return 0;
  },
});

export const pinVerifyCommand = defineCommand({
  name: "pin verify",
  about: "check that each project's engine is, file by file, what was released; changes nothing",
  operands: "[project..]",
  flags: {
    ...tagFlag,
    ...jsonFlag,
    offline: { type: "boolean", about: "do not ask where the engines come from" },
  },
  examples: [
    ["fleet pin verify", "every project: pin, files, .gitmodules, and the repository of the releases"],
    ["fleet pin verify shop --offline", "what this disk alone can tell"],
  ],
  async run(names, { json, tag, offline = false }, world) {
    const found = await findFleet(world.cwd, { strict: false });
    const verified = await verifyPins(found, chosen(found, names, tag, "pin verify"), { offline, world });
    world.out(json ? verifiedJson(verified) : renderVerified(verified));
    return verified.some(({ faults }) => faults.length > 0) ? 1 : 0;
  },
});

/** All, unless some are named. */
const chosen = (found: FoundFleet, names: readonly string[], tag: string | undefined, verb: string) =>
  chooseProjects(found, names, { all: names.length === 0 && tag === undefined, tag }, verb);
