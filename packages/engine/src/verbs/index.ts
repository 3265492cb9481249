import type { Command } from "../command/command.ts";
import { attach } from "./attach.ts";
import { config } from "./config.ts";
import { down } from "./down.ts";
import { events } from "./events.ts";
import { explain } from "./explain.ts";
import { handoff } from "./handoff.ts";
import { hold, resume } from "./hold.ts";
import { limits } from "./limits.ts";
import { logs } from "./logs.ts";
import { phase } from "./phase.ts";
import { read } from "./read.ts";
import { record } from "./record.ts";
import { restart } from "./restart.ts";
import { send } from "./send.ts";
import { status } from "./status.ts";
import { stopEverything } from "./stop-everything.ts";
import { up } from "./up.ts";
import { validate } from "./validate.ts";
import { wake } from "./wake.ts";
import { watchdog } from "./watchdog.ts";
import { why } from "./why.ts";

/** The engine's own command line, in the order of its help. */
export const engineCommands: readonly Command[] = [
  up,
  down,
  restart,
  hold,
  resume,
  stopEverything,
  limits,
  status,
  attach,
  send,
  logs,
  events,
  why,
  phase,
  handoff,
  validate,
  explain,
  read,
  record,
  config,
  wake,
  watchdog,
];
