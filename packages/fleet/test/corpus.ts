import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { engineCommands, Failure, type Problem, renderProblems, runCommands } from "@fleet/engine";
import { checkFleet } from "../src/check-fleet.ts";
import { ownWorld } from "./own.ts";
import { type Step, setUp } from "./set-up.ts";

/*
 * The corpus: bad and good files as a person could write them, and what must
 * be said of each. corpus/README.md tells how a case looks.
 */

export const CORPUS = path.join(import.meta.dirname, "corpus");

/** Where a case stands: it is a fleet, it is a project, or it is one file, and that in either place. */
export const ROLES = ["fleet", "agents", "both as fleet.toml", "both as agents.toml"] as const;
export type Role = (typeof ROLES)[number];

/** One problem, as expect.json has it. It ends on its first line where it does not say otherwise. */
export interface Expected {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line?: number;
  readonly end_column: number;
  readonly message: string;
  readonly help?: string;
  readonly related?: readonly string[];
}

/** A failure is why nothing could be checked at all. */
export type Verdict = "OK" | readonly Expected[] | { readonly failure: string; readonly message: string };

interface Expectation {
  readonly expect: Verdict | Readonly<Record<"fleet.toml" | "agents.toml", Verdict>>;
  /** Why it is so, where one would expect something else. */
  readonly why?: string;
}

export interface Case {
  readonly name: string;
  readonly role: Role;
  readonly folder: string;
  readonly expect: Verdict;
  readonly steps: readonly Step[];
}

const partsOf = (role: Role) => {
  const [group = "", , as = null] = role.split(" ");
  return { group, as, isProject: group === "agents" || as === "agents.toml" };
};

export async function casesOf(role: Role): Promise<readonly Case[]> {
  const { group, as } = partsOf(role);
  const names = (await readdir(path.join(CORPUS, group))).sort();
  return Promise.all(
    names.map(async (name): Promise<Case> => {
      const folder = path.join(CORPUS, group, name);
      const { expect }: Expectation = JSON.parse(await readFile(path.join(folder, "expect.json"), "utf8"));
      const steps = await readFile(path.join(folder, "setup.json"), "utf8").catch(() => "[]");
      const isTwofold = typeof expect === "object" && "fleet.toml" in expect;
      const verdict = isTwofold ? expect[as === "fleet.toml" ? as : "agents.toml"] : expect;
      return { name, role, folder, expect: verdict, steps: JSON.parse(steps) };
    }),
  );
}

export interface Answer {
  readonly verdict: Verdict;
  /** As a person sees it. */
  readonly rendered: string;
  /** Of a project: what its engine says by itself. */
  readonly engine: Verdict | null;
}

/** Lays the case out in a folder of its own, and has it checked. */
export async function answerTo(one: Case): Promise<Answer> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "corpus-")));
  try {
    const own = await lay(one, root);
    const { as, isProject } = partsOf(one.role);
    const inside = await setUp(own, one.steps, (name) => (name === "input.toml" && as !== null ? as : name));
    return await inside(async () => {
      const { problems, rendered, failure } = await askFleet(root, own);
      const alone = isProject ? await askEngine(own) : null;
      const engine = alone === null ? null : verdictOf(alone, as);
      return { verdict: failure ?? verdictOf(problems, as), rendered, engine };
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Answers the folder in which the case's own files are: beside them lies what they need to be looked at. */
async function lay({ role, folder }: Case, root: string): Promise<string> {
  const { as, isProject } = partsOf(role);
  await cp(path.join(CORPUS, "ground", isProject ? "project" : "fleet"), root, { recursive: true });
  const own = isProject ? path.join(root, "p") : root;
  await mkdir(own, { recursive: true });
  for (const entry of await readdir(folder)) {
    if (entry === "expect.json" || entry === "setup.json") continue;
    await cp(path.join(folder, entry), path.join(own, as ?? entry), { recursive: true });
  }
  return own;
}

async function askFleet(root: string, own: string) {
  try {
    const { problems, sources } = await checkFleet(root);
    const rendered = renderProblems(problems, sources, { color: false });
    const shown =
      own === root
        ? problems
        : problems.map((problem) => ({
            ...problem,
            file: unfold(problem.file),
            help: problem.help?.replace(" p/", " ") ?? null,
          }));
    return { problems: shown, rendered, failure: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const failure = { failure: error.code, message: error.message };
    return { problems: [], rendered: `${error.code}: ${error.message}\n`, failure };
  }
}

/** The ground has its project in a folder called p. */
const unfold = (file: string): string => file.replace(/^p\//, "");

/** The same project, by itself. */
async function askEngine(project: string): Promise<readonly Problem[] | null> {
  let answer = "";
  const out = (text: string) => {
    answer += text;
  };
  const program = { program: "agents", about: "", version: "", commands: engineCommands };
  await runCommands(program, ["validate", "--json"], { ...ownWorld(project), out });
  // Where there is nothing to look at, it says so otherwise than a fleet, which knows that there should be.
  return JSON.parse(answer).diagnostics ?? null;
}

function verdictOf(problems: readonly Problem[], as: string | null): Verdict {
  if (problems.length === 0) return "OK";
  const shown = (file: string) => (file === as ? "input.toml" : file);
  return problems.map(
    ({ code, severity, file, line, column, end_line, end_column, message, help, related = [] }) => ({
      code,
      severity,
      file: shown(file),
      line,
      column,
      ...(end_line === line ? {} : { end_line }),
      end_column,
      message,
      ...(help === null ? {} : { help }),
      ...(related.length === 0
        ? {}
        : {
            related: related.map(
              (place) => `${place.message}: ${shown(unfold(place.file))}:${place.line}:${place.column}`,
            ),
          }),
    }),
  );
}
