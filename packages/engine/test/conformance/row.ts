import type { DrivenCli } from "../driven.ts";

export const PARTS = ["states", "delivery", "dialog", "idle", "latency", "memory"] as const;
export type Part = (typeof PARTS)[number];

/** One thing that was tried with one program, and what came of it. */
export interface Row {
  readonly part: Part;
  readonly cli: DrivenCli;
  readonly version: string;
  readonly what: string;
  readonly trials: number;
  readonly good: number;
  /** In words for the page, by what they tell. */
  readonly figures: Readonly<Record<string, string>>;
  /** What was otherwise than it has to be: one for each trial that failed, and each figure that is wrong. */
  readonly wrong: readonly string[];
}

/** What a part finds out; which program it was is known already. */
export type Finding = Pick<Row, "what" | "trials" | "good" | "figures" | "wrong">;

export interface Wish {
  readonly trials: number;
  readonly idleMinutes: number;
}

/** A part measures one program, and says each thing as soon as it knows it. */
export type Measure = (cli: DrivenCli, wish: Wish) => AsyncGenerator<Finding, void, void>;

/** The value that this share of them does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const inMs = (value: number): string => `${Math.round(value)} ms`;

export const medianAndP95 = (values: readonly number[]): string =>
  values.length === 0 ? "none" : `${Math.round(quantile(values, 0.5))} / ${inMs(quantile(values, 0.95))}`;
