import { resolveProject } from "./agents-file/resolve.ts";
import { bareRules } from "./agents-file/rules/names.ts";
import { scheduleFindings } from "./agents-file/schedule.ts";
import { AgentsToml } from "./agents-file/schema.ts";
import { crossFindings } from "./agents-rules.ts";
import {
  type PlacedDocument,
  readToml,
  type TomlDocument,
  type TomlOptions,
  withPlaces,
} from "./diagnostics/document.ts";
import { type Finding, locate, unlessNewer } from "./diagnostics/finding.ts";
import { checkShape, type Shape } from "./diagnostics/shape.ts";
import type { Problem, Result } from "./problem.ts";
import type { Project } from "./project.ts";
import { z } from "./zod.ts";

/** All that can be said of one agents.toml. With errors the project lacks what was wrong, and serves only for further checks. */
export interface AgentsFile {
  readonly problems: readonly Problem[];
  readonly document: PlacedDocument | null;
  readonly project: Project | null;
}

/** Bytes in, a project or problems out. Reading the file is the caller's business. */
export async function parseAgentsFile(
  file: string,
  bytes: Uint8Array,
  { strict = true, limit }: TomlOptions = {},
): Promise<Result<Project>> {
  if (!strict) {
    const quick = await parseQuickly(file, bytes);
    if (quick !== null) return { ok: true, value: quick, warnings: [] };
  }
  const { problems, project } = await readAgentsFile(file, bytes, limit === undefined ? {} : { limit });
  if (project === null || problems.some(({ severity }) => severity === "error"))
    return { ok: false, problems };
  return { ok: true, value: project, warnings: problems };
}

/** The same for someone who shows problems and goes on. */
export async function readAgentsFile(
  file: string,
  bytes: Uint8Array,
  options: TomlOptions = {},
): Promise<AgentsFile> {
  const read = readToml(file, bytes, options);
  if (!read.ok) return { problems: read.problems, document: null, project: null };
  const placed = await withPlaces(read.value);
  if (!placed.ok) return { problems: placed.problems, document: null, project: null };
  const document = placed.value;
  const shape = checkShape(document.value, AgentsToml);
  const problems = locate(document, await findingsOf(document, shape));
  const isUsable = shape.value !== null && !problems.some(({ code }) => code === "FL0200");
  const project =
    shape.value === null || !isUsable ? null : inFileOrder(resolveProject(shape.value), document);
  return { problems, document, project };
}

/** The way of a file without problems, which needs no positions. Null sends it the long way. */
async function parseQuickly(file: string, bytes: Uint8Array): Promise<Project | null> {
  const read = readToml(file, bytes);
  if (!read.ok || hasNumberNames(read.value)) return null;
  const shape = checkShape(read.value.value, AgentsToml);
  if (shape.value === null || (await findingsOf(read.value, shape)).length > 0) return null;
  return resolveProject(shape.value);
}

async function findingsOf(
  { value: raw }: TomlDocument,
  shape: Shape<AgentsToml>,
): Promise<readonly Finding[]> {
  const own = unlessNewer(inOwnWords(shape.findings));
  if (own[0]?.code === "FL0200") return own;
  if (shape.value === null) return [...own, ...bareRules(raw)];
  const file = shape.value;
  return [...own, ...crossFindings({ file, raw, partial: shape.partial }), ...(await scheduleFindings(file))];
}

const AGENT_KEYS = [
  "kind",
  "backend",
  "model",
  "watch",
  "role",
  "prompt",
  "args",
  "deny_args",
  "schedule",
  "tz",
  "start",
];

/** Two slips that the schema can only call unknown: a service that is written as an agent, in part or whole. */
function inOwnWords(findings: readonly Finding[]): readonly Finding[] {
  const misplaced = findings.filter(
    ({ path: [table, , key], message }) =>
      table === "agents" && key === "kind" && message.endsWith('"service"'),
  );
  return findings.flatMap((finding): readonly Finding[] => {
    const [table, name, key] = finding.path;
    if (misplaced.includes(finding))
      return [{ ...finding, help: "move it to a table [services.<name>], without kind" }];
    if (finding.code !== "FL0210") return [finding];
    if (table === "agents" && key === "command" && misplaced.some(({ path }) => path[1] === name)) return [];
    if (table !== "services" || !AGENT_KEYS.includes(String(key))) return [finding];
    return [
      {
        ...finding,
        code: "FL0305",
        message: `\`${key}\` is for agents; a service is a plain program`,
        help: "remove it",
      },
    ];
  });
}

/** JavaScript puts keys like "7" first, whatever the file says. */
const hasNumberNames = ({ value }: TomlDocument): boolean =>
  [value.agents, value.services].some(
    (table) =>
      typeof table === "object" && table !== null && Object.keys(table).some((name) => /^\d+$/.test(name)),
  );

function inFileOrder(project: Project, document: PlacedDocument): Project {
  if (!hasNumberNames(document)) return project;
  const names = ["agents", "services"].flatMap((table) => [
    ...(document.places.children.get(table)?.children.keys() ?? []),
  ]);
  const agents = [...project.agents].sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
  return { ...project, agents };
}

/** For editors: what a person may write. */
export const agentsJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(AgentsToml, { io: "input" }),
  title: "agents.toml",
});
