import { type Command, runCommands, type World } from "@fleet/engine";
import manifest from "../package.json" with { type: "json" };
import { adoptCommand } from "./commands/adopt.ts";
import { attachCommand } from "./commands/attach.ts";
import { completeCommandOf, completionCommand } from "./commands/completion.ts";
import { createProjectCommand } from "./commands/create-project.ts";
import { cutoverCommand } from "./commands/cutover.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { downCommand } from "./commands/down.ts";
import { enginePublishCommand } from "./commands/engine.ts";
import { explainCommand } from "./commands/explain.ts";
import { fingerprintCommand } from "./commands/fingerprint.ts";
import { holdCommand, resumeCommand } from "./commands/hold.ts";
import { initCommand } from "./commands/init.ts";
import { limitsCommand } from "./commands/limits.ts";
import { logsCommand } from "./commands/logs.ts";
import { metricsCommand } from "./commands/metrics.ts";
import { notifyRunCommand, notifyStatusCommand, notifyTestCommand } from "./commands/notify.ts";
import {
  eventsCommand,
  handoffCommand,
  phaseCommand,
  recordCommand,
  restartCommand,
  wakeCommand,
  watchdogCommand,
  whyCommand,
} from "./commands/one.ts";
import { parityCommand } from "./commands/parity.ts";
import { pinCommand, pinVerifyCommand } from "./commands/pin.ts";
import { readCommand } from "./commands/read.ts";
import { reportCommand } from "./commands/report.ts";
import { schemaCommand } from "./commands/schema.ts";
import { sendCommand } from "./commands/send.ts";
import { serviceInstallCommand, serviceRemoveCommand, serviceStatusCommand } from "./commands/service.ts";
import { statusCommand } from "./commands/status.ts";
import { stopEverythingCommand } from "./commands/stop-everything.ts";
import { topCommand } from "./commands/top.ts";
import { upCommand } from "./commands/up.ts";
import { upgradeCommand } from "./commands/upgrade.ts";
import { validateCommand } from "./commands/validate.ts";

/** What there is, as the help tells it. */
const CHAPTERS: Readonly<Record<string, readonly Command[]>> = {
  Begin: [initCommand, createProjectCommand, validateCommand, explainCommand, doctorCommand],
  Run: [
    upCommand,
    downCommand,
    restartCommand,
    holdCommand,
    resumeCommand,
    limitsCommand,
    stopEverythingCommand,
  ],
  See: [topCommand, statusCommand, whyCommand, logsCommand, eventsCommand, attachCommand, reportCommand],
  Steer: [sendCommand, phaseCommand, handoffCommand, wakeCommand, watchdogCommand],
  "Be told": [notifyTestCommand, notifyStatusCommand, notifyRunCommand, metricsCommand],
  "Come back after a restart of the machine": [
    serviceInstallCommand,
    serviceStatusCommand,
    serviceRemoveCommand,
  ],
  Engines: [pinCommand, pinVerifyCommand, upgradeCommand, enginePublishCommand],
  "Bring a set-up of the engine before": [adoptCommand, parityCommand, fingerprintCommand, cutoverCommand],
  Tools: [readCommand, recordCommand, schemaCommand, completionCommand],
};

const COMMANDS: readonly Command[] = [...Object.values(CHAPTERS).flat(), completeCommandOf(() => COMMANDS)];

/** Runs one line of the `fleet` command and says how the process should exit. */
export const main = (argv: readonly string[], world: World): Promise<number> =>
  runCommands(
    {
      program: "fleet",
      about: "Keeps AI coding agents working, over many projects.",
      version: manifest.version,
      commands: COMMANDS,
      chapters: CHAPTERS,
    },
    argv,
    world,
  );
