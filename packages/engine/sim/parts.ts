import type { Duration } from "../src/watch/time.ts";
import type { Body, Opened } from "./body.ts";
import type { Pushed } from "./remote.ts";
import type { World } from "./world.ts";

/** What an agent does with its life: its work, and how it takes what it is told. */
export interface Part {
  /** It is ready for the first time. */
  begin(): void;
  /** A limit has ended, or somebody poked it. */
  wake(): void;
  hear(text: string): void;
}

/** From being told to quit until it is gone. The slow are few: the watchdog looks at each of them some thirty times. */
const QUITTING: readonly Duration[] = [20, 20, 20, 20, 50, 50, 50, 50, 50, 400, 400, 6_000];

/** Seconds of its turn that are left when it has said DONE. */
const AFTER_DONE: readonly number[] = [1, 2, 3, 5, 10, 20, 60];

export function partOf(world: World, body: Body, opened: Opened): Part {
  const part = ownPart(world, body, opened);
  return {
    ...part,
    hear(text) {
      if (text !== "/quit") part.hear(text);
      else if (!body.stubborn()) world.hours.after(body.chance.pick(QUITTING), () => body.exit(0));
    },
  };
}

function ownPart(world: World, body: Body, opened: Opened): Part {
  switch (body.agent.kind) {
    case "persistent":
      return listener(body);
    case "task":
      return runner(body);
    case "service":
      return { begin() {}, wake() {}, hear() {} };
    case "loop":
      return worker(world, body, opened);
    default:
      return body.agent.kind satisfies never;
  }
}

/** Waits for what people say, and answers. */
function listener(body: Body): Part {
  const answer = () => {
    body.become("busy");
    body.later(body.chance.int(1, 15) * 1000, () => {
      body.say(`answered ${body.chance.int(1, 999)}`);
      body.become("idle");
    });
  };
  return { begin: answer, wake: answer, hear: answer };
}

/** Works once and ends, or stays to be read. */
function runner(body: Body): Part {
  const work = (parts: number) => {
    body.become("busy");
    body.later(body.chance.int(5, 40) * 1000, () => {
      if (parts > 1) work(parts - 1);
      else if (body.chance.happens(0.5)) body.exit(0);
      else body.become("idle");
    });
  };
  // Now and then it still works when its next slot comes.
  const begin = () => work(body.chance.happens(0.3) ? body.chance.int(4, 9) : 1);
  return { begin, wake: begin, hear() {} };
}

/**
 * Works through the gates of a phase: the first claims each, the second reviews
 * it, and after the last the first says DONE. All others work for themselves.
 * Who has nothing to do waits, as it declares, and looks again.
 */
function worker(world: World, body: Body, { kickoff }: Opened): Part {
  const { chance, agent } = body;
  const phase = /^phase (\S+)$/m.exec(kickoff ?? "")?.[1] ?? "";
  const gates = world.gatesOf(phase);
  const role = world.roleOf(agent.name);
  /** What it knows of the branch; it looks at its start, when it is told to, and, in some worlds, at each waking. */
  let known = { claimed: 0, reviewed: 0 };
  let pending: Pushed | null = null;
  const look = () => {
    // Whatever was rewritten: the highest gate counts.
    const count = (kind: string) => {
      const gate = new RegExp(`^${kind}\\(${phase}\\.(\\d+)\\)`);
      const found = world.repository.branch().map(({ subject }) => Number(gate.exec(subject)?.[1] ?? 0));
      return Math.max(0, ...found);
    };
    known = { claimed: count("claim"), reviewed: count("review") };
  };
  const isBehind = () =>
    role === "builder"
      ? known.claimed <= known.reviewed && known.reviewed < gates
      : role === "adversary" && known.claimed > known.reviewed;
  const wait = () => {
    const span = chance.int(60, Math.floor(world.site.project.supervision.max_wait / 1000)) * 1000;
    body.declare(span);
    // An agent's own sense of time is not exact.
    body.later(Math.max(1_000, span + chance.int(-3_000, 90_000)), () => {
      if (world.polls) look();
      if (pending !== null && pending.at === null) pending = null;
      work(chance.int(1, 20) * 1000);
    });
  };
  const push = (commit: Pushed) => {
    const quirks = world.quirksOf(agent.name);
    if (quirks.unpushed) {
      quirks.unpushed = false;
      return;
    }
    world.hours.after(chance.happens(0.5) ? 0 : chance.int(0, 20) * 1000, () => {
      // Whoever is gone pushes nothing; whoever is wedged neither.
      if (body.state === "gone" || body.state === "wedged" || body.state === "fatal") return;
      world.push(commit, phase);
      if (role === "builder") known = { ...known, claimed: known.reviewed + 1 };
      else known = { ...known, reviewed: known.claimed };
    });
  };
  const decide = () => {
    if (role === "builder" && known.reviewed >= gates) {
      // Who has just said DONE has something left to do: to push it, at least.
      if (world.done(phase, body.instance)) return body.later(chance.pick(AFTER_DONE) * 1000, wait);
    } else if (isBehind() && pending === null) {
      const kind = role === "builder" ? "claim" : "review";
      const gate = role === "builder" ? known.reviewed + 1 : known.claimed;
      pending = world.repository.commit(`${kind}(${phase}.${gate}): gate ${gate}`);
      push(pending);
    }
    wait();
  };
  const work = (span: number) => {
    body.become("busy");
    body.later(span, () => {
      if (pending?.at != null) pending = null;
      decide();
    });
  };
  const turn = () => work(chance.int(2, 25) * 1000);
  return {
    begin() {
      look();
      turn();
    },
    wake: turn,
    hear() {
      look();
      // Some answer nothing and go on as they were.
      if (body.state === "waiting" && !world.polls && chance.happens(0.1) && !isBehind()) return;
      work(chance.int(2, 15) * 1000);
    },
  };
}
