import type { Agent } from "../project.ts";
import { sayExit } from "../watch/explain.ts";
import type { AgentRecord } from "../watch/record.ts";
import type { Wish } from "../watch/scene.ts";
import { withCall } from "../watch/schedule.ts";
import type { Duration, Instant } from "../watch/time.ts";
import type { AgentSurvey } from "./survey.ts";

/** What `up` came to for one agent. */
export interface Outcome {
  readonly agent: string;
  readonly outcome: "started" | "resumed" | "unchanged" | "held" | "failed";
  readonly because: string | null;
}

/** A program that ends at once was never there. */
const REALLY_THERE: Duration = 250;

interface Moment {
  readonly now: Instant;
  /** When this `up` began: what ran before is unchanged. */
  readonly began: Instant;
  /** What was asked for. */
  readonly wish: Wish | undefined;
  /** Still willing to wait for what holds an agent up. */
  readonly patient: boolean;
}

/** Null while it can't be said yet. */
export function judge(
  agent: Agent,
  record: AgentRecord | undefined,
  seen: AgentSurvey | undefined,
  { now, began, wish, patient }: Moment,
): Outcome | null {
  const outcome = (word: Outcome["outcome"], because: string | null = null): Outcome => ({
    agent: agent.name,
    outcome: word,
    because,
  });
  if (record === undefined || seen === undefined) return null;
  if (seen.is === "failed" || seen.is === "foreign") return outcome("failed", seen.why);
  if (seen.is === "outlived") return outcome("held", `${seen.why}; end them: agents down ${agent.name}`);
  // A hold, or a limit: nobody waits for that.
  if (seen.is === "held" && seen.restraint != null) return outcome("held", seen.why);
  const { run, ended } = record;
  if (isUnanswered(agent, wish, record))
    return seen.is === "held" && !patient ? outcome("held", seen.why) : null;
  const anew = wish?.anew === true && wish.at >= began;
  // What is on its way down is not what was asked for.
  if (seen.is === "stopping" || seen.is === "due-to-stop") return null;
  if (run !== null && seen.state === "RUNNING") {
    if (seen.is === "asking" || seen.is === "limited") return outcome("held", seen.why);
    if (run.ready === null || now - run.since < REALLY_THERE) return null;
    if (run.since < began) return anew ? null : outcome("unchanged");
    return outcome(run.resumed ? "resumed" : "started");
  }
  if (run === null && seen.is === "finished") return outcome(wordForFinished(ended, began), seen.why);
  if (ended !== null && ended.at >= began && record.failures > 0)
    return outcome("failed", `${ended.how}${sayExit(ended.exit)}; see: agents logs ${agent.name}`);
  return seen.is === "held" && !patient ? outcome("held", seen.why) : null;
}

/** The watchdog has not said yet whether a task's old run makes room for a new one. */
const isUnanswered = (agent: Agent, wish: Wish | undefined, record: AgentRecord): boolean =>
  agent.kind === "task" && wish !== undefined && withCall(wish, agent, record).at !== record.served;

/** A run that came and went while `up` waited was started, and failed if it says so. */
function wordForFinished(ended: AgentRecord["ended"], began: Instant): Outcome["outcome"] {
  if (ended === null || ended.at < began) return "unchanged";
  return ended.exit !== null && "code" in ended.exit && ended.exit.code === 0 ? "started" : "failed";
}
