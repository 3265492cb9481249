import type { Mutant } from "./mutants.ts";

/** Bugs in what comes after what: phases, schedules, restarts. */
export const MUTANTS_OF_PLANS: readonly Mutant[] = [
  {
    name: "noStartLimit",
    file: "src/watch/absence.ts",
    from: "if (recent.length >= policy.start_limit) {",
    to: "if (recent.length >= 1_000) {",
    faults: ["dies-at-each-start"],
  },
  {
    name: "crashOnMissingStatus",
    file: "src/watch/course.ts",
    from: "status != null && saysDone(status) &&",
    to: "saysDone(status ?? undefined!) &&",
    faults: ["watchdog-dies"],
  },
  {
    name: "skipsAPhase",
    file: "src/watch/course.ts",
    from: "const next = loop.phases[indexOf(loop, phase) + 1];",
    to: "const next = loop.phases[indexOf(loop, phase) + 2];",
    faults: ["dies"],
  },
  {
    name: "staleDone",
    file: "src/watch/course.ts",
    from: "saysDone(status) && (stale === null || digest(status) !== stale);",
    to: "saysDone(status);",
    faults: ["person-goes-to-a-phase"],
  },
  {
    name: "loopsStay",
    file: "src/watch/plan.ts",
    from: 'agent.kind === "loop" && course?.complete != null ?',
    to: 'agent.kind === "service" && course?.complete != null ?',
    faults: ["dies"],
  },
  {
    name: "noBackoff",
    file: "src/watch/absence.ts",
    from: "const pause = backoff[Math.min(failures, backoff.length) - 1] ?? 0;",
    to: "const pause = failures > 1_000 ? (backoff[0] ?? 0) : 0;",
    faults: ["dies-at-each-start", "dies"],
  },
  {
    name: "slotsUnheard",
    file: "src/watch/schedule.ts",
    from: "const due = slots.passed.at(-1);",
    to: "const due = slots.passed.at(-2);",
    faults: ["dies"],
  },
  {
    name: "slotAgain",
    file: "src/watchdog/intend.ts",
    from: "wishFor(agent, wishes, records.course, records.agents[agent.name]);",
    to: "wishFor(agent, wishes, records.course);",
    faults: ["dies"],
  },
  {
    name: "calledAway",
    file: "src/watch/task.ts",
    from: "still < policy.stall_idle\n",
    to: "still < 0\n",
    faults: ["dies"],
  },
  {
    name: "editsUnread",
    file: "src/host/config.ts",
    from: "if (hash === other && now < notBefore) return;",
    to: "if (other !== null) return;",
    faults: ["file-is-broken", "phase-is-added"],
  },
  {
    name: "neverReleased",
    file: "src/watch/in-force.ts",
    from: "const outdated = before.outdated.filter(({ agent }) => runs(agent.name));",
    to: "const { outdated } = before;",
    faults: ["agent-is-edited", "dies"],
  },
  {
    name: "startedAsItWas",
    file: "src/watchdog/look-up.ts",
    from: "if (isOutdated(agent, site)) return",
    to: 'if (agent.name === "") return',
    faults: ["agent-is-edited", "agent-is-taken-out", "dies"],
  },
];
