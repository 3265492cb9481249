import type { Agent, Policy } from "../project.ts";
import type { Message } from "./message.ts";
import type { AgentRecord, Stopping, StopReason } from "./record.ts";
import type { Restraint } from "./restraint.ts";
import type { Slots } from "./schedule.ts";
import type { Exit, Sighting } from "./sighting.ts";
import type { Sign } from "./sign.ts";
import type { Instant } from "./time.ts";

/** What a person asked for, and when. Asking again wipes the slate: older failures no longer count. */
export interface Wish {
  readonly state: "up" | "down";
  readonly at: Instant;
  /** A run older than this wish does not satisfy it. */
  readonly anew: boolean;
  /** The run that comes of it begins a new conversation. Absent: it goes on with the one it has. */
  readonly fresh?: boolean | undefined;
  /** Of a wish for down: until then who is at work may end its turn. Absent: nobody is waited for. */
  readonly drain?: Instant | undefined;
}

/** Whether what a run has not pushed is kept by now, as it is before the run is stopped. "over": it is, or there is nothing to keep. */
export type RescueState = "due" | "under-way" | "over";

/** Everything one tick may know about one agent. */
export interface Scene {
  readonly agent: Agent;
  readonly wish: Wish;
  readonly policy: Policy;
  readonly record: AgentRecord;
  readonly sighting: Sighting;
  /** What its run has said of itself since the last look, oldest first. */
  readonly signs: readonly Sign[];
  /** Which turn of the phases is on; null for an agent that is no loop. */
  readonly turn: number | null;
  /** Why it can't be started just now: its workdir is not there yet, say. */
  readonly blocked: string | null;
  /** What it needs and is not there, if it was asked: who ends for lack of it is not to blame. */
  readonly lacks: string | null;
  /** Null: whatever is due may be begun. */
  readonly restraint: Restraint | null;
  /** How it lost the shared server that its run is attached to; null: it has not. */
  readonly severed: string | null;
  /** Processes of its run that live outside a living pane; null when they could not be counted. */
  readonly leftovers: number | null;
  /** Does anything in its process tree, below the program itself, use the processor? Null when that was not asked, or can't be said yet. */
  readonly working: boolean | null;
  /** No automatic restart before this: another agent was just restarted. */
  readonly restartGap: Instant;
  /** No start after a lost tmux server before this: it was lost again and again. */
  readonly serverRest: Instant;
  /** When the machine was first seen to have been started anew; 0: never. */
  readonly booted: Instant;
  /** The clock jumped lately: no wait counts as missed before this. */
  readonly grace: Instant;
  /** What its schedule says; null for who has none, and while the project is taken down. */
  readonly slots: Slots | null;
  /** The next message for it. */
  readonly message: Message | null;
  /** A plugin of ours inside its program takes messages at a door just now. */
  readonly door: boolean;
  /** What ends its program when it is typed; null when there is no such word. */
  readonly quit: string | null;
  /** Until then it may end its turn before its run is ended by plan; null: nobody waits for that. */
  readonly drain: Instant | null;
  /** Who is to be down before it, as it was started after it. */
  readonly stopsAfter: string | null;
  readonly rescue: RescueState;
}

/** How an agent is, with the evidence for it. Worked out afresh each time; never stored. */
export type Assessment =
  | { readonly is: "unseen"; readonly because: string }
  | { readonly is: "foreign" }
  | { readonly is: "down" }
  | { readonly is: "missing"; readonly automatic: boolean }
  | { readonly is: "held"; readonly because: string }
  | { readonly is: "resting"; readonly until: Instant }
  | { readonly is: "starting"; readonly since: Instant }
  | { readonly is: "working"; readonly since: Instant }
  | { readonly is: "ready"; readonly since: Instant }
  /** No rule of its backend has known its screen for long, and it says nothing of itself. */
  | { readonly is: "unread"; readonly since: Instant }
  | { readonly is: "waiting"; readonly until: Instant }
  /** It missed its declared wait; the first time it is woken. */
  | { readonly is: "overdue"; readonly until: Instant; readonly woken: boolean }
  | { readonly is: "asking"; readonly since: Instant; readonly question: string }
  /** When its limit is over it may go on by itself; where it does not, it is told to. */
  | {
      readonly is: "limited";
      readonly since: Instant;
      readonly until: Instant | null;
      readonly over: boolean;
    }
  | { readonly is: "unwell"; readonly since: Instant; readonly error: string }
  | { readonly is: "draining"; readonly because: string }
  | { readonly is: "due-to-stop"; readonly because: StopReason; readonly evidence: string }
  | {
      readonly is: "stopping";
      readonly step: Stopping["step"];
      readonly since: Instant;
      readonly enters: number;
      readonly because: StopReason;
    }
  | { readonly is: "leftover" }
  | { readonly is: "outlived"; readonly processes: number }
  | { readonly is: "finished"; readonly exit: Exit | null }
  | { readonly is: "crash-looping"; readonly because: string }
  | { readonly is: "failed"; readonly since: Instant; readonly because: string };

export type Action =
  | { readonly do: "start"; readonly automatic: boolean; readonly resume: boolean }
  | { readonly do: "rescue" }
  | { readonly do: "type-quit"; readonly because: StopReason; readonly text: string }
  | { readonly do: "enter-quit" }
  | { readonly do: "stop"; readonly because: StopReason }
  | { readonly do: "kill" }
  | { readonly do: "clear" }
  | { readonly do: "give-up"; readonly because: string }
  | { readonly do: "wake"; readonly until: Instant }
  | { readonly do: "type"; readonly message: Message }
  | { readonly do: "press-enter"; readonly message: Message }
  | { readonly do: "hand-in"; readonly message: Message }
  | { readonly do: "settle"; readonly message: Message; readonly state: "submitted" | "confirmed" }
  | {
      readonly do: "drop";
      readonly message: Message;
      readonly state: "refused" | "expired";
      readonly because: string;
    }
  /** It was not heard, by a run that has ended or by one that takes nothing at its door: it is told again. */
  | { readonly do: "take-back"; readonly message: Message };
