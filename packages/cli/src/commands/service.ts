import process from "node:process";
import { type Command, defineCommand, Failure, type FlagValues, type World } from "@fleet/engine";
import { installService, planService, readService, removeService, serviceScope } from "@fleet/fleet";
import { jsonFlag } from "./flags.ts";

// As short commands need none of it, it is loaded by these alone.
const loadRender = () => import("../render-service.ts");

const scopeFlags = {
  user: { type: "boolean", about: "units of your own systemd; the default for everyone but root" },
  system: { type: "boolean", about: "units of the machine, which run as the owner of fleet.toml" },
} as const;

/** Where nothing is said: where this fleet has its units. */
async function scopeIn(
  { user, system }: FlagValues<typeof scopeFlags>,
  world: World,
): Promise<"user" | "system"> {
  if (user && system) throw new Failure("WRONG_USAGE", "--user or --system, not both");
  if (user || system) return system ? "system" : "user";
  return (await serviceScope(world)) ?? (process.getuid?.() === 0 ? "system" : "user");
}

export const serviceInstallCommand: Command = defineCommand({
  name: "service install",
  about: "have systemd bring the fleet back after a restart of the machine; agents that run notice nothing",
  operands: "[project..]",
  flags: {
    ...scopeFlags,
    "up-all": { type: "boolean", about: "also run `fleet up --all` at every start of the machine" },
    "dry-run": { type: "boolean", about: "show the units, and change nothing" },
    ...jsonFlag,
  },
  examples: [
    ["fleet service install", "a unit for each enabled project; again after fleet.toml has changed"],
    ["fleet service install --dry-run", "what would be written, and what systemd would be told"],
    ['sudo env "PATH=$PATH" fleet service install --system', "without a login of yours"],
  ],
  async run(names, { "up-all": upAll = null, "dry-run": dry, json, ...flags }, world) {
    const wanted = { scope: await scopeIn(flags, world), names, upAll };
    if (dry) {
      const plan = await planService(wanted, world);
      const { renderServicePlan } = await loadRender();
      world.out(json ? `${JSON.stringify({ schema_version: 1, ...plan })}\n` : renderServicePlan(plan));
      return 0;
    }
    const status = await installService(wanted, world);
    const { renderService, serviceJson } = await loadRender();
    world.out(json ? serviceJson(status) : renderService(status));
    return 0;
  },
});

export const serviceStatusCommand: Command = defineCommand({
  name: "service status",
  about: "show which projects have a unit, how systemd has it, and who watches; changes nothing",
  flags: { ...scopeFlags, ...jsonFlag },
  examples: [["fleet service status", "exit 1 when a unit is missing or outdated"]],
  async run(_, { json, ...flags }, world) {
    const status = await readService(await scopeIn(flags, world), world);
    const { renderService, serviceJson } = await loadRender();
    world.out(json ? serviceJson(status) : renderService(status));
    return status.projects.every(({ file }) => file === "installed") ? 0 : 1;
  },
});

export const serviceRemoveCommand: Command = defineCommand({
  name: "service remove",
  about: "take this fleet's units away; what they watched over is watched without them",
  flags: { ...scopeFlags, ...jsonFlag },
  examples: [["fleet service remove", "agents that run notice nothing"]],
  async run(_, { json, ...flags }, world) {
    const status = await removeService(await scopeIn(flags, world), world);
    const { renderService, serviceJson } = await loadRender();
    world.out(json ? serviceJson(status) : renderService(status));
    return 0;
  },
});
