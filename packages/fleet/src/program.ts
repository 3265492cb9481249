import { existsSync } from "node:fs";
import path from "node:path";
import type { World } from "@fleet/engine";

/** The checkout that we are run from: scripts/fleet names the launcher beside it. Null when it is not known. */
export function checkoutOf({ env }: Pick<World, "env">): string | null {
  const { FLEET_AGENTS: agents } = env;
  const root = agents === undefined ? null : path.resolve(path.dirname(agents), "../..");
  return root !== null && existsSync(path.join(root, "scripts/fleet")) ? root : null;
}

/** The program `fleet` that we are part of. */
export function programOf(world: Pick<World, "env">): string {
  const checkout = checkoutOf(world);
  return checkout === null ? "fleet" : path.join(checkout, "scripts/fleet");
}
