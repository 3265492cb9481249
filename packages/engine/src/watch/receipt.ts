import type { Mail } from "./record.ts";

/** How a message ended. Nothing is called submitted or confirmed without evidence for it. */
export type End =
  /** Enter was pressed, and the input box let it go; or the agent's screen shows that it was heard. */
  | { readonly state: "submitted" | "confirmed" }
  /** It was not said, and will not be. */
  | { readonly state: "refused" | "expired"; readonly because: string };

/** How far a message has come. */
export type Receipt = { readonly state: "queued" | "typed" } | End;

/** The one place that says so: how it ended, else what the watchdog remembers of its way. */
export function receiptOf(id: string, end: End | null, mail: Mail | null): Receipt {
  if (end !== null) return end;
  return { state: mail?.id === id && mail.state === "typed" ? "typed" : "queued" };
}
