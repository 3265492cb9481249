import { pick } from "../host/environment.ts";
import { docsFolder, readStatus } from "../host/status-file.ts";
import type { Loop } from "../project.ts";
import {
  type Course,
  type CourseHappening,
  follow,
  isDone,
  type StatusOf,
  statusFile,
  steer,
} from "../watch/course.ts";
import { holdIn } from "../watch/hold.ts";
import { PLAIN } from "../watch/message.ts";
import type { Records, Wishes } from "../watch/records.ts";
import { askPushed, doneHere, type Unpushed } from "../watch/unpushed.ts";
import type { Host } from "./host.ts";

export const COMPLETE_FILE = "SEQUENCE-COMPLETE";

/** Moves the phases on when the current one's STATUS file says DONE, and finishes the sequence after the last. */
export async function advance(before: Records, wishes: Wishes, host: Host): Promise<Records> {
  const { loop } = host.site.project;
  const records = await noteReplay(before, wishes, host);
  const hold = holdIn(wishes.hold, records.hold, host.clock.now());
  if (loop === null || !isWanted(wishes) || hold !== null) return records;
  host.wakes.on(docsFolder(host.site, loop), (file) => file.startsWith("STATUS-"));
  const status = await statusesOf(records, wishes, loop, host);
  // A pause that came before a DONE is heard before that is obeyed: in the next tick, at once.
  if ((await host.store.wishes()) !== wishes) return records;
  const happenings = follow(loop, records.course, wishes, status, host.clock.now());
  const course = happenings.reduce(steer, records.course);
  const reopened = course?.complete == null;
  const unpushed = await checkPushed(records, happenings, loop, host);
  const ended = happenings.some(({ what }) => what === "sequence-complete");
  const wished = ended ? Object.values(wishes.agents).map(({ at }) => at) : records.wished;
  const next: Records = {
    ...{ ...records, course, unpushed, wished, pushed: pushedIn(course, loop, status) },
    completed: records.completed && !reopened,
  };
  await host.store.journal(happenings.map((happening) => ({ ...happening, agent: null })));
  if (reopened && records.course?.complete != null) await host.disk.remove(host.store.at(COMPLETE_FILE));
  return course?.complete == null || next.completed ? next : complete(next, loop, host);
}

async function noteReplay(records: Records, { replay }: Wishes, { store, clock }: Host): Promise<Records> {
  // By its name, not by its time: the clock may have been set back since.
  if (replay === null || replay.at === records.replayed) return records;
  const { by, commits } = replay;
  await store.journal([{ at: clock.now(), agent: null, what: "handoffs-replayed", by, commits }]);
  return { ...records, replayed: replay.at, rewritten: null };
}

/** Of the phases that matter now: on this disk, or as they were pushed. */
async function statusesOf(records: Records, wishes: Wishes, loop: Loop, host: Host): Promise<StatusOf> {
  const texts = new Map<string, string | null | undefined>();
  for (const phase of new Set([records.course?.phase, wishes.phase?.goto])) {
    if (phase === undefined) continue;
    const pushed = loop.done_source === "pushed" && host.relay !== null;
    const text = pushed
      ? pushedStatus(loop, phase, host)
      : await readStatus(host.site, loop, phase, host.disk);
    texts.set(phase, text);
  }
  return (phase) => texts.get(phase);
}

/** For status, which asks no git. */
const pushedIn = (course: Course | null, { done_source }: Loop, status: StatusOf): string | null =>
  done_source === "pushed" && course !== null && isDone(course, status(course.phase)) ? course.phase : null;

/** A remote that does not answer has no file: nobody waits for it. */
const pushedStatus = (loop: Loop, phase: string, { relay }: Host): string | null | undefined => {
  const text = relay?.pushed(statusFile(loop, phase));
  return text === undefined && relay?.isFailing() ? null : text;
};

/** Whether the others can see what this disk says of a phase that is done. */
async function checkPushed(
  { unpushed: before }: Records,
  happenings: readonly CourseHappening[],
  loop: Loop,
  host: Host,
): Promise<Unpushed | null> {
  const { relay, clock, store } = host;
  if (relay === null || loop.done_source === "pushed") return null;
  const unpushed = happenings.reduce(doneHere, before);
  if (unpushed === null) return null;
  const after = askPushed(unpushed, relay.pushed(statusFile(loop, unpushed.phase)), clock.now());
  if (after?.told && !unpushed.told)
    await store.journal([{ at: clock.now(), agent: null, what: "done-unpushed", phase: after.phase }]);
  return after;
}

/** A project that was never brought up, or is being brought down, stays in its phase. */
const isWanted = (wishes: Wishes): boolean =>
  !wishes.off && Object.values(wishes.agents).some(({ state }) => state === "up");

/** Once the loops have stopped: the file that says so, then what the project wants done at the end. Each step may be repeated after a crash. */
async function complete(records: Records, loop: Loop, host: Host): Promise<Records> {
  const loops = host.site.project.agents.filter(({ kind }) => kind === "loop");
  if (loops.some(({ name }) => records.agents[name]?.run != null)) return records;
  const at = new Date(records.course?.complete ?? host.clock.now()).toISOString();
  const phases = loop.phases.map(({ id }) => id).join(" ");
  await host.disk.write(host.store.at(COMPLETE_FILE), `${at} ${phases}\n`);
  await finish(records, loop, host);
  return { ...records, completed: true };
}

async function finish({ course }: Records, { on_complete }: Loop, host: Host): Promise<void> {
  if (on_complete === null) return;
  const at = host.clock.now();
  if ("agent" in on_complete) {
    const id = `end-${course?.turn ?? 0}`;
    const { agent: to, message: text } = on_complete;
    await host.store.queue({ ...PLAIN, id, to, at, from: "engine", text });
    return;
  }
  const [program, ...args] = on_complete.command;
  const env = pick(host.environment);
  const outcome = await host.run(program, args, { cwd: host.site.root, env, timeout: 60_000 }).then(
    ({ code, stderr }) => ({ what: "on-complete-ran", code, stderr: stderr.slice(-500) }),
    (error: Error) => ({ what: "on-complete-failed", because: error.message }),
  );
  await host.store.journal([{ at, agent: null, ...outcome }]);
}
