import { believe } from "./believe.ts";
import type { Happening } from "./happening.ts";
import { type AgentRecord, BLAME, type Blame, type Mail, type Run, type Seen } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Mood, Reading, Sighting } from "./sighting.ts";
import { heardOf, type Sign, withSigns } from "./sign.ts";
import type { Duration, Instant } from "./time.ts";
import { type DeclaredWait, parseWait } from "./wait.ts";

/** What is new since the last look. */
export function notice(scene: Scene, at: Instant): readonly Happening[] {
  const { record, sighting } = scene;
  switch (sighting.pane) {
    case "unreadable":
    case "foreign":
      return [];
    case "absent":
    case "dead":
      return noticeEnd(scene, at);
    case "alive": {
      const known = record.run?.instance === sighting.instance;
      const signs = known ? scene.signs : [];
      const opened: Happening[] = known && record.run?.opened === false ? [opening(record.run, at)] : [];
      const found: Happening[] = known ? opened : [foundIn(sighting, scene, at)];
      const before = known ? record : { ...record, seen: null };
      return [
        ...found,
        ...noticeConversation(before, signs, at),
        ...noticeScreen(before, sighting, signs, at),
      ];
    }
    default:
      return sighting satisfies never;
  }
}

/** tmux tells whole seconds, and a session is made after it was asked for: so it was asked for by the end of that second. */
const foundIn = (
  { instance, created }: { readonly instance: string; readonly created: Instant },
  { agent, turn, wish }: Scene,
  at: Instant,
): Happening => ({
  at,
  what: "found",
  instance,
  turn,
  wish: wish.at,
  called: agent.kind === "task" ? created + 999 : null,
});

/** A start that a crash kept from being noted. */
const opening = ({ instance, model, resumed }: Run, at: Instant): Happening => ({
  at,
  what: resumed ? "resumed" : "started",
  instance,
  model,
});

type Alive = Extract<Sighting, { pane: "alive" }>;

/** It may be told at the first message only, and another after the conversation was cleared. */
function noticeConversation({ run }: AgentRecord, signs: readonly Sign[], at: Instant): readonly Happening[] {
  const id = signs.findLast(({ conversation }) => conversation !== null)?.conversation ?? null;
  const transcript = signs.findLast((sign) => sign.transcript !== null)?.transcript ?? null;
  const isNew = id !== null && id !== run?.conversation;
  const isElsewhere = transcript !== null && transcript !== run?.transcript;
  return isNew || isElsewhere ? [{ at, what: "named-conversation", id, transcript }] : [];
}

function noticeScreen(
  record: AgentRecord,
  sighting: Alive,
  signs: readonly Sign[],
  at: Instant,
): readonly Happening[] {
  const seen = look(record, sighting, signs, at);
  const { mood } = seen.mood;
  // A trust dialog or an error right after the start is not readiness: no conversation came of it.
  const isReady = mood === "ready" || mood === "busy";
  const ready: Happening[] = record.run?.ready === null && isReady ? [{ at, what: "became-ready" }] : [];
  if (seen === record.seen) return ready;
  const news =
    seen.mood.mood !== record.seen?.mood.mood ||
    (seen.wait?.until ?? null) !== (record.seen.wait?.until ?? null);
  const said: Happening[] = news
    ? [{ at, what: "said", mood: seen.mood, wait: seen.wait?.until ?? null }]
    : [];
  return [{ at, what: "looked", seen }, ...ready, ...said, ...noticeKeptWait(record, seen, at)];
}

/** It went on by itself after a wait: the wait that it missed before was an accident. */
function noticeKeptWait(
  { seen: before, missed }: AgentRecord,
  seen: Seen,
  at: Instant,
): readonly Happening[] {
  const wait = before?.wait ?? null;
  if (missed === null || wait === null || wait.until === missed.until) return [];
  const wentOn = seen.still === at && (seen.mood.mood === "busy" || seen.wait?.until !== wait.until);
  return wentOn ? [{ at, what: "kept-wait", until: wait.until }] : [];
}

/** The echo of our own words takes a moment to be drawn; it is no sign of life. */
const ECHO: Duration = 2_000;

/** Folds a sighting into what was seen before; the same object when nothing is new. */
function look(
  { seen: before, mail, told }: AgentRecord,
  sighting: Alive,
  news: readonly Sign[],
  at: Instant,
): Seen {
  const { reading, digest, size } = sighting;
  const { final, running } = reading;
  const signs = withSigns(before?.signs ?? {}, news);
  const heard = heardOf(before?.heard ?? [], news, before?.mood.mood === "busy");
  const shown = before?.shown.mood === reading.mood ? before.shown : { mood: reading.mood, since: at };
  const belief = believe(reading, shown, signs, at);
  const { rule, dissent } = belief;
  const again = limitedAgain(belief.mood, news);
  const mood =
    before?.digest === digest && again === null ? sameLimit(before.mood, belief.mood) : belief.mood;
  const wait = waitOf(before?.wait ?? null, final, at);
  const picture = { mood, rule, dissent, shown, signs, heard, running, digest, size, wait };
  if (before === null) return { ...picture, since: at, still: at };
  const isSame = (Object.keys(picture) as (keyof typeof picture)[]).every(
    (key) => before[key] === picture[key] || JSON.stringify(before[key]) === JSON.stringify(picture[key]),
  );
  if (isSame) return before;
  const ours = (mail !== null && !isTaken(mail, reading, at)) || (told !== null && at - told.last < ECHO);
  const moved = before.digest !== digest && before.size === size && !ours;
  const life = isTurn(before.mood, mood) || before.running !== running || moved;
  const since = before.mood.mood === mood.mood ? Math.max(before.since, again ?? 0) : at;
  return { ...picture, since, still: life ? at : before.still };
}

/** Some programs take a message while they work, and keep it for later: what moves then is their work. */
const isTaken = ({ enters, since }: Mail, { draft }: Reading, at: Instant): boolean =>
  enters > 0 && draft === "" && at - since >= ECHO;

/** A screen that tells a time of the day means the same day for as long as it stands. */
const sameLimit = (before: Mood, mood: Mood): Mood =>
  before.mood === "limited" && mood.mood === "limited" && before.until !== null ? before : mood;

/** It was tried once more between two looks, and ended at a limit again. */
const limitedAgain = ({ mood }: Mood, news: readonly Sign[]): Instant | null =>
  mood === "limited" ? (news.findLast((sign) => sign.mood?.mood === "limited")?.at ?? null) : null;

/** It began or ended to work, or to ask. A screen that is only half drawn says neither. */
const isTurn = ({ mood: before }: Mood, { mood }: Mood): boolean =>
  before !== mood && before !== "unclear" && mood !== "unclear";

function waitOf(before: DeclaredWait | null, final: Reading["final"], at: Instant): DeclaredWait | null {
  const until = final === null ? null : parseWait(final);
  if (until === null) return null;
  return before?.until === until ? before : { until, declared: at, moved: 0 };
}

/** A task that ran and ended, and all memory of it was lost: it must not run once more for that. */
function noticeRemains(scene: Scene, at: Instant): readonly Happening[] {
  const { agent, record, sighting } = scene;
  if (agent.kind !== "task" || sighting.pane !== "dead" || sighting.instance === record.latest) return [];
  return [
    foundIn(sighting, scene, at),
    { at, what: "died", exit: sighting.exit, failures: 0, blame: "agent", limit: null },
  ];
}

/** The watchdog crashed between the intent and the deed: what is there, if anything, is an older run's. */
function wasInterrupted({ agent, record: { run }, sighting }: Scene): boolean {
  if (run === null || run.opened) return false;
  // It may have run and gone with its server: what is to run once is not begun a second time in doubt.
  if (agent.kind === "task" && sighting.pane === "absent" && sighting.with === "server") return false;
  return sighting.pane !== "dead" || sighting.instance !== run.instance;
}

/** A run ends when its pane is gone or dead and none of its processes is left. */
function noticeEnd(scene: Scene, at: Instant): readonly Happening[] {
  const { record, sighting, leftovers } = scene;
  if (record.run === null) return noticeRemains(scene, at);
  if (leftovers !== 0) return [];
  if (wasInterrupted(scene)) return [{ at, what: "start-interrupted" }];
  const exit = sighting.pane === "dead" ? sighting.exit : null;
  const because = record.stopping?.because ?? null;
  const blame = blameFor(scene, at);
  const failures = failuresAfter(scene, blame, at);
  const end: Happening =
    because !== null
      ? { at, what: "stopped", because, exit, failures, blame }
      : exit !== null
        ? { at, what: "died", exit, failures, blame, limit: limitOf(record) }
        : {
            at,
            what: "vanished",
            with: isServerGone(sighting) ? "server" : "session",
            failures,
            blame,
            limit: limitOf(record),
          };
  // It did not even come up with its old conversation: once more without it.
  const fruitless = record.run.resumed && record.run.ready === null && blame === "agent";
  return fruitless ? [end, { at, what: "resume-failed" }] : [end];
}

/** Limits, lost servers, what is not there and what follows a jump of the clock are no fault of the agent's. */
function blameFor(scene: Scene, at: Instant): Blame {
  const { record, sighting, grace, wish, lacks } = scene;
  if (isServerGone(sighting)) return wentWithMachine(scene) ? "plan" : "server";
  if (record.stopping !== null) return BLAME[record.stopping.because];
  if (wish.state === "down") return "person";
  if (lacks !== null || at < grace || record.seen?.mood.mood === "limited") return "host";
  return "agent";
}

const isServerGone = (sighting: Scene["sighting"]): boolean =>
  sighting.pane === "absent" && sighting.with === "server";

/** Who ran when the machine was started anew is brought back, also who is never healed; but what is to run once is not begun a second time. */
const wentWithMachine = ({ agent, record, booted }: Scene): boolean =>
  agent.kind !== "task" && record.run !== null && record.run.since < booted;

function failuresAfter({ agent, record, policy }: Scene, blame: Blame, at: Instant): number {
  const ready = record.run?.ready ?? null;
  const before = ready !== null && at - ready >= policy.healthy_after ? 0 : record.failures;
  if (blame === "server") return before;
  if (blame === "plan" || blame === "person" || agent.kind === "task") return 0;
  return before + 1;
}

const limitOf = ({ seen }: AgentRecord): Instant | null =>
  seen?.mood.mood === "limited" ? seen.mood.until : null;
