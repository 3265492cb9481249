import type { Path } from "@fleet/engine";
import {
  asTable,
  type Draft,
  type Entry,
  entriesBy,
  find,
  isTable,
  markOpened,
  markRead,
  open,
  type Rule,
  remark,
  type Table,
} from "./draft.ts";
import { toCopy, toWorkdir } from "./places.ts";

/** The loop's agents, with their roles, as they are called now. */
export interface LoopAgent {
  readonly name: string;
  readonly role: string;
  readonly workdir: string | null;
}

/** [loop] and [loop.handoff]. */
export function convertLoop(draft: Draft, file: unknown, loops: readonly LoopAgent[]): readonly Table[] {
  const found = open(draft, file, [], ["loop", "loops"]);
  if (found === null) return [];
  const { value: loop, path: at } = found;
  const [first] = loops;
  const builder = loops.find(({ role }) => role === "builder") ?? first;
  const rules: readonly Rule[] = [
    {
      key: "kickoff_template",
      names: ["kickoff", "template"],
      as: (value, path) => toCopy(draft, value, path, "prompts"),
    },
    {
      key: "roles_dir",
      names: ["prompts_dir", "roles"],
      as: (value, path) => rolesDir(draft, value, path, loops),
    },
    { key: "docs_dir", names: ["machine_docs", "status_dir"], as: (value) => docsDir(draft, value) },
    { key: "done_by", names: [] },
    { key: "done_source", names: [] },
    { key: "phases", names: ["phase", "sequence"], as: (value, path) => phases(draft, value, path) },
    { key: "on_complete", names: ["after"], as: (value, path) => onComplete(draft, value, path) },
  ];
  const said = entriesBy(draft, loop, at, rules);
  const missing = (key: string, value: unknown): readonly Entry[] =>
    value === undefined || said.some((entry) => entry.key === key) ? [] : [{ key, value, from: at }];
  const entries = [...missing("done_by", builder?.name), ...said];
  return [{ name: ["loop"], from: at, entries }, ...handoff(draft, file, loop, at, builder)];
}

function rolesDir(draft: Draft, value: unknown, path: Path, loops: readonly LoopAgent[]): unknown {
  if (typeof value !== "string") return value;
  const folder = toFolder(draft, value);
  for (const { role } of loops)
    draft.copies.push({ from: `${value}/${role}.md`, to: `${folder}/${role}.md`, named: path });
  return folder;
}

const toFolder = (draft: Draft, value: string): string => {
  const inside = value.startsWith("/")
    ? value.startsWith(`${draft.root}/`)
      ? value.slice(draft.root.length + 1)
      : "prompts"
    : value.startsWith("..")
      ? "prompts"
      : value;
  return inside.replace(/\/+$/, "") || ".";
};

/** In the workdir of done_by, so what an absolute path adds to that is what counts. */
function docsDir(draft: Draft, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("/")) return value;
  const clone = draft.workdirs.find(({ from }) => value.startsWith(`${from}/`));
  return clone === undefined ? (value.split("/").at(-1) ?? value) : value.slice(clone.from.length + 1);
}

function phases(draft: Draft, value: unknown, path: Path): unknown {
  if (!Array.isArray(value)) return value;
  markOpened(draft, path);
  return value.map((phase, index) => {
    const at = [...path, index];
    (typeof phase === "string" ? markRead : markOpened)(draft, at);
    if (typeof phase === "string") {
      const plan = `plan-phase-${phase}.md`;
      remark(draft, at, `phase \`${phase}\` names no plan; \`${plan}\` is taken for it`, null, "FL0211");
      return { id: phase, plan };
    }
    const id = find(draft, phase, at, ["id", "name"]);
    const plan = find(draft, phase, at, ["plan", "file"]);
    const models = find(draft, phase, at, ["models", "model"]);
    return {
      ...(id === null ? {} : { id: String(id.value) }),
      plan: typeof plan?.value === "string" ? plan.value : `plan-phase-${String(id?.value)}.md`,
      ...(models === null ? {} : { models: models.value }),
    };
  });
}

function onComplete(draft: Draft, value: unknown, path: Path): unknown {
  if (value === "" || value === "stop" || value === "exit" || value === "none") return undefined;
  if (typeof value !== "string" && !Array.isArray(value)) return value;
  if (Array.isArray(value)) return { command: value };
  remark(
    draft,
    path,
    "`on_complete` is a line for a shell, and is not taken over",
    'write { command = ["program", "argument"] }, or { agent = "…", message = "…" }',
  );
  return undefined;
}

function handoff(
  draft: Draft,
  file: unknown,
  loop: unknown,
  above: Path,
  builder: LoopAgent | undefined,
): readonly Table[] {
  const found = open(draft, loop, above, ["handoff"]) ?? open(draft, file, [], ["handoff"]);
  if (found === null || found.value === false) return [];
  const { value, path: at } = found;
  const rules: readonly Rule[] = [
    { key: "repo", names: ["clone", "dir", "workdir"], as: (one, path) => toWorkdir(draft, one, path) },
    { key: "branch", names: ["ref"], as: (one) => String(one).replace(/^(refs\/remotes\/)?origin\//, "") },
    { key: "claim", names: ["claim(", "on_claim"], as: recipient },
    { key: "review", names: ["review(", "on_review"], as: recipient },
    { key: "inbox", names: ["inboxes"], as: inbox },
  ];
  const entries = entriesBy(draft, value, at, rules);
  const repo = entries.some(({ key }) => key === "repo")
    ? []
    : [{ key: "repo", value: builder?.workdir ?? ".", from: at }];
  return [{ name: ["loop", "handoff"], from: at, entries: [...repo, ...entries] }];
}

const recipient = (value: unknown): unknown => (isTable(value) ? asTable(value).to : value);

/** A list of files named after who reads them, or a table of them. */
const inbox = (value: unknown): unknown =>
  Array.isArray(value)
    ? Object.fromEntries(value.map((name) => [String(name), String(name).split("-")[0]?.toLowerCase()]))
    : value;
