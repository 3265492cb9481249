import type { Finding, Path } from "@fleet/engine";

/** One key of the new file, and where in the old one it comes from. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly from: Path;
}

export interface Table {
  /** loop.handoff is ["loop", "handoff"]. */
  readonly name: readonly string[];
  readonly from: Path;
  readonly entries: readonly Entry[];
}

/** A file or folder that the new project gets a copy of. */
export interface Copy {
  /** As the old file names it: absolute, or relative to its folder. */
  readonly from: string;
  /** In the new project. */
  readonly to: string;
  /** Where the old file names it. */
  readonly named: Path;
}

/** A folder in which an agent works there, or a file of secrets: absolute, and what is in its place in the new project. */
export interface Workdir {
  readonly from: string;
  readonly to: string;
}

/** What comes of an old agents.toml, while it is read. */
export interface Draft {
  readonly tables: Table[];
  readonly remarks: Finding[];
  readonly copies: Copy[];
  readonly workdirs: Workdir[];
  /** Files of secrets, which a person puts into their new place. */
  readonly secrets: Workdir[];
  /** Words that the old file has in the place of a prompt file: path to text. */
  readonly texts: Record<string, string>;
  /** Conversations that the old file names itself, by agent. */
  readonly conversations: Record<string, string>;
  /** Paths of the old file that somebody has read whole, as JSON. */
  readonly read: Set<string>;
  /** Tables and lists of it that somebody has looked into: what is in them is read by itself. */
  readonly opened: Set<string>;
  /** The old project's folder, absolute. */
  readonly root: string;
}

export const newDraft = (root: string): Draft => ({
  ...{ tables: [], remarks: [], copies: [], workdirs: [], secrets: [], texts: {}, conversations: {} },
  ...{ read: new Set(), opened: new Set(), root },
});

export type Values = Readonly<Record<string, unknown>>;

/** A table, and not a date or a list. */
export const isTable = (value: unknown): value is Values =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

export const asTable = (value: unknown): Values => (isTable(value) ? value : {});

/** Something that the old file says and the new one can't, or says otherwise. */
export function remark(
  draft: Draft,
  path: Path,
  message: string,
  help: string | null,
  code: Finding["code"] = "FL0210",
): void {
  draft.remarks.push({ code, severity: "warning", path, at: "key", message, help });
}

export const markRead = (draft: Draft, path: Path): void => {
  draft.read.add(JSON.stringify(path));
};

export const markOpened = (draft: Draft, path: Path): void => {
  draft.opened.add(JSON.stringify(path));
};

export interface Found {
  readonly value: unknown;
  readonly path: Path;
}

/** The first of these keys that is there. Of several names of one thing the others stay unread, and are told of. */
export function find(draft: Draft, table: unknown, at: Path, names: readonly string[]): Found | null {
  const found = peek(table, at, names);
  if (found !== null) markRead(draft, found.path);
  return found;
}

/** The same for a table or list whose own keys are read one by one. */
export function open(draft: Draft, table: unknown, at: Path, names: readonly string[]): Found | null {
  const found = peek(table, at, names);
  if (found !== null) markOpened(draft, found.path);
  return found;
}

function peek(table: unknown, at: Path, names: readonly string[]): Found | null {
  for (const name of names) {
    const value = asTable(table)[name];
    if (value !== undefined) return { value, path: [...at, name] };
  }
  return null;
}

/** Keys under which the old file may say what the new one says under `key`, and how it is to be said. */
export interface Rule {
  readonly key: string;
  readonly names: readonly string[];
  /** Undefined: nothing is to be said. */
  readonly as?: (value: unknown, path: Path) => unknown;
}

/** The entries of one table, in the order of the rules. */
export function entriesBy(draft: Draft, table: unknown, at: Path, rules: readonly Rule[]): readonly Entry[] {
  return rules.flatMap(({ key, names, as }) => {
    const found = find(draft, table, at, [key, ...names]);
    if (found === null) return [];
    const value = as === undefined ? found.value : as(found.value, found.path);
    return value === undefined ? [] : [{ key, value, from: found.path }];
  });
}

/** What nobody has read is told of, the outermost key of it. */
export function tellUnread(draft: Draft, value: unknown, at: Path = []): void {
  const children: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(asTable(value));
  for (const [key, child] of children) {
    const path = [...at, key];
    const name = JSON.stringify(path);
    if (draft.opened.has(name)) tellUnread(draft, child, path);
    else if (!draft.read.has(name))
      remark(
        draft,
        path,
        `\`${key}\` is not taken over: fleet knows no such key here`,
        adviceOn(String(key)),
      );
  }
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/env/, "set it under [backends.<name>] as env, or put secrets into a file and name it in env_file"],
  [/token|key|secret|password/, "put it into a file that git ignores, and name that in env_file"],
  [/port|host/, "say it as `server` under [backends.opencode]"],
  [/resume|continue/, "nothing to do: a persistent agent's conversation is always gone on with"],
  [/restart|retry|backoff|limit/, "see [supervision] in docs/agents-toml.md: backoff, start_limit"],
  [/interval|tick|sec|timeout|idle|grace/, "see [supervision] in docs/agents-toml.md"],
  [/notify|webhook|mail/, "use on_complete, or follow `fleet events PROJECT --json`"],
  [/color|colour|title|desc|comment|note/, "write it as a comment"],
];

const adviceOn = (key: string): string =>
  ADVICE.find(([pattern]) => pattern.test(key.toLowerCase()))?.[1] ??
  "see docs/agents-toml.md for what there is, and add it by hand where it matters";
