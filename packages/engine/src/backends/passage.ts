import type { Instant } from "../watch/time.ts";
import type { Json } from "./json.ts";

/**
 * One piece of a conversation, as its program noted it. Programs note many
 * things twice, or once more when they are whole: of those with the same key
 * the last one counts.
 */
export type Passage = {
  readonly key: string;
  /** Null where the program does not say. */
  readonly at: Instant | null;
} & (
  | { readonly is: "said"; readonly by: "you" | "agent"; readonly text: string }
  /** A tool was called; `what` is a short line of what it was to do. */
  | { readonly is: "called"; readonly tool: string; readonly what: string }
  /** What came of it: so many lines. */
  | { readonly is: "answered"; readonly tool: string; readonly lines: number; readonly failed: boolean }
  | ({ readonly is: "spent" } & Spent)
);

/** What one answer of the model took. */
export interface Spent {
  readonly model: string | null;
  readonly tokens: Tokens;
  /** In US dollars, by the program's own word; null where it does not say. */
  readonly cost: number | null;
}

/** None is counted in another. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  /** Input that was read from the vendor's cache, and input that was written to it. */
  readonly cached: number;
  readonly written: number;
}

const MOST = 200;

/** What a tool is to do, in a line: by what it was given, under the names that agent programs have for that. */
export function sayCall(tool: string, given: Json | null): string {
  const command = given?.command ?? given?.cmd;
  const words = Array.isArray(command) ? command.join(" ") : command;
  const named = ["file_path", "filePath", "path", "pattern", "query", "url", "prompt", "description"];
  const [what] = [words, ...named.map((name) => given?.[name])].filter((one) => typeof one === "string");
  const line = typeof words === "string" ? `ran: ${words}` : what === undefined ? tool : `${tool}: ${what}`;
  const short = line.replaceAll(/\s+/g, " ").trim();
  return short.length > MOST ? `${short.slice(0, MOST)}…` : short;
}

/** Those of a text, less an empty end. */
export const countLines = (text: string): number =>
  text.trim() === "" ? 0 : text.trimEnd().split("\n").length;

/** Of what a program noted, which may be anything. */
export const countOf = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
