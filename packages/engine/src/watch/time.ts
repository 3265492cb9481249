/** Milliseconds since the epoch. Thinking code is handed one; only host/clock.ts reads it. */
export type Instant = number;

/** Milliseconds. */
export type Duration = number;

export const seconds = (duration: Duration): string => `${Math.round(duration / 1000)} s`;
