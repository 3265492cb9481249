import path from "node:path";
import type { World } from "../command/command.ts";
import type { Problem } from "../problem.ts";
import { diagnosticsJson, renderProblems, type Sources } from "./render.ts";
import type { Tool } from "./sarif.ts";

/** How problems can be printed: for a person, a script, a forge's annotations, its code scanning. */
export const FORMATS = ["pretty", "json", "github", "sarif"] as const;
export type Format = (typeof FORMATS)[number];

export async function formatProblems(
  format: Format,
  problems: readonly Problem[],
  sources: Sources,
  tool: Tool,
  world: World,
): Promise<string> {
  switch (format) {
    case "pretty":
      return renderProblems(problems, sources, world) + hint(problems, tool);
    case "json":
      return `${JSON.stringify(diagnosticsJson(problems))}\n`;
    case "github": {
      const { githubAnnotations } = await import("./github.ts");
      return githubAnnotations(problems, inCheckoutOf(world));
    }
    case "sarif": {
      const { sarifLog } = await import("./sarif.ts");
      return `${JSON.stringify(sarifLog(problems, tool, inCheckoutOf(world)))}\n`;
    }
    default:
      return format satisfies never;
  }
}

/** A message has room for what is wrong here; the rule behind it has a page. */
function hint([first]: readonly Problem[], { name }: Tool): string {
  return first === undefined ? "" : `\nthe rule behind a code: ${name} explain ${first.code}\n`;
}

/**
 * Problems name files as somebody in this folder would; a forge knows them from the root of its checkout. Every
 * forge's runner says in GITHUB_WORKSPACE where that is.
 */
function inCheckoutOf({ cwd, env: { GITHUB_WORKSPACE: checkout } }: World): (file: string) => string {
  const between = checkout === undefined ? ".." : path.relative(checkout, cwd);
  const outside = between === ".." || between.startsWith("../");
  return (file) => (outside ? file : path.normalize(path.join(between, file)));
}

/** Warnings count when one is strict; what is missing on this machine is no fault of the files even then. */
export const failsCheck = (problems: readonly Problem[], strict = false): boolean =>
  problems.some(({ severity, code }) => severity === "error" || (strict && code !== "FL0500"));

/** Whoever asks for a format is told once when it is fine, where the format itself does not say so. */
export const saysWhenFine = (format: Format): boolean => format === "pretty" || format === "github";
