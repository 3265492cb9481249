import path from "node:path";
import { createCanaries } from "./canaries.ts";
import { judgeHandoffs, judgePhases, type Phase, readHeard, readOrigin } from "./handoffs.ts";
import { type Runner, withCommand } from "./processes.ts";
import { createRuns, longestGap } from "./runs.ts";
import { createHistory, isComplete } from "./state.ts";

/** A project to be watched from outside. */
export interface Subject {
  readonly home: string;
  /** Empty: its agents follow no phases. */
  readonly phases: readonly Phase[];
  /** A neighbour's tmux server, and how the names of the sessions begin that must stay as they are. */
  readonly neighbour: { readonly socket: string; readonly prefix: string } | null;
}

/** What holds at the end, beyond what always holds. */
export interface Rules {
  /** Faults that end agents: then an agent may be restarted, and a handoff go untold because its phase is over. */
  readonly harmed: boolean;
  /** How long an agent may be gone between two runs, in milliseconds. */
  readonly bound: number;
  /** It was ended in the middle of its work, which is not judged then. */
  readonly unfinished: boolean;
  /** What became of its phases, where the list was edited while it ran. */
  readonly phases?: readonly Phase[];
}

export interface Verdict {
  readonly wrong: readonly string[];
  /** Counted, for who reads. */
  readonly facts: Readonly<Record<string, number>>;
  /** What a failure is to be understood by. */
  readonly evidence: readonly string[];
}

export interface Witness {
  readonly home: string;
  see(runners: readonly Runner[], at: number): void;
  /** The looks that take a process of their own, and are made less often. */
  seeNeighbour(): Promise<void>;
  judge(rules: Rules, runners: readonly Runner[]): Verdict;
}

/** As many wrongs of a kind say it; the rest is the same again. */
const MOST = 20;

export function createWitness({ home, phases, neighbour }: Subject): Witness {
  const state = path.join(home, "state");
  const runs = createRuns();
  const history = createHistory(state);
  const canaries = neighbour === null ? null : createCanaries(neighbour.socket, neighbour.prefix);
  const wrong = new Map<string, number>();
  const note = (found: readonly string[], at: number): void => {
    for (const one of found) if (wrong.size < MOST && !wrong.has(one)) wrong.set(one, at);
  };
  return {
    home,
    see(runners, at) {
      note(runs.see(ofHome(runners, home), at), at);
      note(history.see(), at);
    },
    async seeNeighbour() {
      if (canaries !== null) note(await canaries.see(), Date.now());
    },
    judge(rules, runners) {
      const planned = rules.phases ?? phases;
      note(history.see(), Date.now());
      const seen = [...wrong].map(([what, at]) => `${new Date(at).toISOString()} ${what}`);
      const left = leftOf(ofHome(runners, home), state);
      const gaps = [...runs.byAgent].map(([agent, own]) => [agent, longestGap(own)] as const);
      const late = gaps
        .filter(([, gap]) => gap > rules.bound)
        .map(([agent, gap]) => `${agent} was gone for ${gap} ms, and ${rules.bound} is the bound`);
      const work =
        planned.length === 0 || rules.unfinished ? NO_WORK : judgeWork(home, planned, history.entered, rules);
      const starts = rules.harmed ? [] : judgeStarts(runs.byAgent, planned);
      const evidence = [...runs.byAgent].map(([agent, own]) => `${agent}: ${own.map(say).join(", ")}`);
      const facts = {
        runs: [...runs.byAgent.values()].reduce((sum, own) => sum + own.length, 0),
        gap: Math.max(0, ...gaps.map(([, gap]) => gap)),
        handoffs: work.handoffs,
        untold: work.untold,
      };
      return { wrong: [...seen, ...work.wrong, ...starts, ...late, ...left], facts, evidence };
    },
  };
}

/** Every process of a project carries the project's own folder on its PATH. */
const ofHome = (runners: readonly Runner[], home: string): readonly Runner[] =>
  runners.filter(({ environ }) => environ.includes(`PATH=${home}/bin:`));

const say = ({ instance, first, last }: { instance: string; first: number; last: number }): string =>
  `${instance.slice(0, 8)} ${new Date(first).toISOString().slice(14, 23)}–${new Date(last).toISOString().slice(14, 23)}`;

const NO_WORK = { wrong: [], handoffs: 0, untold: 0 } as const;

function judgeWork(home: string, phases: readonly Phase[], entered: readonly string[], { harmed }: Rules) {
  const state = path.join(home, "state");
  const commits = readOrigin(path.join(home, "remote.git"));
  const told = judgeHandoffs(commits, readHeard(state));
  const wrong = [...judgePhases(commits, phases, entered), ...told.wrong];
  if (!isComplete(state)) wrong.push("there is no SEQUENCE-COMPLETE");
  // Who was restarted reads the remote and may be ahead of what it is told, until the phase is over.
  if (!harmed)
    wrong.push(...told.untold.map(({ sha, subject }) => `nobody heard of ${sha.slice(0, 7)} "${subject}"`));
  const handoffs = commits.filter(({ subject }) => /^(claim|review)\(/.test(subject)).length;
  return { wrong, handoffs, untold: told.untold.length };
}

/** Where no agent was harmed each loop was started once a phase, and everybody else once. */
function judgeStarts(
  byAgent: ReadonlyMap<string, readonly unknown[]>,
  phases: readonly Phase[],
): readonly string[] {
  return [...byAgent].flatMap(([agent, own]) => {
    const due = agent === "builder" || agent === "adversary" ? phases.length : 1;
    return own.length === due ? [] : [`${agent} was started ${own.length} times, and not ${due}`];
  });
}

function leftOf(runners: readonly Runner[], state: string): readonly string[] {
  const own = runners.map(({ pid, agent }) => `process ${pid} of ${agent} outlived the end`);
  return [...own, ...withCommand(`${state}/tmux.sock`).map((pid) => `tmux ${pid} outlived the end`)];
}
