import type { Asked, Format, Said } from "./format.ts";
import type { Step } from "./step.ts";

/** One request of a program, as it came, and what it got. */
export interface ApiRequest extends Asked {
  readonly nth: number;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** The key that it came with: one for each seat. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Null: not a call of the model, but a look at its list of models, or at whether anybody is there. */
  readonly format: Format["name"] | null;
  /** Of all but the newest it is let go: bodies grow with the conversation. */
  readonly body: unknown;
  /** Where its step came from; "side" when it has no tools, which is no turn of the agent's. */
  readonly from: Source | null;
  readonly step: Step["kind"] | null;
  /** What became of it; null while it waits. */
  readonly outcome: string | null;
}

export type Source = "side" | "prompt" | "script" | "default";

/** Reminders that the programs put beside what a person says. */
const REMINDER = /^\s*<(system-reminder|environment_context|user_instructions|session_context)/;

const isWords = ({ by, text }: Said): boolean => by === "user" && text.trim() !== "" && !REMINDER.test(text);

/** Everything that a person has said in this conversation, oldest first. */
export const saidBy = ({ conversation }: Pick<Asked, "conversation">): readonly string[] =>
  conversation.filter(isWords).map(({ text }) => text);

/** The newest words, and how many rounds of tools there were since. */
export function newest({ conversation }: Pick<Asked, "conversation">): {
  readonly words: string;
  readonly rounds: number;
} {
  const last = conversation.findLastIndex(isWords);
  const since = conversation.slice(last + 1);
  const rounds = since.filter(({ by }, index) => by === "tool" && since[index - 1]?.by !== "tool").length;
  return { words: conversation[last]?.text ?? "", rounds };
}

/** What the tools of the newest round gave back. */
export function resultsIn({ conversation }: Pick<Asked, "conversation">): readonly string[] {
  const model = conversation.findLastIndex(({ by }) => by === "model");
  return conversation.slice(model + 1).flatMap(({ by, text }) => (by === "tool" ? [text] : []));
}
