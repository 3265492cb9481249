import { Failure } from "../problem.ts";
import type { Duration } from "../watch/time.ts";

const UNITS: Readonly<Record<string, Duration>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, "": 1_000 };

/** The value of a flag: "90s", "10m"; a bare number is seconds. @throws Failure WRONG_USAGE */
export function readDuration(flag: string, text: string): Duration {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text) ?? [];
  if (number !== "") return Number(number) * (UNITS[unit] ?? 0);
  throw new Failure("WRONG_USAGE", `${flag} takes a time such as 90s or 10m, not "${text}"`);
}
