import { oneLine, sanitize } from "@fleet/engine";
import type { KnownEngine, Outcome, Step, UpgradeAnswer } from "@fleet/fleet";
import { ANSWER_VERSION } from "./render.ts";

const nameOf = ({ commit, version }: KnownEngine): string =>
  version === null ? commit.slice(0, 7) : `v${version}`;

/** "v0.1.0 → v0.2.0"; with the commits where the versions are the same. */
function wayOf({ from, to }: Step): string {
  const same = from.version === to.version;
  const ends = [from, to].map((end) => (same ? `${nameOf(end)} (${end.commit.slice(0, 7)})` : nameOf(end)));
  return ends.join(" → ");
}

/** One line for one project, said as soon as it is done; the longest name makes the first column as wide as all need it. */
export const renderOutcome = (outcome: Outcome, widest = 0): string =>
  `${outcome.project.name.padEnd(widest)}  ${oneLine(textOf(outcome))}\n`;

function textOf(outcome: Outcome): string {
  switch (outcome.result) {
    case "planned":
      if (outcome.ahead) return `${nameOf(outcome.from)}  stays: it is newer than ${nameOf(outcome.to)}`;
      return `${outcome.moves ? wayOf(outcome) : nameOf(outcome.to)}  ${intentOf(outcome)}`;
    case "upgraded":
      return `moved  ${wayOf(outcome)}${outcome.restarts ? `, ${goesOn(outcome.workers)}` : ""}`;
    case "unchanged":
      return `unchanged  ${nameOf(outcome.ahead ? outcome.from : outcome.to)}`;
    case "rolled-back":
      return `rolled back  to ${nameOf(outcome.from)}: ${outcome.because ?? ""}`;
    case "held":
      return `held  at ${nameOf(outcome.from)}: another project was not well`;
    case "failed":
      return `failed  ${outcome.failure.message}`;
    default:
      return outcome satisfies never;
  }
}

function intentOf({ moves, restarts, workers }: Step): string {
  if (restarts) return `up: its watchdog is restarted, ${goesOn(workers)}`;
  return moves ? "down: it is not started" : "nothing to do";
}

const goesOn = ({ length }: readonly string[]): string =>
  length === 1 ? "1 agent goes on" : `${length} agents go on`;

/** What the changelog says, once for each way that a project would go. */
export function renderChanges(outcomes: readonly Outcome[]): string {
  const ways = new Map<string, string>();
  for (const outcome of outcomes)
    if (outcome.result === "planned" && outcome.moves) ways.set(wayOf(outcome), outcome.changes);
  return [...ways]
    .map(([way, changes]) => `\n${way}:\n\n${sanitize(changes) || "(the changelog says nothing)"}\n`)
    .join("");
}

export function upgradeJson(outcomes: readonly Outcome[]): string {
  const projects = outcomes.map((outcome): UpgradeAnswer["projects"][number] => {
    const { project, result } = outcome;
    if (result === "failed") {
      const { code, message, hint, problems } = outcome.failure;
      return { name: project.name, result, error: { code, message, hint: hint ?? null, problems } };
    }
    const { from, to, changes, ahead, restarts, workers } = outcome;
    const because = result === "rolled-back" ? outcome.because : null;
    return { name: project.name, result, from, to, changes, ahead, restarts, workers: [...workers], because };
  });
  const answer: UpgradeAnswer = { schema_version: ANSWER_VERSION, projects };
  return `${JSON.stringify(answer)}\n`;
}
