import { readFileSync } from "node:fs";
import type { Files } from "./plan.ts";
import { TEMPLATES, type TemplateName } from "./template-names.ts";

export const isTemplate = (name: string): name is TemplateName =>
  (TEMPLATES as readonly string[]).includes(name);

// Each as a whole expression: the bundler puts the file's text in its place.
const CLONES = readFileSync(
  new URL("../../templates/builder-adversary/scripts/clones.sh", import.meta.url),
  "utf8",
);

const SOLO: Files = {
  "agents.toml": readFileSync(new URL("../../templates/solo/agents.toml", import.meta.url), "utf8"),
  "plans/one.md": readFileSync(new URL("../../templates/solo/plans/one.md", import.meta.url), "utf8"),
  "prompts/worker.md": readFileSync(
    new URL("../../templates/solo/prompts/worker.md", import.meta.url),
    "utf8",
  ),
  "scripts/clones.sh": CLONES,
};

const PAIR: Files = {
  "agents.toml": readFileSync(
    new URL("../../templates/builder-adversary/agents.toml", import.meta.url),
    "utf8",
  ),
  "plans/one.md": readFileSync(
    new URL("../../templates/builder-adversary/plans/one.md", import.meta.url),
    "utf8",
  ),
  "plans/two.md": readFileSync(
    new URL("../../templates/builder-adversary/plans/two.md", import.meta.url),
    "utf8",
  ),
  "prompts/adversary.md": readFileSync(
    new URL("../../templates/builder-adversary/prompts/adversary.md", import.meta.url),
    "utf8",
  ),
  "prompts/builder.md": readFileSync(
    new URL("../../templates/builder-adversary/prompts/builder.md", import.meta.url),
    "utf8",
  ),
  "prompts/kickoff.md": readFileSync(
    new URL("../../templates/builder-adversary/prompts/kickoff.md", import.meta.url),
    "utf8",
  ),
  "scripts/clones.sh": CLONES,
};

/** Stand-ins go the same way as the builder and the adversary, on plans of their own. */
const DEMO: Files = {
  ...PAIR,
  "agents.toml": readFileSync(new URL("../../templates/demo/agents.toml", import.meta.url), "utf8"),
  "plans/one.md": readFileSync(new URL("../../templates/demo/plans/one.md", import.meta.url), "utf8"),
  "plans/two.md": readFileSync(new URL("../../templates/demo/plans/two.md", import.meta.url), "utf8"),
};

const FILES: Readonly<Record<TemplateName, Files>> = { solo: SOLO, "builder-adversary": PAIR, demo: DEMO };

export const templateFiles = (name: TemplateName): Files => FILES[name];

/** The backend of a project that begins so, when nobody names one. */
export const usualBackend = (template: TemplateName | null): string =>
  template === "solo" || template === "builder-adversary" ? "claude" : "demo";
