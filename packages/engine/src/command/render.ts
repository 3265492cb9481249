import { sanitize } from "../diagnostics/safe-text.ts";
import type { Failure, Problem } from "../problem.ts";

/** A failure as a person reads it: what is wrong, then what to do. */
export const renderFailure = (program: string, { message, problems, hint }: Failure): string =>
  sanitize(
    [
      `${program}: ${message}`,
      ...problems.map(renderLine),
      ...(hint === undefined ? [] : hint.split("\n").map((line) => `  ${line}`)),
      "",
    ].join("\n"),
  );

/** A problem on one line. `validate` draws them with the source; here they only say why a command could not go on. */
const renderLine = ({ file, line, column, severity, code, message, help }: Problem): string =>
  `  ${file}:${line}:${column} ${severity}[${code}] ${message}${help === null ? "" : ` (${help})`}`;

/** The same for a program that reads us. */
export const failureJson = ({ code, message, hint, problems }: Failure): string => {
  const error = { code, message, hint: hint ?? null, ...(problems.length === 0 ? {} : { problems }) };
  return `${JSON.stringify({ error })}\n`;
};

export const renderBug = (program: string, error: unknown): string =>
  sanitize(
    [
      `${program}: this is a bug in ${program} (FL9999); please report it with the lines below`,
      error instanceof Error ? (error.stack ?? error.message) : String(error),
      "",
    ].join("\n"),
  );
