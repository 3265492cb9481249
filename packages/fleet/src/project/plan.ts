/** Path to contents. */
export type Files = Readonly<Record<string, string>>;

export interface NewProject {
  readonly name: string;
  /** Where the engine is cloned from, as .gitmodules will say it. */
  readonly engineUrl: string;
  /** What its sessions begin with. */
  readonly prefix: string;
  readonly backend: string;
  /** The files of its template, with `__name__`, `__prefix__` and `__backend__` in them. Null: nothing but one agent. */
  readonly template: Files | null;
}

/** Where a project is to be, and how fleet.toml is to have it. */
export interface Home {
  /** Relative to fleet.toml. */
  readonly path: string;
  readonly enabled: boolean;
  readonly registered: boolean;
  /** Of the project's own repository: where a person will push it. */
  readonly remote: string | null;
}

/** Where a project goes when nobody says otherwise. */
export const homeFor = (name: string): Home => ({
  ...{ path: pathFor(name), enabled: false, registered: true, remote: null },
});

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

export const isGoodName = (name: string): boolean => NAME.test(name);

/** The nearest name that would be taken, or null when there is nothing to make one of. */
export function goodNameFor(name: string): string | null {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 32)
    .replaceAll(/-+$/g, "");
  return isGoodName(plain) ? plain : null;
}

/** Where a project of this name goes, relative to fleet.toml. */
export const pathFor = (name: string): string => `projects/${name}`;

export const prefixFor = (name: string): string => `${name}-`;

/** What a new project consists of, besides its engine: all files that git tracks there. */
export const planProject = (project: NewProject): Files => ({
  ".gitignore": project.template === null ? GITIGNORE : GITIGNORE + LOCAL_REMOTE,
  ".gitmodules": gitmodules(project),
  ...(project.template === null ? { "agents.toml": agentsToml(project) } : filled(project.template, project)),
});

const filled = (template: Files, { name, prefix, backend }: NewProject): Files =>
  Object.fromEntries(
    Object.entries(template).map(([file, text]) => [
      file,
      text.replaceAll("__name__", name).replaceAll("__prefix__", prefix).replaceAll("__backend__", backend),
    ]),
  );

/** The project's table in fleet.toml, to be put at the file's end. */
export const planEntry = (
  name: string,
  { path, enabled }: Pick<Home, "path" | "enabled"> = homeFor(name),
): string =>
  `[[project]]\nname = "${name}"\npath = ${JSON.stringify(path)}\nenabled = ${enabled ? "true" : "false # true, when it is to run"}\n`;

/** The text with the entry at its end. Nothing of what a person wrote is touched. */
export function appendEntry(text: string, entry: string): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = text === "" ? "" : text.endsWith("\n") ? eol : eol + eol;
  return text + gap + entry.replaceAll("\n", eol);
}

export const GITIGNORE = `# What the engine keeps while it runs: sessions, records, messages, logs.
/.ao-state/
# Secrets.
.env
.env.*
.testenv
*.log
# Where agents work.
/clones/
`;

const LOCAL_REMOTE = `# What scripts/clones.sh makes where no work.url names a repository.
/remote.git/
/remote.git.new/
`;

/*
 * The URL is absolute, also for an engine on this machine: git would take a
 * relative one as relative to the project's own remote, which has no engine
 * beside it as soon as the project is pushed anywhere.
 */
export const gitmodules = ({ engineUrl }: Pick<NewProject, "engineUrl">): string =>
  `[submodule "engine"]\n\tpath = engine\n\turl = ${engineUrl}\n`;

const agentsToml = ({
  name,
  prefix,
  backend,
}: NewProject): string => `#:schema ./engine/schema/agents.schema.json
# The agents of ${name}. What can stand here: docs/agents-toml.md of the fleet, or your editor, by the schema above.

[defaults]
session_prefix = "${prefix}" # every tmux session of this project begins with it
log_dir = ".ao-state" # the state directory; nothing is written outside it
backend = "${backend}"${backend === "demo" ? " # a stand-in that costs nothing; then: claude, opencode, codex, gemini" : ""}

[agents.hello]
kind = "persistent" # its conversation is kept and resumed
watch = "heal" # when it dies, it is started again

# An agent that works on its own, once there is a clone for it and a prompt:
#
# [agents.builder]
# kind = "loop"
# watch = "heal+stall"
# backend = "claude"
# model = "sonnet"
# workdir = "clones/builder"
# prompt = "prompts/builder.md"
`;
