import type { Path } from "@fleet/engine";
import {
  asTable,
  type Draft,
  entriesBy,
  find,
  markOpened,
  markRead,
  type Rule,
  remark,
  type Table,
} from "./draft.ts";
import { toCommand, toPrompt, toWorkdir } from "./places.ts";
import { isConversation, slug, toArgs, toArgv } from "./words.ts";

interface Named {
  readonly name: string;
  readonly table: unknown;
  readonly at: Path;
}

/** Agents or services: tables by name, or a list of tables that say their names. */
function namedIn(draft: Draft, file: unknown, words: readonly string[]): readonly Named[] {
  return words.flatMap((word) => {
    const value = asTable(file)[word];
    if (value !== undefined) markOpened(draft, [word]);
    const all: readonly Named[] = Array.isArray(value)
      ? value.map((table, index) => {
          const name = find(draft, table, [word, index], ["name"])?.value;
          return { name: String(name ?? `${word}-${index + 1}`), table, at: [word, index] };
        })
      : Object.entries(asTable(value)).map(([name, table]) => ({ name, table, at: [word, name] }));
    return all.map((one) => ({ ...one, name: rename(draft, one) }));
  });
}

function rename(draft: Draft, { name, at }: Named): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) return name;
  const better = slug(name) || "agent";
  remark(draft, at, `\`${name}\` is no name here: it is called \`${better}\` now`, null, "FL0223");
  return better;
}

const KIND: Readonly<Record<string, string>> = {
  orchestrator: "persistent",
  oneshot: "task",
  "one-shot": "task",
  job: "task",
};

/** Agents first, then services: the order of status. */
export function convertAgents(draft: Draft, file: unknown): readonly Table[] {
  const all = namedIn(draft, file, ["agents", "agent"]);
  const isService = ({ table }: Named) => asTable(table).kind === "service";
  const agents = all.filter((one) => !isService(one)).map((one) => agentTable(draft, one, file));
  const services = [...all.filter(isService), ...namedIn(draft, file, ["services", "service"])];
  return [...agents, ...services.flatMap((one) => serviceTable(draft, one, file))];
}

function agentTable(draft: Draft, { name, table, at }: Named, file: unknown): Table {
  markOpened(draft, at);
  const id = find(draft, table, at, ["session_id", "conversation", "resume_id", "resume"]);
  if (typeof id?.value === "string" && isConversation(id.value)) draft.conversations[name] = id.value;
  const rules: readonly Rule[] = [
    { key: "kind", names: ["type"], as: (value) => KIND[String(value)] ?? value },
    { key: "watch", names: ["heal"], as: (value) => (typeof value === "boolean" ? boolWatch(value) : value) },
    { key: "enabled", names: [] },
    { key: "backend", names: [] },
    { key: "model", names: [] },
    {
      key: "workdir",
      names: ["cwd", "dir", "clone"],
      as: (value, path) => toWorkdir(draft, value, path),
    },
    { key: "role", names: [] },
    { key: "session", names: ["session_name"], as: (value) => toSession(value, name, file) },
    {
      key: "prompt",
      names: ["prompt_file", "startup_prompt", "startup", "kickoff"],
      as: (value, path) => toPrompt(draft, value, path, name),
    },
    { key: "args", names: ["flags", "extra_args"], as: toArgs },
    { key: "deny_args", names: ["never", "forbidden_args"], as: toArgs },
    { key: "schedule", names: ["cron"] },
    { key: "tz", names: ["timezone"] },
    { key: "start", names: ["start_mode"] },
  ];
  const entries = entriesBy(draft, table, at, rules);
  const off = find(draft, table, at, ["disabled"]);
  const enabled = off === null ? [] : [{ key: "enabled", value: off.value !== true, from: off.path }];
  return { name: ["agents", name], from: at, entries: [...entries, ...enabled] };
}

const boolWatch = (value: boolean): string => (value ? "heal" : "none");

/** Old files name the session with or without the prefix. The name that would be taken anyway needs no words. */
function toSession(value: unknown, name: string, file: unknown): unknown {
  const { session_prefix, prefix = session_prefix } = asTable(asTable(file).defaults);
  if (typeof value !== "string") return value;
  const own = typeof prefix === "string" && value.startsWith(prefix) ? value.slice(prefix.length) : value;
  return own === name ? undefined : own;
}

function serviceTable(draft: Draft, { name, table, at }: Named, file: unknown): readonly Table[] {
  markOpened(draft, at);
  if (name === "watchdog") {
    for (const key of Object.keys(asTable(table))) markRead(draft, [...at, key]);
    remark(
      draft,
      at,
      "`watchdog` is not taken over",
      "nothing to do: each project has a watchdog of its own",
      "FL0223",
    );
    return [];
  }
  const rules: readonly Rule[] = [
    {
      key: "command",
      names: ["cmd", "run", "exec"],
      as: (value, path) => toCommand(draft, toArgv(value), path),
    },
    { key: "workdir", names: ["cwd", "dir"], as: (value, path) => toWorkdir(draft, value, path) },
    { key: "enabled", names: [] },
    { key: "session", names: ["session_name"], as: (value) => toSession(value, name, file) },
  ];
  find(draft, table, at, ["kind"]);
  for (const word of ["watch", "backend", "model"]) {
    const given = asTable(table)[word];
    if (given === "-" || given === "none" || given === "heal") markRead(draft, [...at, word]);
  }
  return [{ name: ["services", name], from: at, entries: entriesBy(draft, table, at, rules) }];
}
