import { defineCommand } from "@fleet/engine";
import { diagnose } from "@fleet/fleet";
import { jsonFlag } from "./flags.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  about: "look for what hurts a fleet on this machine, and say what mends it; changes nothing without --fix",
  operands: "[project..]",
  flags: {
    fix: { type: "boolean", about: "mend what can be mended without harm, and say what was done" },
    ...jsonFlag,
  },
  examples: [
    ["fleet doctor", "the machine, the agent programs, and every enabled project"],
    ["fleet doctor shop", "of the projects only this one, also when it is disabled"],
    ["fleet doctor --fix", "permissions, .gitignore, sockets that nobody listens on"],
  ],
  async run(names, { fix = false, json }, world) {
    const { doctorJson, renderDiagnosis } = await import("../render-doctor.ts");
    const diagnosis = await diagnose(names, { fix }, world);
    world.out(json ? doctorJson(diagnosis) : renderDiagnosis(diagnosis));
    return diagnosis.findings.some(({ level }) => level === "wrong") ? 1 : 0;
  },
});
