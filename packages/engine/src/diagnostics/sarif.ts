import type { Log, PhysicalLocation, ReportingDescriptor, Result } from "sarif";
import type { Place, Problem } from "../problem.ts";
import { CODES } from "./code-table.ts";
import type { CodePage } from "./codes/page.ts";
import { oneLine } from "./safe-text.ts";

/** What found them. */
export interface Tool {
  readonly name: string;
  readonly version: string;
}

/** Problems as SARIF 2.1.0, for code scanning. Files are named as the forge knows them: relative to its checkout. */
export function sarifLog(
  problems: readonly Problem[],
  tool: Tool,
  inCheckout: (file: string) => string,
): Log {
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  const locationOf = (place: Place): { physicalLocation: PhysicalLocation } => ({
    physicalLocation: {
      artifactLocation: { uri: uriOf(inCheckout(place.file)), uriBaseId: "%SRCROOT%" },
      region: {
        startLine: place.line,
        startColumn: place.column,
        endLine: place.end_line,
        endColumn: place.end_column,
      },
    },
  });
  const resultOf = (problem: Problem): Result => ({
    ruleId: problem.code,
    ruleIndex: codes.indexOf(problem.code),
    level: problem.severity,
    message: {
      text: oneLine(problem.help === null ? problem.message : `${problem.message}: ${problem.help}`),
    },
    locations: [locationOf(problem)],
    relatedLocations: problem.related.map((place, id) => ({
      id,
      message: { text: oneLine(place.message) },
      ...locationOf(place),
    })),
  });
  return {
    version: "2.1.0",
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    runs: [
      {
        tool: { driver: { ...tool, rules: codes.map(ruleOf) } },
        columnKind: "unicodeCodePoints",
        results: problems.map(resultOf),
      },
    ],
  };
}

const PAGES: ReadonlyMap<string, CodePage> = new Map(Object.entries(CODES));

function ruleOf(code: string): ReportingDescriptor {
  const page = PAGES.get(code);
  if (page === undefined) return { id: code };
  const { title, rule, fix } = page;
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: rule },
    help: { text: fix },
  };
}

/** Each part of a path for itself: a file may be called `#1` or `a b`. */
const uriOf = (file: string): string => file.split("/").map(encodeURIComponent).join("/");
