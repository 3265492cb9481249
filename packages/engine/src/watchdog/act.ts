import { BACKENDS } from "../backends/index.ts";
import { doorFolder, handIn, takeBack } from "../host/door.ts";
import { leaveSeat } from "../host/opencode-server.ts";
import type { Agent } from "../project.ts";
import { isTold, mend } from "../watch/failing.ts";
import { commitsOf } from "../watch/handoff.ts";
import type { Happening } from "../watch/happening.ts";
import { type Message, toTyped } from "../watch/message.ts";
import { turnOf } from "../watch/plan.ts";
import type { End } from "../watch/receipt.ts";
import { FRESH_RECORD } from "../watch/record.ts";
import type { Records } from "../watch/records.ts";
import type { Action } from "../watch/scene.ts";
import { serverOf } from "../watch/server.ts";
import { wakeMessage } from "../watch/wake.ts";
import type { Host } from "./host.ts";
import { because, type Deed, journalOf, note } from "./note.ts";
import { startAll } from "./start.ts";

/** Does each deed and says what came of it. A failed one is a happening too, and hinders no other. */
export async function act(before: Records, deeds: readonly Deed[], host: Host): Promise<Records> {
  const doing = (...words: readonly Action["do"][]) =>
    deeds.filter(({ action }) => words.includes(action.do));
  // Keys first: they are for the screens as they were seen just now.
  const keys = doing("type", "press-enter", "type-quit", "enter-quit");
  let records = await attemptAll(before, keys, host);
  records = await startAll(records, doing("start"), host);
  records = await clearAll(records, doing("clear"), host);
  // One look at all processes serves all who are stopped in this tick.
  let processes: ReturnType<Host["processes"]> | null = null;
  const once: Host = {
    ...host,
    processes: () => {
      processes ??= host.processes();
      return processes;
    },
  };
  const others = deeds.filter(({ action }) => action.do !== "start" && action.do !== "clear");
  return attemptAll(
    records,
    others.filter((deed) => !keys.includes(deed)),
    once,
  );
}

/** One after the other. */
async function attemptAll(before: Records, deeds: readonly Deed[], host: Host): Promise<Records> {
  let records = before;
  for (const deed of deeds) {
    records = await writeDown(records, deed, await attempt(deed, records, host), host);
  }
  return records;
}

/** All dead sessions in one tmux call. */
async function clearAll(before: Records, clears: readonly Deed[], host: Host): Promise<Records> {
  if (clears.length === 0) return before;
  const trouble = await host.terminal
    .close(clears.map(({ agent }) => agent.session))
    .then(() => null, because);
  let records = before;
  for (const deed of clears) {
    const at = host.clock.now();
    const happening: Happening =
      trouble === null
        ? { at, what: "cleared" }
        : { at, what: "act-failed", action: "clear", because: trouble };
    records = await writeDown(records, deed, [happening], host);
  }
  return records;
}

/** What came of a deed: all of it is remembered, and told is what is new. */
async function writeDown(
  before: Records,
  { agent, action }: Deed,
  happenings: readonly Happening[],
  host: Host,
): Promise<Records> {
  const mended = mend(before.agents[agent.name] ?? FRESH_RECORD, action.do, happenings, host.clock.now());
  let records = before;
  const news: Happening[] = [];
  for (const happening of [...mended, ...happenings]) {
    if (isTold(records.agents[agent.name] ?? FRESH_RECORD, happening)) news.push(happening);
    records = note(records, agent, happening);
  }
  await host.store.journal(journalOf(agent, news));
  return records;
}

async function attempt(deed: Deed, records: Records, host: Host): Promise<readonly Happening[]> {
  try {
    return await perform(deed, records, host);
  } catch (error) {
    return [{ at: host.clock.now(), what: "act-failed", action: deed.action.do, because: because(error) }];
  }
}

async function perform(
  { agent, action }: Deed,
  { agents, course }: Records,
  host: Host,
): Promise<readonly Happening[]> {
  const record = agents[agent.name] ?? FRESH_RECORD;
  const { clock, terminal, store } = host;
  const { session } = agent;
  const instance = record.run?.instance ?? "";
  const done = (): { at: number } => ({ at: clock.now() });
  switch (action.do) {
    case "rescue":
      host.rescuer.begin(agent, instance);
      return [];
    case "type-quit": {
      const typed = await terminal.paste(session, instance, `quit-${instance}`, action.text);
      return [
        typed ? { ...done(), what: "quit-typed", because: action.because } : refused(action.do, clock.now()),
      ];
    }
    case "enter-quit": {
      const pressed = await terminal.press(session, instance, submitOf(agent));
      if (pressed) await leaveServer(agent, host);
      return [pressed ? { ...done(), what: "quit-entered" } : refused(action.do, clock.now())];
    }
    case "stop": {
      await leaveServer(agent, host);
      host.signal(await processesOf(instance, host), `SIG${host.site.project.supervision.stop_signal}`);
      return [];
    }
    case "kill": {
      const processes = await processesOf(instance, host);
      host.signal(processes, "SIGKILL");
      return processes.length === 0 ? [] : [{ ...done(), what: "killed", processes: processes.length }];
    }
    case "give-up": {
      const turn = turnOf(agent, host.site.project, course);
      return [{ ...done(), what: "gave-up", because: action.because, turn }];
    }
    case "wake": {
      const message = wakeMessage(agent.name, instance, action.until, clock.now());
      // Written first: said twice, it is the same message.
      await store.queue(message);
      return [{ ...done(), what: "missed-wait", until: action.until, message: message.id }];
    }
    case "type": {
      const { id } = action.message;
      const typed = await terminal.paste(session, instance, id, toTyped(action.message));
      return [
        { ...done(), message: id, ...(typed ? { what: "typed" } : { what: "held-back", key: "text" }) },
      ];
    }
    case "press-enter": {
      const { id } = action.message;
      const pressed = await terminal.press(session, instance, submitOf(agent));
      return [
        {
          ...done(),
          message: id,
          ...(pressed ? { what: "pressed-enter" } : { what: "held-back", key: "Enter" }),
        },
      ];
    }
    case "settle":
    case "drop":
      return settle(action.message, endOf(action), host);
    case "hand-in":
      await handIn(doorFolder(host.site.state, agent.name), action.message, host.disk);
      return [{ ...done(), what: "handed-in", message: action.message.id }];
    case "take-back": {
      const { message } = action;
      const atDoor = record.mail?.door === true;
      const folder = doorFolder(host.site.state, agent.name);
      if (atDoor && (await takeBack(folder, message, host.disk)) === "taken")
        return settle(message, { state: "submitted" }, host);
      return [{ ...done(), what: "taken-back", message: message.id }];
    }
    case "start":
    case "clear":
      return [];
    default:
      return action satisfies never;
  }
}

async function settle(message: Message, end: End, { store, clock }: Host): Promise<readonly Happening[]> {
  await store.settle(message, end);
  return receiptsOf(message, end, clock.now());
}

const submitOf = ({ backend }: Agent): readonly string[] => BACKENDS[backend ?? ""]?.submit ?? ["Enter"];

/** tmux looked once more, at the last moment, and it was another run, or scrolled, or a newer watchdog's. */
const refused = (action: string, at: number): Happening => ({
  at,
  what: "act-failed",
  action,
  because: "the session changed at the last moment",
});

const endOf = (action: Extract<Action, { readonly do: "settle" | "drop" }>): End =>
  action.do === "settle" ? { state: action.state } : { state: action.state, because: action.because };

/** A handoff has one for each commit that it told of: exactly one a commit and recipient. */
export function receiptsOf(message: Message, end: End, at: number): readonly Happening[] {
  const { id, text, from, to } = message;
  const commits = commitsOf(message);
  if (end.state === "refused" || end.state === "expired") {
    const { state: what, because } = end;
    return [{ at, what, message: id, text, from, because, ...(commits.length === 0 ? {} : { commits }) }];
  }
  const { state } = end;
  if (from !== "handoff" || commits.length === 0)
    return [{ at, what: "submitted", message: id, text, from, state }];
  const typed = toTyped(message);
  return commits.map((sha) => ({ at, what: "pinged", sha, recipient: to, message: typed, id, state }));
}

/** What it began at a server that it shares would go on there without it. */
async function leaveServer(agent: Agent, { site, disk }: Host): Promise<void> {
  const service = serverOf(agent, site.project)?.service ?? null;
  if (service !== null) await leaveSeat(site.state, service.name, agent.name, disk);
}

const processesOf = async (instance: string, host: Host): Promise<readonly number[]> =>
  (await host.processes()).get(instance) ?? [];
