import type { Duration } from "../src/watch/time.ts";
import type { Body } from "./body.ts";
import type { World } from "./world.ts";

/** Those who share an account meet its limit together: one loop, and all who keep their conversation. */
export function limit(bodies: ReadonlyMap<string, Body>, loop: string, span: Duration, stays: boolean): void {
  for (const one of bodies.values()) {
    const { kind, name } = one.agent;
    const shares = kind === "persistent" || (kind === "loop" && name === loop);
    if (shares && ["busy", "idle", "waiting"].includes(one.state)) one.limit(span, stays);
  }
}

/** Another project of this user has met the limit of the login. It is told as lasting longer than it does: somebody is answered. */
export function limitElsewhere(world: World, span: Duration): void {
  const since = world.hours.wall();
  const met = { login: "", says: "", by: "blog/bob", since, until: since + 2 * span };
  world.limit = met;
  world.hours.after(span, () => {
    if (world.limit === met) world.limit = null;
  });
}
