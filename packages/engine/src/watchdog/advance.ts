import { pick } from "../host/environment.ts";
import { docsFolder, readStatus } from "../host/status-file.ts";
import type { Loop } from "../project.ts";
import { follow, steer } from "../watch/course.ts";
import { PLAIN } from "../watch/message.ts";
import type { Records, Wishes } from "../watch/records.ts";
import type { Host } from "./host.ts";

export const COMPLETE_FILE = "SEQUENCE-COMPLETE";

/** Moves the phases on when the current one's STATUS file says DONE, and finishes the sequence after the last. */
export async function advance(records: Records, wishes: Wishes, host: Host): Promise<Records> {
  const { loop } = host.site.project;
  if (loop === null || !isWanted(wishes)) return records;
  host.wakes.on(docsFolder(host.site, loop), (file) => file.startsWith("STATUS-"));
  const statuses = new Map<string, string | null>();
  for (const phase of new Set([records.course?.phase, wishes.phase?.goto]))
    if (phase !== undefined) statuses.set(phase, await readStatus(host.site, loop, phase, host.disk));
  const status = (phase: string) => statuses.get(phase) ?? null;
  const happenings = follow(loop, records.course, wishes, status, host.clock.now());
  const course = happenings.reduce(steer, records.course);
  const reopened = course?.complete == null;
  const next: Records = { ...records, course, completed: records.completed && !reopened };
  await host.store.journal(happenings.map((happening) => ({ ...happening, agent: null })));
  if (reopened && records.course?.complete != null) await host.disk.remove(host.store.at(COMPLETE_FILE));
  return course?.complete == null || next.completed ? next : complete(next, loop, host);
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
