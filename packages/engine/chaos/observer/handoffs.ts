import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface Commit {
  readonly sha: string;
  readonly subject: string;
}

/** What stands on the remote's branch, oldest first: the truth about the work. */
export function readOrigin(remote: string): readonly Commit[] {
  if (!existsSync(remote)) return [];
  const log = ["--git-dir", remote, "log", "--reverse", "--format=%H %s", "main"];
  return execFileSync("git", log, { encoding: "utf8" })
    .split("\n")
    .filter(Boolean)
    .map((line) => ({ sha: line.slice(0, 40), subject: line.slice(41) }));
}

/** What each demo agent noted of all that was submitted to it: the truth about deliveries. */
export function readHeard(state: string): ReadonlyMap<string, readonly string[]> {
  const folder = path.join(state, "demo");
  const journals = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".journal")) : [];
  return new Map(
    journals.map((name) => [
      name.slice(0, -".journal".length),
      readFileSync(path.join(folder, name), "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => line.slice(line.indexOf("\t") + 1)),
    ]),
  );
}

const RECIPIENT: Readonly<Record<string, string>> = { claim: "adversary", review: "builder" };

export interface Told {
  readonly wrong: readonly string[];
  /** Handoffs that nobody was told of. */
  readonly untold: readonly Commit[];
}

/** Each pushed claim and review was submitted to its recipient once, and nothing else was. */
export function judgeHandoffs(
  commits: readonly Commit[],
  heard: ReadonlyMap<string, readonly string[]>,
): Told {
  const wrong: string[] = [];
  const untold: Commit[] = [];
  const known = new Set<string>();
  for (const commit of commits) {
    const recipient = RECIPIENT[/^(claim|review)\(/.exec(commit.subject)?.[1] ?? ""];
    if (recipient === undefined) continue;
    const id = commit.sha.slice(0, 7);
    known.add(`${recipient} ${id}`);
    const times = (heard.get(recipient) ?? []).filter((line) => line.startsWith(`[fleet ${id}] `)).length;
    if (times === 0) untold.push(commit);
    if (times > 1) wrong.push(`${recipient} heard of ${id} "${commit.subject}" ${times} times`);
  }
  for (const [agent, lines] of heard)
    for (const line of lines) {
      const id = /^\[fleet ([0-9a-f]{7})\] New (?:claim|review) /.exec(line)?.[1];
      if (id !== undefined && !known.has(`${agent} ${id}`))
        wrong.push(`${agent} heard of no commit: ${line}`);
    }
  return { wrong, untold };
}

/** Every phase was worked through, in order: each gate claimed and accepted once. */
export function judgePhases(
  commits: readonly Commit[],
  phases: readonly Phase[],
  entered: readonly string[],
): readonly string[] {
  const wrong: string[] = [];
  const subjects = commits.map(({ subject }) => subject);
  for (const { gates } of phases)
    for (const gate of gates) {
      const claims = subjects.filter((subject) => subject.startsWith(`claim(${gate}): `)).length;
      const reviews = subjects.filter((subject) => subject === `review(${gate}): accepted`).length;
      if (claims !== 1 || reviews !== 1)
        wrong.push(`gate ${gate} was claimed ${claims} times and accepted ${reviews} times`);
    }
  const due = phases.map(({ id }) => id).join();
  if (entered.join() !== due) wrong.push(`phases were entered as ${entered.join()}, and not as ${due}`);
  // Who is stopped as soon as its STATUS file says so may not come to push it; but never the other way round.
  const ends = subjects.flatMap((subject) => /^status: phase (\S+) done$/.exec(subject)?.[1] ?? []);
  const inOrder = phases.flatMap(({ id }) => (ends.includes(id) ? id : []));
  if (ends.join() !== inOrder.join()) wrong.push(`phases ended as ${ends.join()}`);
  return wrong;
}

export interface Phase {
  readonly id: string;
  readonly gates: readonly string[];
}
