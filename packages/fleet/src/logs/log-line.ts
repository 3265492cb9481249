import type { Instant } from "@fleet/engine";

/** Something that an agent said or was told, that a tool did for it, or that its terminal printed. */
export interface LogLine {
  /** Null where nobody knows. */
  readonly at: Instant | null;
  readonly agent: string;
  readonly who: "you" | "agent" | "tool" | "terminal";
  /** May be several lines. */
  readonly text: string;
}

/** Where lines come from. */
export interface LogSource {
  /** What has come since the last time. */
  news(now: Instant): Promise<readonly LogLine[]>;
  /** What is not over yet, when nobody waits for its end: a tool that runs, the lines that a program still writes to. */
  rest(): readonly LogLine[];
  close(): Promise<void>;
}
