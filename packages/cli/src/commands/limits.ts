import { defineCommand, limits } from "@fleet/engine";

/** Of no project: the logins are those of the user. */
export const limitsCommand = defineCommand({
  ...limits,
  examples: [
    ["fleet limits", "a line for each login: whose, until when, and who met it"],
    ["fleet limits clear claude:3f9a0c2b1d4e", "its agents are started and told things again, from now on"],
    ["fleet limits clear --all", "of every login"],
  ],
});
