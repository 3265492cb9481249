import { type Finding, type Path, type Problem, type Project, readAgentsFile } from "@fleet/engine";
import type { Table } from "../convert/draft.ts";
import { type Written, writeToml } from "../convert/write.ts";

export interface Settled {
  readonly toml: string;
  readonly project: Project | null;
  /** What was left out because it could not stand, at its place in the old file. */
  readonly remarks: readonly Finding[];
  /** What is wrong all the same. */
  readonly problems: readonly Problem[];
}

const ROUNDS = 6;

/** The new file, without what our rules refuse: each of that is told of where the old file says it. */
export async function settle(head: readonly string[], tables: readonly Table[]): Promise<Settled> {
  const remarks: Finding[] = [];
  let rest = tables;
  for (let round = 0; ; round++) {
    const written = writeToml(head, rest);
    const { problems, project } = await readAgentsFile("agents.toml", new TextEncoder().encode(written.text));
    const errors = problems.filter(({ severity }) => severity === "error");
    const bad = errors.flatMap((problem) => findingOf(problem, written));
    if (errors.length === 0 || bad.length === 0 || round === ROUNDS)
      return { toml: written.text, project: errors.length === 0 ? project : null, remarks, problems: errors };
    remarks.push(...bad);
    rest = without(
      rest,
      bad.map(({ path }) => path),
    );
  }
}

function findingOf({ line, code, message, help }: Problem, { lines }: Written): readonly Finding[] {
  const path = lines[line - 1] ?? null;
  if (path === null) return [];
  return [
    {
      ...{ code: code as Finding["code"], severity: "warning", path, at: "key" },
      message: `left out: ${message}`,
      help: help ?? "say it in the new agents.toml as docs/agents-toml.md has it",
    },
  ];
}

/** Without the keys, entries of lists and tables that come from these places. */
function without(tables: readonly Table[], paths: readonly Path[]): readonly Table[] {
  const isBad = (from: Path) => paths.some((path) => JSON.stringify(path) === JSON.stringify(from));
  return tables
    .map((table) => ({
      ...table,
      entries: table.entries
        .filter(({ from }) => !isBad(from))
        .map((entry) =>
          Array.isArray(entry.value)
            ? { ...entry, value: entry.value.filter((_, index) => !isBad([...entry.from, index])) }
            : entry,
        ),
    }))
    .filter(({ from, entries, name }) => name[0] === "defaults" || entries.length > 0 || !isBad(from));
}
