import type { Failure } from "@fleet/engine";
import type { AgentReport, ProjectReport, ReportAnswer, Window } from "@fleet/fleet";
import { ANSWER_VERSION } from "./render.ts";

export const reportJson = (
  { from, to }: Window,
  answers: readonly (ProjectReport | { readonly project: string; readonly error: Failure })[],
): string => {
  const answer: ReportAnswer = {
    schema_version: ANSWER_VERSION,
    from: iso(from),
    to: iso(to),
    projects: answers.map((one) =>
      "error" in one
        ? { project: one.project, error: one.error.message, report: null }
        : { project: one.project, error: null, report: projectJson(one) },
    ),
  };
  return `${JSON.stringify(answer)}\n`;
};

const iso = (at: number): string => new Date(at).toISOString();

function projectJson(report: ProjectReport): NonNullable<ReportAnswer["projects"][number]["report"]> {
  const { since, agents, phases, handoffs, messages, restarts, falseRestarts, timeToHeal } = report;
  return {
    known_since: since === null ? null : iso(since),
    agents: agents.map(agentJson),
    phases: phases.map(({ id, from, to, done }) => ({ id, from: iso(from), to: iso(to), done })),
    handoffs: {
      count: handoffs.count,
      median_ms: handoffs.median,
      p90_ms: handoffs.p90,
      max_ms: handoffs.max,
      buckets: handoffs.buckets.map(({ within, count }) => ({ within_ms: within, count })),
    },
    messages,
    restarts: restarts.map(({ at, ...more }) => ({ at: iso(at), ...more })),
    false_restarts: falseRestarts,
    healed: { count: timeToHeal.count, median_ms: timeToHeal.median, max_ms: timeToHeal.max },
  };
}

const agentJson = ({ name, timeline, times, restarts, messages, spent }: AgentReport) => ({
  name,
  timeline: timeline.map(({ from, to, is }) => ({ from: iso(from), to: iso(to), is })),
  times_ms: times,
  restarts,
  messages,
  spent: Object.entries(spent).map(([phase, { answers, tokens, cost }]) => ({
    phase: phase === "" ? null : phase,
    answers,
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cache_read_tokens: tokens.cached,
    cache_write_tokens: tokens.written,
    cost_usd: cost,
  })),
});
