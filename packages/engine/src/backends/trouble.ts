import type { Mood } from "../watch/sighting.ts";
import type { Duration, Instant } from "../watch/time.ts";

/** What ended a turn badly, and which rule knew it. */
export type Trouble = Mood & { readonly rule: string };

/** A server that failed in all of a program's own tries is asked again this much later. */
export const SERVER_REST: Duration = 300_000;

/** It helps to wait. */
export const limited = (until: Instant | null): Mood => ({ mood: "limited", until });

/** Only a person can help. */
export const ask = (question: string): Mood => ({ mood: "asking", question });

/** Only a fresh conversation helps. */
export const fatal = (error: string): Mood => ({ mood: "fatal", error });
