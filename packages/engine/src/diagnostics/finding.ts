import type { Problem } from "../problem.ts";
import type { Code } from "./codes.ts";
import type { Path } from "./place.ts";
import { type Placed, placeIn } from "./positions.ts";
import { oneLine } from "./safe-text.ts";

/** What a rule found, by path. Rules know nothing of lines; `locate` turns findings into problems. */
export interface Finding {
  readonly code: Code;
  readonly severity?: Problem["severity"];
  readonly path: Path;
  /** What to underline. Of a path that is not in the file, the header of its nearest ancestor is. */
  readonly at?: "key" | "value";
  /** Only these characters of a string value. */
  readonly within?: readonly [start: number, end: number];
  readonly message: string;
  readonly help?: string | null;
  readonly related?: readonly {
    readonly path: Path;
    readonly at?: "key" | "value";
    readonly message: string;
  }[];
}

/** Of a file that is written for a later program, nothing else can be said. */
export function unlessNewer(findings: readonly Finding[]): readonly Finding[] {
  const newer = findings.filter(({ code }) => code === "FL0200");
  return newer.length > 0 ? newer : findings;
}

/** More than a person will read; a file made to be slow cannot have more. */
const MOST = 1000;

/** Findings with their places in the document, sorted. */
export function locate(document: Placed, findings: readonly Finding[]): readonly Problem[] {
  const problems = findings.slice(0, MOST).map(
    (finding): Problem => ({
      ...placeIn(document, finding.path, finding.at ?? "value", finding.within),
      code: finding.code,
      severity: finding.severity ?? "error",
      message: oneLine(finding.message),
      help: finding.help == null ? null : oneLine(finding.help),
      related: (finding.related ?? []).map(({ path, at = "value", message }) => ({
        ...placeIn(document, path, at),
        message: oneLine(message),
      })),
    }),
  );
  return sortProblems(problems);
}

/** By file, line and column. Of several with the same words at the same place one is kept. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const unique = new Map(
    problems.map((problem) => [
      `${problem.file}\0${problem.line}\0${problem.column}\0${problem.code}\0${problem.message}`,
      problem,
    ]),
  );
  return [...unique.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.code, b.code),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
