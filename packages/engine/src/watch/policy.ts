import type { Policy } from "../project.ts";

const second = 1_000;
const minute = 60 * second;

/** The [supervision] table when it says nothing. */
export const DEFAULT_POLICY: Policy = {
  signal_tick: 30 * second,
  heavy_tick: 300 * second,
  stall_idle: 300 * second,
  stall_grace: 180 * second,
  max_wait: 600 * second,
  start_timeout: 120 * second,
  catch_up: 24 * 60 * minute,
  healthy_after: 10 * minute,
  backoff: [0, 30, 60, 120, 240, 480].map((seconds) => seconds * second),
  start_limit: 5,
  start_limit_window: 30 * minute,
  restart_gap: 10 * second,
  turn_grace: 120 * second,
  quit_grace: 3 * second,
  stop_signal: "TERM",
  stop_grace: 10 * second,
  clock_jump: 30 * second,
};
