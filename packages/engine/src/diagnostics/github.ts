import type { Place, Problem } from "../problem.ts";
import { oneLine, sanitize } from "./safe-text.ts";

/*
 * GitHub, Forgejo and Gitea show a line like `::error file=a,line=1::text` beside
 * the line of the change that it is about. The signs that would end such a line,
 * or a part of it, are written as in a URL:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */

/** A line for each problem. The places are those that the forge knows: relative to its checkout. */
export const githubAnnotations = (
  problems: readonly Problem[],
  inCheckout: (file: string) => string,
): string => problems.map((problem) => `${annotation(problem, inCheckout)}\n`).join("");

function annotation(problem: Problem, inCheckout: (file: string) => string): string {
  const { severity, code, file, line, column, end_line, end_column, message, help, related } = problem;
  const properties = {
    file: inCheckout(file),
    line,
    endLine: end_line,
    // Columns are allowed within one line only, and the last one is meant to be a part of it.
    ...(end_line === line ? { col: column, endColumn: Math.max(column, end_column - 1) } : {}),
    title: code,
  };
  const said = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
  const notes = related.map((place) => `${place.message}: ${where(place)}`);
  const text = [message, ...notes, ...(help === null ? [] : [`help: ${help}`])].map(sanitize).join("\n");
  return `::${severity} ${said.join(",")}::${data(text)}`;
}

const where = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(oneLine(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
