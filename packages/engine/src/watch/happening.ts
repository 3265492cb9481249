import type { Message } from "./message.ts";
import type { Blame, Run, Seen, StopReason } from "./record.ts";
import type { Restraint } from "./restraint.ts";
import type { Exit, Mood } from "./sighting.ts";
import type { Duration, Instant } from "./time.ts";

/** Something that happened to an agent. Past tense, always: a happening is a fact, not a wish. */
export type Happening = { readonly at: Instant } & (
  | {
      readonly what: "starting";
      readonly run: Run;
      readonly wish: Instant;
      readonly automatic: boolean;
    }
  | { readonly what: "started" | "resumed"; readonly instance: string; readonly model: string | null }
  | { readonly what: "start-failed"; readonly because: string }
  | { readonly what: "start-interrupted" }
  | {
      readonly what: "found";
      readonly instance: string;
      readonly turn: number | null;
      /** The wish that it serves, as far as anyone can tell. */
      readonly wish: Instant;
      /** Of a task: its session is there, so it was asked for by then. */
      readonly called: Instant | null;
    }
  | { readonly what: "schedule-began"; readonly of: string; readonly slot: Instant }
  | { readonly what: "schedule-ended" }
  | { readonly what: "slots-missed"; readonly slots: readonly Instant[]; readonly because: string }
  | { readonly what: "slot-came"; readonly slot: Instant }
  | { readonly what: "slot-skipped" | "left-alone"; readonly wish: Instant; readonly because: string }
  | { readonly what: "became-ready" }
  | {
      readonly what: "named-conversation";
      readonly id: string | null;
      /** The file in which it is noted, absolute. */
      readonly transcript: string | null;
    }
  | { readonly what: "looked"; readonly seen: Seen }
  | { readonly what: "said"; readonly mood: Mood; readonly wait: Instant | null }
  | {
      readonly what: "died";
      readonly exit: Exit;
      readonly failures: number;
      readonly blame: Blame;
      readonly limit: Instant | null;
    }
  | {
      readonly what: "vanished";
      readonly with: "session" | "server";
      readonly failures: number;
      readonly blame: Blame;
      readonly limit: Instant | null;
    }
  | { readonly what: "resume-failed" }
  | { readonly what: "missed-wait"; readonly until: Instant; readonly message: string }
  | { readonly what: "kept-wait"; readonly until: Instant }
  /** By a limit, or by a server that failed; `id` is that of the message by which it will be told to go on. */
  | {
      readonly what: "cut-short";
      readonly id: string;
      readonly run: string;
      readonly since: Instant;
      readonly until: Instant | null;
    }
  | { readonly what: "went-on" }
  /** Nothing is begun with it, because of this; and whatever is due may be begun again. */
  | ({ readonly what: "restrained" } & Restraint)
  | { readonly what: "released"; readonly by: Restraint["by"] }
  | { readonly what: "quit-typed"; readonly because: StopReason }
  | { readonly what: "quit-entered" }
  | { readonly what: "told-to-stop"; readonly because: StopReason }
  | { readonly what: "killed"; readonly processes: number }
  | {
      readonly what: "stopped";
      readonly because: StopReason;
      readonly exit: Exit | null;
      readonly failures: number;
      readonly blame: Blame;
    }
  | { readonly what: "cleared" }
  | { readonly what: "gave-up"; readonly because: string; readonly turn: number | null }
  | OnItsWay
  /** It stood in the input box of a run that has ended, or lay at a door where nobody took it; it is told again. */
  | { readonly what: "taken-back"; readonly message: string }
  | {
      readonly what: "submitted";
      readonly message: string;
      readonly text: string;
      readonly from: Message["from"];
      readonly state: "submitted" | "confirmed";
    }
  | {
      readonly what: "refused" | "expired";
      readonly message: string;
      readonly text: string;
      readonly from: Message["from"];
      readonly because: string;
      /** Of a handoff. */
      readonly commits?: readonly string[];
    }
  | {
      readonly what: "pinged";
      readonly sha: string;
      readonly recipient: string;
      readonly message: string;
      readonly id: string;
      readonly state: "submitted" | "confirmed";
    }
  | {
      readonly what: "decided";
      readonly is: string;
      readonly does: readonly string[];
      readonly [evidence: string]: unknown;
    }
  | { readonly what: "act-failed"; readonly action: string; readonly because: string }
  /** It works again, after so many failures and so long. */
  | {
      readonly what: "act-mended";
      readonly action: string;
      readonly times: number;
      readonly after: Duration;
    }
);

/** What happens to a message before its end. */
export type OnItsWay =
  | { readonly what: "typing" | "typed" | "pressing" | "pressed-enter"; readonly message: string }
  /** It is laid down, and lies, at the door of the program. */
  | { readonly what: "handing-in" | "handed-in"; readonly message: string }
  /** At the last moment tmux saw that this was not what had been looked at, and no key was pressed. */
  | { readonly what: "held-back"; readonly message: string; readonly key: "text" | "Enter" };
