import { runCommands } from "./command/main.ts";
import { runAsProcess } from "./command/process.ts";
import { engineCommands } from "./verbs/index.ts";
import { VERSION } from "./version.ts";

const AGENTS = {
  program: "agents",
  about: "Keeps the agents of one project working: its agents.toml says which.",
  version: VERSION,
  commands: engineCommands,
};

runAsProcess((argv, world) => runCommands(AGENTS, argv, world));
