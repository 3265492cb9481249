import process from "node:process";
import { runCommands } from "./command/main.ts";
import { engineCommands } from "./verbs/index.ts";
import { VERSION } from "./version.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
process.once("SIGTERM", () => interrupted.abort());

process.exitCode = await runCommands(
  {
    program: "agents",
    about: "keeps the agents of one project working: its agents.toml says which",
    version: VERSION,
    commands: engineCommands,
  },
  process.argv.slice(2),
  {
    cwd: process.cwd(),
    env: process.env,
    signal: interrupted.signal,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    color: process.stdout.isTTY === true && !process.env.NO_COLOR,
  },
);
