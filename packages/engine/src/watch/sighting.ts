import type { Instant } from "./time.ts";

/** What an agent program's own screen says it is doing. */
export type Mood =
  | { readonly mood: "busy" }
  | { readonly mood: "ready" }
  | { readonly mood: "asking"; readonly question: string }
  | { readonly mood: "limited"; readonly until: Instant | null }
  | { readonly mood: "fatal"; readonly error: string }
  | { readonly mood: "unclear" };

/** One screen, read by the backend that knows it. */
export type Reading = Mood & {
  /** What stands in the input box and was not submitted; "" when the box is empty, null when there is no box. */
  readonly draft: string | null;
  /** The final line of the agent's last message; a declared wait stands there or nowhere. */
  readonly final: string | null;
  /** What it says is running in it, a tool or work in the background, that may take long without a sign; null for nothing. */
  readonly running: string | null;
  /** Which rule of the backend knew this screen; null when none did. */
  readonly rule: string | null;
};

export type Exit = { readonly code: number } | { readonly signal: string };

/**
 * One look at one agent.
 *
 * "Unreadable" means the look failed. It is not "absent": an agent that could
 * not be seen is never restarted.
 */
export type Sighting =
  /** With the session alone, or with the whole tmux server: then it is no fault of the agent's. */
  | { readonly pane: "absent"; readonly with: "session" | "server" }
  | { readonly pane: "foreign" }
  | {
      readonly pane: "alive";
      readonly pid: number;
      readonly instance: string;
      /** When its session was made, to the second. */
      readonly created: Instant;
      /** Of what shows life on the screen: as long as it is the same, nothing was done. */
      readonly digest: string;
      /** Columns and rows. */
      readonly size: string;
      readonly reading: Reading;
      readonly screen: string;
      /** Copy mode: keys would go to tmux, not to the agent. */
      readonly scrolled: boolean;
    }
  | {
      readonly pane: "dead";
      readonly instance: string;
      readonly created: Instant;
      readonly exit: Exit;
      /** What it left on its screen. */
      readonly screen: string;
    }
  | { readonly pane: "unreadable"; readonly because: string };
