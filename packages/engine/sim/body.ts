import type { Agent } from "../src/project.ts";
import type { Duration, Instant } from "../src/watch/time.ts";
import type { Chance } from "./chance.ts";
import type { Program } from "./machine.ts";
import { type Part, partOf } from "./parts.ts";
import type { Quirks } from "./quirks.ts";
import type { World } from "./world.ts";

export type State =
  | ("booting" | "trust" | "busy" | "idle" | "waiting" | "limited" | "fatal" | "wedged")
  | ("serving" | "gone");

/** An agent program at work: one run, as it really is. The engine sees its screen and nothing else. */
export interface Body extends Program {
  readonly agent: Agent;
  readonly instance: string;
  readonly resumed: boolean;
  readonly chance: Chance;
  readonly state: State;
  /** By the clock that nobody sets: since when it is so. */
  readonly since: Duration;
  /** The wait that it declared, on the calendar, and when and for how long by the true clock. */
  readonly wait: { readonly until: Instant; readonly declared: Duration; readonly span: Duration } | null;
  readonly draft: string;
  readonly limitedUntil: Duration;
  /** The same on the calendar, as its screen says it: nobody writes that anew when the clock is set. */
  readonly limitedTo: Instant;
  say(line: string): void;
  become(state: State): void;
  /** Once it has been in this state for so long, unless something else came before. */
  later(delay: Duration, what: () => void): void;
  declare(span: Duration, until?: Instant): void;
  /** It goes on by itself when the limit is over, unless it stays. */
  limit(span: Duration, stays?: boolean): void;
  type(text: string): void;
  exit(code: number, orphans?: boolean): void;
  /** It takes no notice of being told to stop. */
  stubborn(): boolean;
}

export function createBody(world: World, agent: Agent, opening: Opened): Body {
  const { hours, machine } = world;
  const quirks = world.quirksOf(agent.name);
  const chance = world.chance.fork(`run ${agent.name} ${world.runsOf(agent.name)}`);
  let state: State = "booting";
  let since = hours.now();
  let moves = 0;
  let said = "at your service";
  let draft = "";
  /** What it was told last, as it still stands on the screen; some never show it. */
  let heard = "";
  const echoes = !chance.fork("echo").happens(0.03);
  let frozen: string | null = null;
  let wait: Body["wait"] = null;
  let limitedUntil = 0;
  let limitedTo = 0;
  let part: Part | null = null;
  const print = () => machine.print(agent.session);
  const become = (next: State) => {
    if (state === "gone") return;
    // A frozen screen says that it is ready, a wait that it declared, or nothing that makes sense.
    // What was on the screen when it ended stays there, unless it took that along.
    if (next === "gone") frozen = chance.happens(0.5) ? render() : "";
    else
      frozen = next === "wedged" ? (state === "busy" && chance.happens(0.5) ? "^[[?1049h" : render()) : null;
    if (next === "busy") said = `on the ${String.fromCodePoint(97 + (moves % 26)).repeat(3)} part`;
    if (next !== "waiting" && next !== "wedged") wait = null;
    state = next;
    since = hours.now();
    moves += 1;
    print();
    world.tell({ what: "became", body, state: next });
  };
  const render = (): string => {
    if (frozen !== null) return frozen;
    const box = `❯ ${draft}`;
    switch (state) {
      case "booting":
      case "gone":
      case "wedged":
        return "";
      case "trust":
        return "? Do you trust this folder?\n❯ 1. Yes\n  2. No";
      case "busy":
        return `${heard}  ${said}\n* working (${moves})\n${box}`;
      case "limited":
        return `${heard}! limited until ${iso(limitedTo)}\n${box}`;
      case "fatal":
        return `${heard}! fatal: 400 thinking blocks\n${box}`;
      default:
        return `${heard}  ${said}\n${box}`;
    }
  };
  const body: Body = {
    agent,
    instance: opening.instance,
    resumed: opening.resumed,
    chance,
    get state() {
      return state;
    },
    get since() {
      return since;
    },
    get wait() {
      return wait;
    },
    get draft() {
      return draft;
    },
    get limitedUntil() {
      return limitedUntil;
    },
    get limitedTo() {
      return limitedTo;
    },
    say(line) {
      said = line;
      print();
    },
    become,
    later(delay, what) {
      const before = moves;
      hours.after(delay, () => {
        if (moves === before && state !== "gone") what();
      });
    },
    declare(span, until) {
      const at = until ?? Math.ceil((hours.wall() + span) / 1000) * 1000;
      said = `WAITING-UNTIL: ${iso(at)}`;
      // A lie is no wait.
      wait = until !== undefined ? null : { until: at, declared: hours.now(), span: at - hours.wall() };
      const kept = wait;
      become("waiting");
      wait = kept;
    },
    limit(span, stays = false) {
      limitedUntil = hours.now() + span;
      limitedTo = hours.wall() + span;
      become("limited");
      if (!stays) body.later(span, () => part?.wake());
    },
    type(text) {
      draft = text;
      print();
    },
    exit(code, orphans = false) {
      // Another run may have its session by now.
      if (state !== "gone") machine.end(agent.session, { code }, orphans);
    },
    stubborn: () =>
      [...machine.processes.values()].some(
        (one) => one.main && one.deaf && one.instance === opening.instance,
      ),
    screen: render,
    paste(text) {
      world.tell({ what: "pasted", body, before: draft, state, text });
      if (state === "booting" || state === "trust") return;
      draft += text;
      print();
    },
    press(keys) {
      if (keys.join() !== "Enter") throw new Error(`it was sent the keys ${keys.join()}`);
      world.tell({ what: "pressed", body });
      if (state === "wedged" || state === "booting" || draft === "") return;
      if (quirks.brittle) {
        quirks.brittle = false;
        body.exit(1);
        return;
      }
      if (quirks.swallow > 0) {
        quirks.swallow -= 1;
        return;
      }
      const text = draft;
      draft = "";
      heard = echoes && !quirks.mute ? `> ${text}\n` : "";
      print();
      world.tell({ what: "submitted", body, text });
      part?.hear(text);
    },
    ended() {
      if (state === "gone") return;
      become("gone");
    },
  };
  part = partOf(world, body, opening);
  boot(world, body, quirks, part);
  return body;
}

export interface Opened {
  readonly instance: string;
  readonly resumed: boolean;
  /** What it was told to read at its start; null when nothing. */
  readonly kickoff: string | null;
}

function boot(world: World, body: Body, quirks: Quirks, part: Part): void {
  const { chance } = body;
  const { hours } = world;
  if (body.agent.kind === "service") {
    hours.after(0, () => body.become("serving"));
    return;
  }
  if (quirks.neverReady) {
    quirks.neverReady = false;
    return;
  }
  const delay = quirks.slowBoot > 0 ? quirks.slowBoot : chance.pick([20, 30, 60, 300]);
  quirks.slowBoot = 0;
  body.later(delay, () => {
    if (hours.now() < quirks.mortal) {
      body.exit(1);
      return;
    }
    if (body.resumed && quirks.refuseResume) {
      quirks.refuseResume = false;
      body.exit(1);
      return;
    }
    const { trust } = quirks;
    quirks.trust = 0;
    if (trust === 0) {
      part.begin();
      return;
    }
    body.become("trust");
    body.later(trust, () => part.begin());
  });
}

export const iso = (instant: Instant): string => `${new Date(instant).toISOString().slice(0, 19)}Z`;
