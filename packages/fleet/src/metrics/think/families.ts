import type { EngineStatus } from "../../engine/status.ts";
import { BOUNDS, ENDS, type Tally } from "./tally.ts";

/** All that is known of one project at one moment. */
export interface Measured {
  readonly name: string;
  /** Null: its engine did not answer. */
  readonly status: EngineStatus | null;
  readonly tally: Tally;
  /** How long the watchdog's last look took, in seconds. */
  readonly tick: number | null;
}

/** What waits to be told. */
export interface MeasuredReceiver {
  readonly name: string;
  readonly waiting: number;
  readonly aside: number;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram's parts. */
  readonly metricName?: string;
}

/** One metric, with all its samples. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly values: readonly Sample[];
}

interface Everything {
  readonly projects: readonly Measured[];
  readonly receivers: readonly MeasuredReceiver[];
  /** Null where nobody is to be told. */
  readonly notifier: boolean | null;
}

/** The metrics of a fleet. Their names and labels are relied on: docs/metrics.md. */
export const familiesOf = (all: Everything, now: number): readonly Family[] =>
  [
    ...watchdogs(all.projects, now),
    ...agents(all.projects),
    ...phases(all.projects),
    ...counts(all.projects),
    handoffs(all.projects),
    ...telling(all),
  ].filter(({ values }) => values.length > 0);

const gauge = (name: string, help: string, values: readonly Sample[]): Family => ({
  name: `fleet_${name}`,
  help,
  type: "gauge",
  values,
});

const counter = (name: string, help: string, values: readonly Sample[]): Family => ({
  name: `fleet_${name}_total`,
  help,
  type: "counter",
  values,
});

const yes = (is: boolean): number => (is ? 1 : 0);

function watchdogs(projects: readonly Measured[], now: number): readonly Family[] {
  const watched = projects.flatMap(({ name, status, tick }) => {
    const at = Date.parse(status?.watchdog?.heartbeat ?? "");
    return Number.isNaN(at) ? [] : [{ labels: { project: name }, at: at / 1000, tick }];
  });
  const isWell = ({ watchdog }: EngineStatus) =>
    watchdog !== null && watchdog.stale !== true && watchdog.trouble == null;
  return [
    gauge(
      "project_answers",
      "1: the project's engine said how it is. 0: most of what else is known of it is missing.",
      projects.map(({ name, status }) => ({ labels: { project: name }, value: yes(status !== null) })),
    ),
    gauge(
      "watchdog_up",
      "1: a watchdog runs, looks, and can go on.",
      projects.flatMap(({ name, status }) =>
        status === null ? [] : [{ labels: { project: name }, value: yes(isWell(status)) }],
      ),
    ),
    gauge(
      "watchdog_heartbeat_timestamp_seconds",
      "When the watchdog looked last.",
      watched.map(({ labels, at }) => ({ labels, value: at })),
    ),
    gauge(
      "watchdog_heartbeat_age_seconds",
      "How long ago that was.",
      watched.map(({ labels, at }) => ({ labels, value: Math.max(0, now / 1000 - at) })),
    ),
    gauge(
      "watchdog_last_tick_seconds",
      "How long that look took, with all that was done.",
      watched.flatMap(({ labels, tick }) => (tick === null ? [] : [{ labels, value: tick }])),
    ),
  ];
}

/** Of the states of an agent that a person has to do with. */
const NEEDS_HUMAN: ReadonlySet<string> = new Set([
  "asking",
  "foreign",
  "outlived",
  "unread",
  "crash-looping",
  "failed",
]);

function agents(projects: readonly Measured[]): readonly Family[] {
  const each = projects.flatMap(({ name: project, status }) =>
    (status?.agents ?? []).map(({ name, state, is }) => ({ labels: { project, agent: name }, state, is })),
  );
  return [
    gauge(
      "agents",
      "How many agents are in each state, by the words of status.",
      projects.flatMap(({ name, status }) =>
        [...Map.groupBy(status?.agents ?? [], ({ is, state }) => is ?? state)].map(([state, those]) => ({
          labels: { project: name, state },
          value: those.length,
        })),
      ),
    ),
    gauge(
      "agent_running",
      "1: the agent's program runs.",
      each.map(({ labels, state }) => ({ labels, value: yes(state === "RUNNING") })),
    ),
    gauge(
      "agent_needs_human",
      "1: it stands still until a person does something.",
      each.map(({ labels, is }) => ({ labels, value: yes(is !== undefined && NEEDS_HUMAN.has(is)) })),
    ),
  ];
}

function phases(projects: readonly Measured[]): readonly Family[] {
  const looping = projects.flatMap(({ name, status }) => {
    const phase = status?.phase ?? null;
    if (phase === null) return [];
    const isDone = phase.state === "complete" || phase.state === "done";
    const done = phase.state === "complete" ? phase.total : Math.max(0, phase.index + yes(isDone));
    return [{ labels: { project: name }, total: phase.total, done }];
  });
  return [
    gauge(
      "phases",
      "How many phases there are.",
      looping.map(({ labels, total }) => ({ labels, value: total })),
    ),
    gauge(
      "phases_completed",
      "How many of them are done.",
      looping.map(({ labels, done }) => ({ labels, value: done })),
    ),
  ];
}

function counts(projects: readonly Measured[]): readonly Family[] {
  const byAgent = (project: string, of: Tally["restarts"], label: string): readonly Sample[] =>
    Object.entries(of).flatMap(([agent, reasons]) =>
      Object.entries(reasons).map(([reason, value]) => ({
        labels: { project, agent, [label]: reason },
        value,
      })),
    );
  return [
    counter(
      "agent_restarts",
      "Starts that no person and no phase asked for, by what ended the run before.",
      projects.flatMap(({ name, tally }) => byAgent(name, tally.restarts, "reason")),
    ),
    counter(
      "agent_deaths",
      "Ends of programs that nobody asked for, by whose doing they were.",
      projects.flatMap(({ name, tally }) => byAgent(name, tally.deaths, "blame")),
    ),
    counter(
      "messages",
      "Messages to agents, by how they ended.",
      projects.flatMap(({ name, tally: { messages } }) =>
        [...new Set([...ENDS, ...Object.keys(messages)])].map((end) => ({
          labels: { project: name, end },
          value: messages[end] ?? 0,
        })),
      ),
    ),
    counter(
      "phases_done",
      "Phases that were done, those of earlier sequences too.",
      projects.map(({ name, tally }) => ({ labels: { project: name }, value: tally.phasesDone })),
    ),
  ];
}

/** As OpenMetrics wants its numbers in labels: 1.0, and not 1. */
const boundOf = (bound: number | undefined): string =>
  bound === undefined ? "+Inf" : Number.isInteger(bound) ? bound.toFixed(1) : String(bound);

function handoffs(projects: readonly Measured[]): Family {
  const name = "fleet_handoff_latency_seconds";
  const values = projects.flatMap(({ name: project, tally: { handoffs: one } }): readonly Sample[] => {
    let sofar = 0;
    const buckets = one.counts.map((count, nth): Sample => {
      sofar += count;
      const le = boundOf(BOUNDS[nth]);
      return { metricName: `${name}_bucket`, labels: { project, le }, value: sofar };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: { project }, value: one.sum },
      { metricName: `${name}_count`, labels: { project }, value: sofar },
    ];
  });
  return { name, help: "From a push being seen to its message being submitted.", type: "histogram", values };
}

const telling = ({ notifier, receivers }: Everything): readonly Family[] => [
  gauge(
    "notifier_up",
    "1: somebody tells the receivers.",
    notifier === null ? [] : [{ labels: {}, value: yes(notifier) }],
  ),
  gauge(
    "notices_waiting",
    "Notices that a receiver is still to be told.",
    receivers.map(({ name, waiting }) => ({ labels: { receiver: name }, value: waiting })),
  ),
  gauge(
    "notices_put_aside",
    "Messages to a receiver that were given up.",
    receivers.map(({ name, aside }) => ({ labels: { receiver: name }, value: aside })),
  ),
];
