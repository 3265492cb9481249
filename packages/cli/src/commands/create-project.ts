import path from "node:path";
import { defineCommand, Failure, type World } from "@fleet/engine";
import { createProject, findFleet, type Wanted } from "@fleet/fleet";
import type { Given } from "../ask-wanted.ts";
import { renderScaffolded } from "../render-created.ts";
import { jsonFlag } from "./flags.ts";

export const createProjectCommand = defineCommand({
  name: "create-project",
  about: "make a new project: a git repository with a pinned engine, registered in fleet.toml",
  operands: "[name]",
  flags: {
    template: { type: "string", about: "what it begins as: solo, builder-adversary or demo", value: "NAME" },
    backend: {
      type: "string",
      about: "of its agents: claude, codex, demo, gemini or opencode",
      value: "NAME",
    },
    path: { type: "string", about: "its folder (projects/NAME beside fleet.toml)", value: "FOLDER" },
    engine: { type: "string", about: "a tag, a branch or a commit (ref of [engine])", value: "REF" },
    "engine-url": {
      type: "string",
      about: "where the engine is fetched from (url of [engine])",
      value: "URL",
    },
    prefix: { type: "string", about: "what its tmux sessions begin with (NAME-)", value: "TEXT" },
    remote: { type: "string", about: "its remote, origin; nothing is pushed there", value: "URL" },
    enable: { type: "boolean", about: "let fleet up start it; otherwise enabled = false" },
    "no-register": { type: "boolean", about: "leave fleet.toml as it is" },
    "dry-run": { type: "boolean", about: "say what would be made, and make nothing" },
    yes: { type: "boolean", short: "y", about: "ask nothing" },
    ...jsonFlag,
  },
  examples: [
    ["fleet create-project website", "make projects/website; on a terminal it asks for the rest"],
    [
      "fleet create-project try --template demo --enable -y && fleet up try --follow",
      "a whole run without tokens",
    ],
    ["fleet create-project website --template builder-adversary --backend codex", "two agents, and phases"],
    [
      "fleet create-project website --engine v0.2.0 --remote git@host:website.git",
      "another engine, and a remote",
    ],
  ],
  async run([name], flags, world) {
    const found = await findFleet(world.cwd);
    const given: Given = {
      ...{
        name,
        template: flags.template,
        backend: flags.backend,
        prefix: flags.prefix,
        engine: flags.engine,
      },
      // A path is meant from where it is typed.
      path: flags.path === undefined ? undefined : pathFrom(world.cwd, flags.path),
      engineUrl: fromHere(world.cwd, flags["engine-url"]),
      remote: fromHere(world.cwd, flags.remote),
      ...{ enabled: flags.enable, registered: !flags["no-register"], dryRun: flags["dry-run"] },
    };
    const wanted = await complete(given, flags.yes || flags.json ? undefined : world.ask);
    const made = await createProject(found, wanted, world);
    world.out(
      flags.json ? `${JSON.stringify({ schema_version: 1, ...made })}\n` : renderScaffolded(made, found.file),
    );
    return 0;
  },
});

function pathFrom(cwd: string, given: string): string {
  if (!given.startsWith("-")) return path.resolve(cwd, given);
  throw new Failure("WRONG_USAGE", `--path can't be "${given}"`, { hint: `write ./${given}` });
}

/** A URL that is a path begins with a dot or has no host. */
const fromHere = (cwd: string, url: string | undefined): string | undefined =>
  url !== undefined && /^\.{1,2}\//.test(url) ? path.resolve(cwd, url) : url;

/** With what the person at the terminal says to what was not given. */
async function complete(given: Given, ask: World["ask"]): Promise<Wanted> {
  if (ask !== undefined) return (await import("../ask-wanted.ts")).askWanted(given, ask);
  const { name } = given;
  if (name !== undefined) return { ...given, name };
  throw new Failure("WRONG_USAGE", "create-project needs a name", { hint: "fleet create-project website" });
}
