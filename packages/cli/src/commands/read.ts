import { defineCommand, read } from "@fleet/engine";

/** Of no project: the engine that this command came with answers. */
export const readCommand = defineCommand({
  ...read,
  examples: [
    ["tmux capture-pane -p -e | fleet read claude", "colours tell placeholders from drafts: -e"],
    ["fleet read claude screen.txt --json", '{"mood":"ready","rule":"box","draft":"", …}'],
  ],
});
