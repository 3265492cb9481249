import { readFile } from "node:fs/promises";
import path from "node:path";
import {
  Failure,
  type Finding,
  isCode,
  locate,
  oneLine,
  type PlacedDocument,
  type Problem,
  type Project,
  readToml,
  startOf,
  withPlaces,
} from "@fleet/engine";
import { type Converted, convert } from "../convert/convert.ts";
import type { Table } from "../convert/draft.ts";
import { deriveTemplate, PLAIN_TEMPLATE } from "../convert/template.ts";
import { type OldState, readOldState } from "./old-state.ts";
import { readSmall } from "./read-small.ts";
import { settle } from "./settle.ts";

/** A project of the engine before, and what it comes to in ours. Nothing of it was written to. */
export interface OldProject {
  /** Its folder, absolute. */
  readonly root: string;
  /** Its agents.toml, as the user would write it. */
  readonly file: string;
  readonly source: string;
  readonly converted: Converted;
  readonly toml: string;
  readonly project: Project;
  /** Absolute. */
  readonly logDir: string | null;
  readonly state: OldState;
  readonly phase: { readonly id: string; readonly index: number; readonly total: number } | null;
  /** What the new project gets copies of: path there to text. */
  readonly files: Readonly<Record<string, string>>;
  readonly programs: ReadonlySet<string>;
  readonly remarks: readonly Problem[];
}

/** Where kickoffs come from when the old engine had their preamble in its code. */
const TEMPLATE = "prompts/kickoff.md";

/** Reads an old project. @throws Failure FILE_MISSING, INVALID_FILE */
export async function readOldProject(folder: string, cwd: string): Promise<OldProject> {
  const root = path.resolve(cwd, folder);
  const file = path.relative(cwd, path.join(root, "agents.toml"));
  const document = await readDocument(path.join(root, "agents.toml"), file);
  const converted = convert(document.value, root);
  const logDir = converted.logDir === null ? null : path.resolve(root, converted.logDir);
  const { texts, missing, programs } = await readCopies(converted, root);
  const rules = await settle([], withoutMissing(converted.tables, missing));
  const state = await readOldState(logDir, rules.project);
  const { template, found } = templateFor(rules.project, converted, state, texts);
  const tables = template === null ? converted.tables : withTemplate(converted.tables);
  const settled = await settle(headOf(root), withoutMissing(tables, missing));
  const { project, toml } = settled;
  if (project === null)
    throw new Failure("INVALID_FILE", `${file} can't be made one of fleet's`, {
      problems: settled.problems,
      hint: "the places are those of the file that would come of it",
    });
  const plain = template === null || found ? [] : [PLAIN];
  const findings = [...converted.remarks, ...missing, ...settled.remarks, ...plain];
  const conversations = { ...saidIn(converted, file), ...state.conversations };
  return {
    ...{ root, file, source: document.text, converted, toml, project, logDir, programs },
    state: { ...state, conversations },
    phase: phaseOf(converted, project, state),
    files: { ...texts, ...converted.texts, ...(template === null ? {} : { [TEMPLATE]: template }) },
    remarks: [...locate(document, findings), ...aboutState(state, project, cwd)],
  };
}

const saidIn = ({ conversations }: Converted, file: string): OldState["conversations"] =>
  Object.fromEntries(Object.entries(conversations).map(([agent, id]) => [agent, { id, file }]));

const headOf = (root: string): readonly string[] => [
  "#:schema ./engine/schema/agents.schema.json",
  `# Made by fleet adopt from ${oneLine(path.join(root, "agents.toml"))}.`,
];

async function readDocument(at: string, file: string): Promise<PlacedDocument> {
  const bytes = await readFile(at).catch((cause: unknown) => {
    if (!isCode(cause, "ENOENT") && !isCode(cause, "ENOTDIR")) throw cause;
    throw new Failure("FILE_MISSING", `there is no ${file}`, {
      hint: "name the folder that holds the agents.toml of the old set-up",
      cause,
    });
  });
  const read = readToml(file, bytes);
  const placed = read.ok ? await withPlaces(read.value) : read;
  if (placed.ok) return placed.value;
  throw new Failure("INVALID_FILE", `${file} is not TOML`, { problems: placed.problems });
}

interface Copies {
  readonly texts: Readonly<Record<string, string>>;
  readonly programs: ReadonlySet<string>;
  readonly missing: readonly Finding[];
}

async function readCopies({ copies }: Converted, root: string): Promise<Copies> {
  const texts: Record<string, string> = {};
  const programs = new Set<string>();
  const missing: Finding[] = [];
  for (const { from, to, named } of copies) {
    const read = await readSmall(path.resolve(root, from));
    if (read === null) {
      const help = "write it, and name it in the new agents.toml";
      missing.push({
        ...{ code: "FL0400", severity: "warning", path: named, at: "value" },
        ...{ message: `left out: there is no file \`${from}\` that is text of at most 1 MiB`, help },
      });
      continue;
    }
    texts[to] = read.text;
    if (read.isProgram) programs.add(to);
  }
  return { texts, programs, missing };
}

/** A folder of roles stays: what is missing in it is for `validate` to tell. */
const withoutMissing = (tables: readonly Table[], missing: readonly Finding[]): readonly Table[] =>
  tables.map((table) => ({
    ...table,
    entries: table.entries.filter(
      ({ key, from }) =>
        key === "roles_dir" || !missing.some((one) => JSON.stringify(one.path) === JSON.stringify(from)),
    ),
  }));

/** The template that the old engine had in its code, from what it wrote, or a plain one; null where none is wanted. */
function templateFor(
  project: Project | null,
  converted: Converted,
  state: OldState,
  texts: Copies["texts"],
): { readonly template: string | null; readonly found: boolean } {
  const loop = project?.loop ?? null;
  if (project === null || loop === null || loop.kickoff_template !== null)
    return { template: null, found: true };
  const phase = phaseOf(converted, project, state);
  const plan = loop.phases.find(({ id }) => id === phase?.id)?.plan;
  const recorded = project.agents.flatMap(({ kind, session, role }) => {
    const text = state.kickoffs[session];
    const roleText = texts[`${loop.roles_dir}/${role}.md`];
    return kind === "loop" && text !== undefined && roleText !== undefined ? [{ text, role, roleText }] : [];
  });
  const filled =
    phase === null || plan === undefined
      ? null
      : { phase_id: phase.id, plan, status: `${loop.docs_dir}/STATUS-${phase.id}.md` };
  const derived = filled === null ? null : deriveTemplate(recorded, filled);
  return { template: derived ?? PLAIN_TEMPLATE, found: derived !== null };
}

const PLAIN: Finding = {
  ...{ code: "FL0600", severity: "warning", path: ["loop"], at: "key" },
  message: "nothing tells how the first message of a loop agent began: a plain one was put in its place",
  help: `write it into \`${TEMPLATE}\`: where the plans are, and what else the old engine said`,
};

const withTemplate = (tables: readonly Table[]): readonly Table[] =>
  tables.map((table) =>
    table.name.join(".") === "loop"
      ? {
          ...table,
          entries: [{ key: "kickoff_template", value: TEMPLATE, from: table.from }, ...table.entries],
        }
      : table,
  );

/** By the old order, which may hold phases that ours had to leave out. */
function phaseOf(converted: Converted, project: Project, { index }: OldState): OldProject["phase"] {
  const said = converted.tables.find(({ name }) => name.join(".") === "loop")?.entries;
  const all: unknown = said?.find(({ key }) => key === "phases")?.value;
  if (!Array.isArray(all) || project.loop === null || index === null) return null;
  const id: unknown = (all[Math.min(index, all.length - 1)] as { readonly id?: unknown } | undefined)?.id;
  const at = project.loop.phases.findIndex((phase) => phase.id === id);
  return typeof id === "string" && at >= 0 ? { id, index: at, total: project.loop.phases.length } : null;
}

function aboutState(state: OldState, project: Project, cwd: string): readonly Problem[] {
  const say = (file: string, message: string, help: string): Problem => ({
    ...startOf(path.relative(cwd, file)),
    ...{ code: "FL0600", severity: "warning", message, help, related: [] },
  });
  return [
    ...state.strange.map((file) =>
      say(
        file,
        "this file of the old state is not taken over",
        "fleet keeps no such thing; nothing to do as a rule",
      ),
    ),
    ...Object.entries(state.conversations)
      .filter(([name]) => project.agents.find((agent) => agent.name === name)?.kind !== "persistent")
      .map(([name, { file }]) =>
        say(
          file,
          `the conversation of \`${name}\` is not taken over`,
          "only persistent agents go on with one",
        ),
      ),
  ];
}
