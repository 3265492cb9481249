import type { Finding, Path } from "@fleet/engine";
import { convertAgents } from "./agents.ts";
import {
  asTable,
  type Copy,
  type Draft,
  type Entry,
  entriesBy,
  find,
  isTable,
  markOpened,
  newDraft,
  open,
  type Rule,
  remark,
  type Table,
  tellUnread,
  type Workdir,
} from "./draft.ts";
import { convertLoop, type LoopAgent } from "./loop.ts";
import { toEnvFile, toWorkdir } from "./places.ts";
import { slug, toArgs, toArgv, toDuration } from "./words.ts";

/** What an agents.toml of the engine before comes to in ours. */
export interface Converted {
  readonly tables: readonly Table[];
  readonly remarks: readonly Finding[];
  readonly copies: readonly Copy[];
  readonly workdirs: readonly Workdir[];
  readonly secrets: readonly Workdir[];
  readonly texts: Readonly<Record<string, string>>;
  readonly conversations: Readonly<Record<string, string>>;
  /** Where the old engine keeps its state, as its file says it. */
  readonly logDir: string | null;
  readonly prefix: string;
}

/** Where a staged project keeps its state: never where the old one does. */
export const STATE = ".ao-state";

/** The old file's values in our words. `root` is the folder that it lies in. */
export function convert(file: unknown, root: string): Converted {
  const draft = newDraft(root);
  const defaults = convertDefaults(draft, file);
  const models = find(draft, file, [], ["models", "aliases", "model_aliases"]);
  const backends = convertBackends(draft, file);
  const agents = convertAgents(draft, file);
  const loop = convertLoop(draft, file, loopsAmong(agents, defaults));
  const supervision = convertSupervision(draft, file);
  tellUnread(draft, file);
  const { remarks, copies, workdirs, secrets, texts, conversations } = draft;
  return {
    tables: [
      defaults,
      ...(models === null
        ? []
        : [{ name: ["models"], from: models.path, entries: plainEntries(models.value, models.path) }]),
      ...backends,
      ...agents,
      ...loop,
      ...supervision,
    ],
    ...{ remarks, copies, workdirs, secrets, texts, conversations },
    logDir: textAt(file, ["log_dir", "logs", "state_dir"]),
    prefix: prefixOf(file, root),
  };
}

/** Where the file says none, that of its folder's name. */
const prefixOf = (file: unknown, root: string): string =>
  textAt(file, ["session_prefix", "prefix"]) ?? `${slug(root.split("/").at(-1) ?? "") || "old"}-`;

const textAt = (file: unknown, names: readonly string[]): string | null => {
  const defaults = asTable(asTable(file).defaults);
  const value = names.map((name) => defaults[name]).find((one) => typeof one === "string");
  return typeof value === "string" ? value : null;
};

function convertDefaults(draft: Draft, file: unknown): Table {
  const at = ["defaults"];
  const table = open(draft, file, [], ["defaults"])?.value;
  const rules: readonly Rule[] = [
    { key: "session_prefix", names: ["prefix"] },
    { key: "log_dir", names: ["logs", "state_dir"], as: () => STATE },
    { key: "backend", names: [] },
    { key: "model", names: [] },
    { key: "workdir", names: ["cwd", "dir"], as: (value, path) => toWorkdir(draft, value, path) },
  ];
  const entries = entriesBy(draft, table, at, rules);
  const missing = (key: string, value: string): readonly Entry[] =>
    entries.some((entry) => entry.key === key) ? [] : [{ key, value, from: at }];
  const own = prefixOf(file, draft.root);
  const prefix = missing("session_prefix", own);
  if (prefix.length > 0)
    remark(
      draft,
      at,
      `no session_prefix: \`${own}\` is taken`,
      "correct it where the sessions were called otherwise",
      "FL0211",
    );
  return { name: ["defaults"], from: at, entries: [...prefix, ...entries, ...missing("log_dir", STATE)] };
}

function convertBackends(draft: Draft, file: unknown): readonly Table[] {
  const found = open(draft, file, [], ["backends", "backend"]);
  if (found === null) return [];
  return Object.entries(asTable(found.value)).map(([name, table]) => {
    const at = [...found.path, name];
    markOpened(draft, at);
    const rules: readonly Rule[] = [
      { key: "command", names: ["cmd", "bin"], as: toArgv },
      { key: "args", names: ["flags"], as: toArgs },
      { key: "env", names: [], as: (value, path) => toVariables(draft, value, path) },
      { key: "env_file", names: ["environment_file"], as: (value, path) => toEnvFile(draft, value, path) },
      { key: "server", names: ["attach", "url"] },
    ];
    return { name: ["backends", name], from: at, entries: entriesBy(draft, table, at, rules) };
  });
}

const SECRET = /(^|_)(key|token|secret|password|passwd|cookie|credentials?)(_|$)/i;

/** Variables are texts in ours, whatever they were. Secrets stay out of a file that git tracks. */
function toVariables(draft: Draft, value: unknown, path: Path): unknown {
  if (!isTable(value)) return value;
  const secret = Object.keys(value).filter((name) => SECRET.test(name));
  for (const name of secret)
    remark(
      draft,
      [...path, name],
      `\`${name}\` looks like a secret, and is not taken over`,
      "put it into a file that git ignores, and name that in env_file",
      "FL0600",
    );
  const plain = Object.entries(value).filter(([name]) => !secret.includes(name));
  return Object.fromEntries(plain.map(([name, one]) => [name, String(one)]));
}

const plainEntries = (value: unknown, path: Path): readonly Entry[] =>
  Object.entries(asTable(value)).map(([key, one]) => ({ key, value: one, from: [...path, key] }));

const POLICY: readonly Rule[] = [
  { key: "signal_tick", names: ["signal_interval", "tick", "fast_tick"], as: toDuration },
  { key: "heavy_tick", names: ["heavy_interval", "watch_interval", "interval"], as: toDuration },
  { key: "stall_idle", names: [], as: toDuration },
  { key: "stall_grace", names: [], as: toDuration },
  { key: "max_wait", names: ["wait_cap"], as: toDuration },
];

/** The old file has these in any of three tables. */
function convertSupervision(draft: Draft, file: unknown): readonly Table[] {
  const places = ["supervision", "watchdog", "defaults"];
  const entries = places.flatMap((name) => {
    const found = open(draft, file, [], [name]);
    return found === null ? [] : entriesBy(draft, found.value, found.path, POLICY);
  });
  const [first] = entries;
  return first === undefined ? [] : [{ name: ["supervision"], from: first.from.slice(0, -1), entries }];
}

function loopsAmong(agents: readonly Table[], defaults: Table): readonly LoopAgent[] {
  const text = (table: Table, key: string): string | null => {
    const value = table.entries.find((entry) => entry.key === key)?.value;
    return typeof value === "string" ? value : null;
  };
  return agents
    .filter((table) => text(table, "kind") === "loop")
    .map((table) => {
      const name = table.name[1] ?? "";
      const workdir = text(table, "workdir") ?? text(defaults, "workdir");
      return { name, role: text(table, "role") ?? name, workdir };
    });
}
