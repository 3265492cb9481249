import type { Finding } from "../../diagnostics/finding.ts";
import { type Facts, isWritten, type Rule, warning } from "./facts.ts";

type Supervision = Facts["file"]["supervision"];
type DurationKey =
  | "signal_tick"
  | "heavy_tick"
  | "stall_idle"
  | "stall_grace"
  | "max_wait"
  | "start_limit_window";

/** The first must not be longer than the second, or the second means nothing. */
const ORDERED: readonly (readonly [DurationKey, DurationKey])[] = [
  ["signal_tick", "heavy_tick"],
  ["signal_tick", "stall_idle"],
  ["stall_grace", "max_wait"],
];

const text = (ms: number): string =>
  ms % 60_000 === 0 ? `${ms / 60_000}m` : ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;

const ordered: Rule = (facts) => {
  const settings: Supervision = facts.file.supervision;
  return ORDERED.filter(([short, long]) => settings[short] > settings[long]).map(([short, long]): Finding => {
    const blamed = isWritten(facts, ["supervision", short]) ? short : long;
    const message = `\`${short}\` (${text(settings[short])}) must not be longer than \`${long}\` (${text(settings[long])})`;
    return { code: "FL0222", path: ["supervision", blamed], message };
  });
};

const growingBackoff: Rule = ({ file: { supervision } }) =>
  supervision.backoff.flatMap((delay, index): readonly Finding[] =>
    delay < (supervision.backoff[index - 1] ?? 0)
      ? [
          {
            code: "FL0222",
            path: ["supervision", "backoff", index],
            message: "each wait must be as long as the one before it",
          },
        ]
      : [],
  );

/** The waits alone can spread the starts so far that the window never holds enough of them. */
const reachableLimit: Rule = (facts) => {
  const { backoff, start_limit, start_limit_window } = facts.file.supervision;
  const waits = Array.from(
    { length: start_limit },
    (_, nth) => backoff[Math.min(nth, backoff.length - 1)] ?? 0,
  );
  const spread = waits.reduce((sum, wait) => sum + wait, 0);
  if (spread < start_limit_window) return [];
  const blamed = ["start_limit_window", "start_limit", "backoff"].find((key) =>
    isWritten(facts, ["supervision", key]),
  );
  const message = `the start limit is never reached: ${start_limit} starts take ${text(spread)} of waiting, the window is ${text(start_limit_window)}`;
  const path = ["supervision", ...(blamed === undefined ? [] : [blamed])];
  return [warning({ code: "FL0307", path, message, help: "make start_limit_window longer" })];
};

export const supervisionRules: readonly Rule[] = [ordered, growingBackoff, reachableLimit];
