/** A place in a person's file. Lines and columns count from 1, columns in Unicode code points; the end is exclusive. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
}

/** Something wrong in a file a person wrote. Problems are collected and shown together; they are never thrown one by one. */
export interface Problem extends Place {
  /** Stable, from the table in diagnostics/code-table.ts: "FL0210". */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** A concrete edit, as an imperative: "did you mean `path`?" */
  readonly help: string | null;
  /** Another place that matters: where a name was first defined. */
  readonly related: readonly (Place & { readonly message: string })[];
}

/** Warnings come with a value as well; errors never do. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Every way a command can fail, with the exit code the shell sees. The names are stable; the messages are not. */
export const FAILURES = {
  INVALID_FILE: 1,
  AGENT_FAILED: 1,
  UNKNOWN_NAME: 2,
  WRONG_USAGE: 2,
  FILE_MISSING: 3,
  TOOL_MISSING: 3,
  TMUX_FAILED: 3,
  GIT_FAILED: 3,
  ENGINE_MISSING: 3,
  ENGINE_FAILED: 3,
  NOT_WRITABLE: 3,
  TIMED_OUT: 3,
  DISABLED: 4,
  DENIED: 4,
  STOPPED: 4,
  BUSY: 4,
  FENCED: 4,
  FOREIGN: 4,
  TAKEN: 4,
  COMPLETE: 4,
  DRIFTED: 4,
} as const;

export type FailureCode = keyof typeof FAILURES;

/** An expected failure. Anything else that reaches main() is a bug, and is shown with its stack. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];

  constructor(
    code: FailureCode,
    message: string,
    more: { cause?: unknown; hint?: string; problems?: readonly Problem[] } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.hint = more.hint;
    this.problems = more.problems ?? [];
  }
}
