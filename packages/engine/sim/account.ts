import type { Duration } from "../src/watch/time.ts";
import type { Body } from "./body.ts";

/** Those who share an account meet its limit together: one loop, and all who keep their conversation. */
export function limit(bodies: ReadonlyMap<string, Body>, loop: string, span: Duration, stays: boolean): void {
  for (const one of bodies.values()) {
    const { kind, name } = one.agent;
    const shares = kind === "persistent" || (kind === "loop" && name === loop);
    if (shares && ["busy", "idle", "waiting"].includes(one.state)) one.limit(span, stays);
  }
}
