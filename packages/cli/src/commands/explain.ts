import { defineCommand, explain } from "@fleet/engine";

/** Of no project: the codes are the same for fleet.toml and agents.toml. */
export const explainCommand = defineCommand({
  ...explain,
  examples: [
    ["fleet explain FL0210", "the page of one code"],
    ["fleet explain", "a line for each code"],
  ],
});
