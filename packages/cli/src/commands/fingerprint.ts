import path from "node:path";
import { defineCommand, Failure, type World } from "@fleet/engine";
import { changesSince, type FoundFleet, findFleet, fingerprint, readFingerprint } from "@fleet/fleet";
import { renderFingerprint } from "../render-migration.ts";
import { jsonFlag } from "./flags.ts";

export const fingerprintCommand = defineCommand({
  name: "fingerprint",
  about:
    "print checksums, phase, sessions and watchdogs of a project or an old set-up, or what of them has changed",
  operands: "[project|folder]",
  flags: {
    against: {
      type: "string",
      about: "say what is other than in this file; exit 1 when something is",
      value: "FILE",
    },
    ...jsonFlag,
  },
  examples: [
    ["fleet fingerprint /srv/cc-ci/cc-ci-plan --json > before.json", "before you try anything"],
    ["fleet fingerprint --against before.json", "afterwards: prints: nothing has changed"],
    ["fleet fingerprint cc-ci", "of a project of the fleet"],
  ],
  async run([subject], { against, json }, world) {
    const found = await findFleet(world.cwd);
    if (against === undefined) {
      if (subject === undefined)
        throw new Failure("WRONG_USAGE", "fingerprint needs a project, or the folder of an old set-up");
      const print = await fingerprint(found, subject, world);
      world.out(json ? `${JSON.stringify(print, null, 2)}\n` : renderFingerprint(print));
      return 0;
    }
    return sayChanges(found, subject, against, json ?? false, world);
  },
});

async function sayChanges(
  found: FoundFleet,
  subject: string | undefined,
  against: string,
  json: boolean,
  world: World,
): Promise<number> {
  const before = await readFingerprint(path.resolve(world.cwd, against), against);
  const known = before.kind === "project" ? before.name : before.folder;
  const now = await fingerprint(found, subject ?? known, world);
  const changes = await changesSince(before, now);
  if (json) world.out(`${JSON.stringify({ schema_version: 1, same: changes.length === 0, changes, now })}\n`);
  else
    world.out(changes.length === 0 ? "nothing has changed\n" : changes.map((line) => `${line}\n`).join(""));
  return changes.length === 0 ? 0 : 1;
}
