import { z } from "../zod.ts";
import type { Code } from "./codes.ts";

/** Why a value is refused. */
export interface Refusal {
  readonly code: Code;
  readonly message: string;
  readonly help?: string | null;
  /** The characters of the value that are at fault. */
  readonly within?: readonly [start: number, end: number];
}

const refuse = (context: z.core.$RefinementCtx, { message, ...params }: Refusal) =>
  context.addIssue({ code: "custom", message, params: { ...params } });

/** A text with a rule of its own; `json` is what the JSON schema says of it. */
export const checkedText = (json: { readonly pattern?: string }, rule: (text: string) => Refusal | null) =>
  z
    .string()
    .superRefine((text, context) => {
      const refusal = rule(text);
      if (refusal !== null) refuse(context, refusal);
    })
    .meta(json);

/** What a file says of its own shape. There has been only one. */
export const FileVersion = z
  .int()
  .superRefine((version, context) => {
    if (version === 1) return;
    const message = `the file is of schema ${version}, and this program knows schema 1`;
    refuse(context, { code: "FL0200", message, help: "upgrade this program, or write `schema = 1`" });
  })
  .meta({ const: 1 });

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = "^[0-9]+(ms|s|m|h)$";
const WEEK = 7 * 24 * UNITS.h;

function milliseconds(value: unknown, least: 0 | 1): number | Refusal {
  if (typeof value === "number") {
    return {
      code: "FL0224",
      message: `a duration is a text with a unit`,
      help: `write \`"${Math.abs(value)}s"\``,
    };
  }
  const [, sign, amount, unit] = typeof value === "string" ? (/^(-?)(\d+)(ms|s|m|h)$/.exec(value) ?? []) : [];
  if (amount === undefined) {
    const message =
      typeof value === "string" ? `\`${value}\` is not a duration` : "a duration is a text with a unit";
    return { code: "FL0224", message, help: 'write a whole number and ms, s, m or h, as in "30s"' };
  }
  const duration = Number(amount) * UNITS[unit as keyof typeof UNITS];
  if (sign === "-") return { code: "FL0222", message: "a duration cannot be negative" };
  if (duration < least) return { code: "FL0222", message: "the duration must be longer than zero" };
  if (duration > WEEK)
    return { code: "FL0222", message: "the duration must be a week at most", help: '"168h" is a week' };
  return duration;
}

const durationFrom = (least: 0 | 1) =>
  z
    .unknown()
    .transform((value, context): number => {
      const duration = milliseconds(value, least);
      if (typeof duration === "number") return duration;
      refuse(context, duration);
      return z.NEVER;
    })
    .meta({ type: "string", pattern: DURATION });

/** "30s", "10m": a person's way to write milliseconds. Never zero. */
export const Duration = durationFrom(1);
/** The same where zero means "at once". */
export const Delay = durationFrom(0);
