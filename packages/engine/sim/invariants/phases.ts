import type { Course } from "../../src/watch/course.ts";
import type { Duration, Instant } from "../../src/watch/time.ts";
import { COMPLETE_FILE } from "../../src/watchdog/advance.ts";
import type { Invariant } from "../judge.ts";

/** The phases come one after the other, each once, and to their end. */

interface Known {
  readonly course: Course | null;
  /** When a person said to go to the phase that is on. */
  went: Duration | null;
}

const oneStepAtATime: Invariant = {
  id: "I8",
  says: "a phase follows the one before it, when that is done, or when a person says so",
  watch(world, _, fail) {
    const inForce = () => world.config.inForce().project.loop?.phases.map(({ id }) => id) ?? [];
    /** Every wish for a phase, by its name: where to go, and when that was said. */
    const given = new Map<Instant, { readonly phase: string; readonly at: Duration }>();
    const done = new Map<string, Duration>();
    /** What each watchdog knew of the phases when it saved last. A rival's knowledge is no step of its own. */
    const known = new Map<number, Known>();
    let last: Known | null = null;
    let rivals = false;
    let torn = false;
    world.hear((event) => {
      const now = world.hours.now();
      if (event.what === "wished" && event.phase !== null)
        given.set(event.at, { phase: event.phase, at: now });
      if (event.what === "done") done.set(event.phase, now);
      if (event.what === "torn") torn = true;
      if (event.what !== "saved") return;
      const { course, epoch } = event.records;
      // Of two at a time nobody can say whose records the next one has read.
      const before = known.get(epoch) ?? (rivals ? null : last);
      rivals = !event.alone;
      last = { course, went: before?.went ?? null };
      known.set(epoch, last);
      const phases = inForce();
      const left = course?.complete == null ? [] : phases.filter((phase) => !world.isDone(phase));
      // One that was put before the phase that is on is not gone back to.
      if (left.length > 0 && given.size === 0 && !world.config.rephased)
        fail(`the sequence is complete, and ${left.join()} is not done`);
      const isOlder = torn && (course?.turn ?? 0) === (before?.course?.turn ?? 0) - 1;
      torn = false;
      // The copy before is one save older.
      if (isOlder) last.went = null;
      if (isOlder || before === null || before.course === null) return;
      if (course?.turn === before.course.turn) return;
      if (course === null) return fail("the phase was forgotten");
      const { phase, turn, obeyed } = before.course;
      const step = `from ${phase} (turn ${turn}) to ${course.phase} (turn ${course.turn})`;
      const next = phases[phases.indexOf(phase) + 1];
      const wish = course.obeyed === obeyed ? undefined : given.get(course.obeyed ?? 0);
      if (course.turn !== turn + 1) fail(`${step} at once`);
      else if (wish !== undefined && wish.phase !== course.phase)
        fail(`${step}, ${wish.phase} was asked for`);
      else if (wish === undefined && course.phase !== next) fail(`${step}, next is ${next}`);
      else if (wish === undefined && !world.isDone(phase)) fail(`${step}, and it is not done`);
      else if (wish === undefined && before.went !== null && (done.get(phase) ?? 0) < before.went)
        fail(`${step}, and it was done before a person went there`);
      last.went = wish?.at ?? null;
    });
  },
};

const neverBack: Invariant = {
  id: "I9",
  says: "what is remembered of the phases never goes back, whatever is torn",
  watch(world, _, fail) {
    let turn = 0;
    let torn = 0;
    world.hear((event) => {
      if (event.what === "torn") torn = 2;
      if (event.what !== "saved" || !event.alone) return;
      const now = event.records.course?.turn ?? 0;
      // The copy before is one save older, and the first tick puts that right.
      if (now < turn && (torn-- <= 0 || now < turn - 1)) fail(`turn ${now} was saved after turn ${turn}`);
      else if (now >= turn) torn = 0;
      turn = Math.max(turn, now);
    });
  },
};

const completeIsTheEnd: Invariant = {
  id: "I10",
  says: "when the sequence is complete its loops have ended, its file is there, and nothing starts anew",
  watch(world, _, fail) {
    let ended = false;
    world.hear((event) => {
      if (event.what === "wished") ended = false;
      if (event.what === "opened" && ended && event.body.agent.kind === "loop")
        fail(`${event.body.agent.name} was started after the end`);
      if (event.what !== "unwatched" || event.because !== "complete") return;
      ended = true;
      const loops = world.site.project.agents.filter(({ kind }) => kind === "loop");
      for (const { name, session } of loops)
        if ([...world.machine.processes.values()].some((process) => process.session === session))
          if (!isForeign(session)) fail(`${name} still runs`);
      if (!world.files.texts.has(`${world.site.state}/${COMPLETE_FILE}`))
        fail(`there is no ${COMPLETE_FILE}`);
    });
    const isForeign = (session: string) => world.machine.sessions.get(session)?.pane.project === null;
  },
};

const comesToItsEnd: Invariant = {
  id: "I20",
  says: "when nothing goes wrong any more, the sequence comes to its end",
  watch(world, _, fail) {
    const failed = new Set<string>();
    let where = "nowhere";
    let complete = false;
    world.hear((event) => {
      if (event.what === "wished") for (const name of event.agents) failed.delete(name);
      if (event.what === "journaled")
        for (const { what, agent } of event.entries) if (what === "gave-up") failed.add(agent ?? "");
      if (event.what === "saved") {
        where = event.records.course?.phase ?? "nowhere";
        complete = event.records.completed;
      }
      if (event.what !== "over" || failed.size > 0 || complete) return;
      const states = [...world.bodies.values()].map(({ agent, state }) => `${agent.name} ${state}`);
      fail(`it is in phase ${where}: ${states.join(", ")}`);
    });
  },
};

const turnIsEnded: Invariant = {
  id: "I23",
  says: "who says DONE in the midst of a turn may end it",
  watch(world, _, fail) {
    const { turn_grace } = world.site.project.supervision;
    /** Who is in that turn, since when. */
    let said: { readonly by: string; readonly at: Duration } | null = null;
    const down = new Set<string>();
    world.hear((event) => {
      const now = world.hours.now();
      if (event.what === "done") said = down.has("builder") ? null : { by: event.by, at: now };
      if (event.what === "wished" && event.how !== "goto")
        for (const name of event.agents) down[event.how === "down" ? "add" : "delete"](name);
      // A person may have asked for something else, and a torn file knows nothing of it.
      if (event.what === "wished" || event.what === "torn") said = null;
      if (event.what === "became" && event.body.instance === said?.by) said = null;
      if (event.what !== "journaled" || said === null || now - said.at >= turn_grace) return;
      for (const { what, agent, because } of event.entries)
        if (what === "told-to-stop" && world.bodies.get(agent ?? "")?.instance === said.by)
          fail(
            `${agent} was ended ${now - said.at} ms after it had said DONE, and still worked (${because})`,
          );
    });
  },
};

export const PHASES: readonly Invariant[] = [
  ...[oneStepAtATime, neverBack, completeIsTheEnd, comesToItsEnd, turnIsEnded],
];
