import { checkedText, FileVersion, isRefName, ProjectName, type Refusal } from "@fleet/engine";
import { z } from "zod";
import { NotifyTable } from "./notify.ts";

const COMMIT = /^[0-9a-f]{40}$/;

const Pin = checkedText({ pattern: "^(workspace|[0-9a-f]{40})$" }, (text): Refusal | null => {
  if (text === "workspace" || COMMIT.test(text)) return null;
  const lower = text.toLowerCase();
  const help = COMMIT.test(lower)
    ? `write \`"${lower}"\``
    : /^[0-9a-f]{4,39}$/.test(lower)
      ? "write all 40 digits: git rev-parse HEAD in the project's engine"
      : 'write a full commit, or "workspace"';
  return { code: "FL0228", message: `\`${text}\` is not a full commit`, help };
});

const FolderPath = checkedText({ pattern: "^[^~$-]" }, (text): Refusal | null => {
  if (text === "") return { code: "FL0222", message: "a path must not be empty" };
  if (/^[~$]/.test(text)) {
    return {
      code: "FL0400",
      message: `\`${text}\` is not expanded`,
      help: "write a path relative to fleet.toml",
    };
  }
  if (text.includes("\n")) return { code: "FL0002", message: "a path must not hold a line end" };
  return text.startsWith("-")
    ? { code: "FL0402", message: "a path must not start with `-`", help: `write \`./${text}\`` }
    : null;
});

/** The transports that git is allowed here: https, ssh, and this machine. */
const URLS = [
  /^https:\/\/[^\s]+$/,
  /^ssh:\/\/[^\s-][^\s]*$/,
  /^file:\/\/\/[^\s]+$/,
  /^[\w.-]+@[\w][\w.-]*:[^\s:][^\s]*$/,
  /^(\.{0,2}\/|[\w.])[^:]*$/,
];

/** Why git must not be given this URL; null when it may. */
export const refuseGitUrl = (text: string): Refusal | null => {
  const message = `\`${text}\` is not a git URL that is allowed here`;
  if (text.startsWith("-") || /\p{Cc}/u.test(text) || !URLS.some((pattern) => pattern.test(text))) {
    return { code: "FL0227", message, help: "use https, ssh, or a path" };
  }
  return /^https:\/\/[^/]*:[^/]*@/.test(text)
    ? { code: "FL0227", message: "a URL must not hold a password", help: "use a git credential helper" }
    : null;
};

const GitUrl = checkedText({}, refuseGitUrl);

export const isGitUrl = (text: string): boolean => GitUrl.safeParse(text).success;

const Ref = checkedText({}, (text): Refusal | null =>
  isRefName(text) ? null : { code: "FL0228", message: `\`${text}\` is not a tag, a branch or a commit` },
);

const Tag = z.string().min(1).max(64);

export const Engine = z.strictObject({
  url: GitUrl.default("./.fleet/engine.git").describe("Any git URL, or a path relative to this file."),
  ref: Ref.default("v0.1.0").describe(
    "A tag, a branch or a commit. Projects are pinned to the commit it means at the time.",
  ),
});

export const Project = z.strictObject({
  name: ProjectName.describe("What you call it on the command line."),
  path: FolderPath.describe("Its folder, relative to this file."),
  enabled: z.boolean().default(true).describe("false: shown and checked, never started."),
  engine: Pin.optional().describe(
    'The commit that the project must be pinned to, in full. "workspace": the engine of this repository, for projects inside it.',
  ),
  tags: z.array(Tag).default([]).describe("Words of your own."),
  after: z.array(z.string()).default([]).describe("Projects that start before it, and stop after it."),
  runner: z.enum(["local"]).default("local").describe("Where it runs."),
});
export type Project = z.output<typeof Project>;

/** fleet.toml, key by key. The descriptions are the documentation. */
export const FleetToml = z.strictObject({
  schema: FileVersion.optional().describe("The shape of this file. 1 is the only one, and the default."),
  engine: Engine.prefault({}).describe("Where new projects get their engine."),
  notify: NotifyTable,
  project: z.array(Project).default([]).describe("The projects, in the order of status."),
});
