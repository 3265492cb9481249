import type { Instant, Passage, Tokens } from "@fleet/engine";

/** What answers of models took. */
export interface Spending {
  readonly answers: number;
  readonly tokens: Tokens;
  /** In US dollars, of the answers whose price their program tells; null when it tells none. */
  readonly cost: number | null;
}

const NO_TOKENS: Tokens = { input: 0, output: 0, cached: 0, written: 0 };
export const NOTHING_SPENT: Spending = { answers: 0, tokens: NO_TOKENS, cost: null };

export function addSpending(one: Spending, other: Spending): Spending {
  const cost = one.cost === null && other.cost === null ? null : (one.cost ?? 0) + (other.cost ?? 0);
  const sum = (key: keyof Tokens): number => one.tokens[key] + other.tokens[key];
  return {
    answers: one.answers + other.answers,
    tokens: { input: sum("input"), output: sum("output"), cached: sum("cached"), written: sum("written") },
    cost,
  };
}

export const allTokens = ({ tokens: { input, output, cached, written } }: Spending): number =>
  input + output + cached + written;

/** What one agent spent: by the name of the phase, "" outside of any. */
export interface Purse {
  add(passage: Extract<Passage, { is: "spent" }>): void;
  /** A conversation is at its end: what has the same key in the next one is another answer, unless it was copied with its time. */
  close(): void;
  count(phaseAt: (at: Instant) => string, isWanted: (at: Instant) => boolean): ReadonlyMap<string, Spending>;
}

/** An answer is noted more than once: the last time counts. */
export function createPurse(): Purse {
  const open = new Map<string, Extract<Passage, { is: "spent" }>>();
  const answers = new Map<string, Extract<Passage, { is: "spent" }>>();
  let last: Instant | null = null;
  const close = (): void => {
    for (const passage of open.values()) answers.set(`${passage.key} ${passage.at}`, passage);
    open.clear();
    last = null;
  };
  return {
    add(passage) {
      last = passage.at ?? last;
      open.set(passage.key, { ...passage, at: last });
    },
    close,
    count(phaseAt, isWanted) {
      close();
      const phases = new Map<string, Spending>();
      for (const { at, tokens, cost } of answers.values()) {
        if (at === null || !isWanted(at)) continue;
        const phase = phaseAt(at);
        phases.set(phase, addSpending(phases.get(phase) ?? NOTHING_SPENT, { answers: 1, tokens, cost }));
      }
      return phases;
    },
  };
}
