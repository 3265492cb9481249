import { randomBytes } from "node:crypto";
import type { Call, Failure, Usage } from "./step.ts";

/** One wire format: how a request is read, and how a reply is written. Values in, values out. */
export interface Format {
  readonly name: "anthropic" | "responses" | "chat" | "gemini";
  /** The path of a call of the model. */
  readonly route: RegExp;
  read(body: unknown, path: string): Asked;
  /** The reply as one document. */
  whole(reply: Reply): unknown;
  /** The reply piece by piece, as bytes of an event stream. */
  frames(reply: Reply): Iterable<Frame>;
  failure(failure: Failure): unknown;
}

/** What a request says, whatever its format. */
export interface Asked {
  readonly model: string;
  readonly streams: boolean;
  /** Names. */
  readonly tools: readonly string[];
  readonly conversation: readonly Said[];
}

/** `tool` is a tool's result. */
export interface Said {
  readonly by: "user" | "model" | "tool";
  readonly text: string;
}

export interface Reply {
  readonly model: string;
  readonly thinking: string | null;
  /** What is said, in pieces. */
  readonly chunks: readonly string[];
  readonly calls: readonly Call[];
  readonly usage: Usage;
  readonly stop: string | null;
}

export interface Frame {
  readonly bytes: string;
  /** A piece of what is said: between two of these it may stall. */
  readonly spoken: boolean;
}

export const idOf = (prefix: string): string => prefix + randomBytes(12).toString("hex");

export const piece = (bytes: string): Frame => ({ bytes, spoken: true });
export const frame = (bytes: string): Frame => ({ bytes, spoken: false });

/** The text of a content: plain, or in blocks, of which some hold others. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(textOf).join("\n");
  if (typeof content !== "object" || content === null) return "";
  const { text, content: inner, output } = content as Readonly<Record<string, unknown>>;
  return textOf(text ?? inner ?? output);
}
