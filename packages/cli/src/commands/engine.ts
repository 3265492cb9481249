import { defineCommand } from "@fleet/engine";
import { findFleet, publishEngine } from "@fleet/fleet";
import { publishedJson, renderPublished } from "../render-published.ts";
import { jsonFlag } from "./flags.ts";

export const enginePublishCommand = defineCommand({
  name: "engine publish",
  about: "push the engine's releases to a repository, and let new projects get their engine there",
  operands: "<git-url>",
  flags: {
    "dry-run": { type: "boolean", about: "say what would be pushed, and change nothing" },
    ...jsonFlag,
  },
  examples: [
    ["fleet engine publish git@example.org:me/engine.git", "tags and main; url under [engine] follows"],
    ["fleet engine publish https://example.org/me/engine.git --dry-run", "only look"],
  ],
  async run([url = ""], { "dry-run": dryRun = false, json }, world) {
    const found = await findFleet(world.cwd);
    const published = await publishEngine(found, url, { dryRun, world });
    const shown = { dryRun, file: found.file };
    world.out(json ? publishedJson(published, shown) : renderPublished(published, shown));
    return 0;
  },
});
