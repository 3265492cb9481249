import { GO_ON } from "../../src/watch/go-on.ts";
import { commitsOf } from "../../src/watch/handoff.ts";
import { type Message, tag, toPlain } from "../../src/watch/message.ts";
import { parseMessage } from "../../src/watch/stored.ts";
import type { Duration } from "../../src/watch/time.ts";
import type { Invariant } from "../judge.ts";
import type { Pushed } from "../remote.ts";
import type { Event, World } from "../world.ts";

/** What is said is said once, whole, and to the right one. */

const idOf = (text: string): string => /^\[fleet ([\w-]+)\] /.exec(text)?.[1] ?? "";

/** What the outbox says that is to be said. */
function inOutbox({ files, site }: World, agent: string, id: string): Message | null {
  for (const part of ["new", "done"]) {
    const folder = `${site.state}/outbox/${agent}/${part}/`;
    for (const [file, text] of files.texts)
      if (file.startsWith(folder) && file.endsWith(`-${id}.json`)) return parseMessage(text);
  }
  return null;
}

const atMostOnce: Invariant = {
  id: "I5",
  says: "nothing is said twice, and no commit is told of that is not pushed",
  watch(world, _, fail) {
    const heard = new Map<string, string>();
    world.hear((event) => {
      if (event.what !== "submitted") return;
      const id = idOf(event.text);
      if (id === "") return;
      const before = heard.get(id);
      if (before !== undefined) fail(`${id} was said to ${before} and again to ${event.body.instance}`);
      heard.set(id, event.body.instance);
      const commit = world.repository.made.find(({ sha }) => sha.startsWith(id));
      if (commit !== undefined && commit.at === null) fail(`${id} was told of before it was pushed`);
    });
  },
};

const notTooLate: Invariant = {
  id: "I5d",
  says: "what was pushed in one phase is not told in the next",
  watch(world, _, fail) {
    let began = 0;
    /** Where the remote did not answer nobody knows where a phase began, and nobody waits for that. */
    let unread = false;
    /** One that was taken over while it wrote has put its records in the place of its successor's: what they knew of the branch is lost. */
    let epoch = 0;
    let overwritten = false;
    const opened = new Map<string, Duration>();
    world.hear((event) => {
      const now = world.hours.now();
      if (event.what === "watching") epoch = event.epoch;
      if (event.what === "saved" && event.records.epoch < epoch) overwritten = true;
      if (event.what === "opened") opened.set(event.body.instance, now);
      if (event.what === "journaled")
        for (const { what } of event.entries) {
          if (what === "handoffs-unread") unread = true;
          if (what === "handoffs-from") unread = false;
          if (what === "phase-started") began = now;
        }
      if (event.what !== "submitted" || unread || overwritten) return;
      const id = idOf(event.text);
      const commit = world.repository.made.find(({ sha }) => id !== "" && sha.startsWith(id));
      const old = commit?.at != null && commit.at < began;
      if (old && (opened.get(event.body.instance) ?? 0) >= began)
        fail(`${commit.subject} (${id}) was told in a phase that began ${began - (commit.at ?? 0)} ms later`);
    });
  },
};

/** So long may it take to say something to an agent that listens, when all is well. */
const SAYING = 90_000;

const noneLost: Invariant = {
  id: "I5c",
  says: "every handoff of a phase reaches its agent while the phase lasts",
  watch(world, stage, fail) {
    const { signal_tick } = world.site.project.supervision;
    const bound = 2 * signal_tick + SAYING;
    const heard = new Set<string>();
    /** The commits that each message told of when it was typed. */
    const told = new Map<string, readonly string[]>();
    const excused = new Set<string>();
    let turn = 0;
    let baselined = 0;
    /** The branch's head that was begun from last, and its turn: to begin there twice loses nothing. */
    let from = "";
    /** The last turn of which a loop was started: what is pushed from then on is waited for. */
    let begunTurn = 0;
    const expect = (commit: Pushed, to: string, ofTurn: number) => {
      const id = commit.sha.slice(0, 7);
      const check = () => {
        if (heard.has(id) || excused.has(id) || !commit.reachable || turn !== ofTurn) return;
        if (stage.over() !== null || (commit.at ?? 0) <= baselined) return;
        const body = world.bodies.get(to);
        const listens = body !== undefined && (body.state === "idle" || body.state === "waiting");
        const calm = world.hours.now() - Math.max(commit.at ?? 0, world.disturbed, body?.since ?? 0);
        if (!listens || calm < bound) world.hours.after(Math.max(1_000, bound - calm), check);
        else fail(`${commit.subject} (${id}) did not reach ${to} in ${calm} ms`);
      };
      world.hours.after(bound, check);
    };
    world.hear((event) => {
      const now = world.hours.now();
      if (event.what === "submitted") for (const id of told.get(idOf(event.text)) ?? []) heard.add(id);
      if (event.what === "pasted") {
        const message = inOutbox(world, event.body.agent.name, idOf(event.text));
        const shas = message === null ? [] : commitsOf(message);
        told.set(idOf(event.text), [idOf(event.text), ...shas.map((sha) => sha.slice(0, 7))]);
      }
      // Enter was pressed, and it died of that or of something else: nobody can know whether it was heard.
      if (event.what === "pressed") excused.add(idOf(event.body.draft));
      if (event.what === "saved") turn = event.records.course?.turn ?? 0;
      if (event.what === "opened" && event.body.agent.kind === "loop") begunTurn = turn;
      if (event.what === "journaled")
        for (const { what, because, message, seen } of event.entries) {
          if (what === "dropped") excused.add(String(message));
          if (what !== "handoffs-from") continue;
          const isAgain = from === `${turn} ${String(seen)}`;
          from = `${turn} ${String(seen)}`;
          if (because === "history was rewritten" || begunTurn !== turn) baselined = now;
          else if (!isAgain)
            fail(`it began anew from where the branch is, ${String(because)}, in the middle of turn ${turn}`);
        }
      if (event.what !== "pushed") return;
      const kind = /^(claim|review)\(/.exec(event.commit.subject)?.[1];
      if (kind !== undefined && event.phase !== "")
        expect(event.commit, kind === "claim" ? "adversary" : "builder", turn);
    });
  },
};

/** By a limit that is over, as its screen has told of it. */
const isToldToGoOn = ({ hours }: World, { state, text, body }: Extract<Event, { what: "pasted" }>): boolean =>
  state === "limited" && idOf(text).startsWith("go-on-") && hours.wall() >= body.limitedTo;

const wholeAndAlone: Invariant = {
  id: "I18",
  says: "what reaches an agent is a message to the byte, alone, and in an empty box that listens",
  watch(world, stage, fail) {
    const meant = new Map<string, string>();
    world.hear((event) => {
      if (event.what === "pasted") {
        const id = idOf(event.text);
        const message = inOutbox(world, event.body.agent.name, id);
        // It is never queued: it is due, or it is not.
        if (id.startsWith("go-on-")) meant.set(id, toPlain(`${tag(id)} ${GO_ON}`));
        if (message !== null) meant.set(message.id, toPlain(`${tag(message.id)} ${message.text}`));
      }
      // Who is frozen shows nothing of what it is given, and will never take it.
      if (
        event.what === "pasted" &&
        event.state !== "wedged" &&
        event.text !== "/quit" &&
        stage.looked() === world.hours.now()
      ) {
        if (event.before !== "") fail(`it was pasted behind ${JSON.stringify(event.before)}`);
        if (
          ["busy", "trust", "fatal", "limited", "booting"].includes(event.state) &&
          !isToldToGoOn(world, event) &&
          event.body.since < stage.looked()
        )
          fail(`it was pasted into an agent that is ${event.state}`);
      }
      if (event.what !== "submitted") return;
      const id = idOf(event.text);
      if (id !== "" && meant.get(id) !== event.text)
        fail(`${JSON.stringify(event.text)} was heard, ${JSON.stringify(meant.get(id))} was meant`);
    });
  },
};

export const MESSAGES: readonly Invariant[] = [atMostOnce, notTooLate, noneLost, wholeAndAlone];
