import process from "node:process";

/** One line of the report. */
export interface Figure {
  readonly what: string;
  readonly ours: string;
  /** Of the parts we are made of, in the same run. */
  readonly floor: string;
  readonly ratio: number | null;
  readonly target: string;
  readonly met: boolean | null;
}

export const figure = (what: string, ours: string, more: Partial<Figure> = {}): Figure => ({
  what,
  ours,
  floor: "",
  ratio: null,
  target: "",
  met: null,
  ...more,
});

/** What is being measured, for who waits. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value that this share of the others does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

export function renderFigures(figures: readonly Figure[]): string {
  const rows = [
    ["figure", "ours", "floor or peer", "ratio", "target", ""],
    ...figures.map(({ what, ours, floor, ratio, target, met }) => [
      what,
      ours,
      floor,
      ratio === null ? "" : `${ratio.toFixed(2)} ×`,
      target,
      met === null ? "" : met ? "met" : "MISSED",
    ]),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
