import { BACKENDS } from "../backends/index.ts";
import { chooseModel, NO_OVERRIDES } from "../choose-model.ts";
import type { Agent } from "../project.ts";
import { commitsOf } from "../watch/handoff.ts";
import type { Happening } from "../watch/happening.ts";
import { type Message, toTyped } from "../watch/message.ts";
import { turnOf, wishFor } from "../watch/plan.ts";
import type { End } from "../watch/receipt.ts";
import { type AgentRecord, FRESH_RECORD, type Run } from "../watch/record.ts";
import type { Records, Wishes } from "../watch/records.ts";
import type { Action } from "../watch/scene.ts";
import { wakeMessage } from "../watch/wake.ts";
import type { Host } from "./host.ts";
import { because, type Deed, journalOf, note } from "./note.ts";
import { startAll } from "./start.ts";

/** What is about to be done and must be known after a crash: which run is started or ended and why, which message is typed or submitted. */
export async function intend(
  before: Records,
  deeds: readonly Deed[],
  host: Host,
): Promise<{ readonly intents: number; readonly records: Records }> {
  let records = before;
  let intents = 0;
  const wishes = await host.store.wishes();
  for (const deed of deeds) {
    const { agent } = deed;
    const intent = intentOf(deed, records, wishes, host);
    if (intent === null) continue;
    intents += 1;
    records = note(records, agent, intent);
    await host.store.journal(journalOf(agent, [intent]));
  }
  return { intents, records };
}

function intentOf({ agent, action }: Deed, records: Records, wishes: Wishes, host: Host): Happening | null {
  const at = host.clock.now();
  switch (action.do) {
    case "start": {
      const conversation = action.resume ? (records.agents[agent.name]?.conversation ?? null) : null;
      const run = newRun(agent, conversation, records, wishes.env, host);
      const { at: wish } = wishFor(agent, wishes, records.course, records.agents[agent.name]);
      return { at, what: "starting", run, wish, automatic: action.automatic };
    }
    case "stop":
      // Else a run that has died of our signal would seem to have died by itself.
      return { at, what: "told-to-stop", because: action.because };
    case "type":
      return { at, what: "typing", message: action.message.id };
    case "press-enter":
      return { at, what: "pressing", message: action.message.id };
    default:
      return null;
  }
}

function newRun(
  agent: Agent,
  old: AgentRecord["conversation"],
  { course }: Records,
  env: Readonly<Record<string, string>>,
  host: Host,
): Run {
  const { project } = host.site;
  const phase = agent.kind === "loop" ? (course?.phase ?? null) : null;
  const model = agent.backend === null ? null : chooseModel(project, agent, phase, { ...NO_OVERRIDES, env });
  const turn = turnOf(agent, project, course);
  const instance = host.newInstance();
  const isNamed = BACKENDS[agent.backend ?? ""]?.conversations === "the run's";
  return {
    instance,
    since: host.clock.now(),
    turn,
    model,
    backend: agent.backend,
    opened: false,
    resumed: old !== null,
    conversation: old === null && isNamed ? instance : (old?.id ?? null),
    transcript: null,
    ready: null,
  };
}

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
    const happenings = await attempt(deed, records, host);
    records = happenings.reduce((sofar, happening) => note(sofar, deed.agent, happening), records);
    await host.store.journal(journalOf(deed.agent, happenings));
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
  for (const { agent } of clears) {
    const at = host.clock.now();
    const happening: Happening =
      trouble === null
        ? { at, what: "cleared" }
        : { at, what: "act-failed", action: "clear", because: trouble };
    records = note(records, agent, happening);
    await host.store.journal(journalOf(agent, [happening]));
  }
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
      return [pressed ? { ...done(), what: "quit-entered" } : refused(action.do, clock.now())];
    }
    case "stop": {
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
    case "drop": {
      const end = endOf(action);
      await store.settle(action.message, end);
      return receiptsOf(action.message, end, clock.now());
    }
    case "take-back":
      return [{ ...done(), what: "taken-back", message: action.message.id }];
    case "start":
    case "clear":
      return [];
    default:
      return action satisfies never;
  }
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

const processesOf = async (instance: string, host: Host): Promise<readonly number[]> =>
  (await host.processes()).get(instance) ?? [];
