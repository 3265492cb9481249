import { closest, defineCommand, Failure } from "@fleet/engine";
import { loadSchemas } from "@fleet/fleet";

export const schemaCommand = defineCommand({
  name: "schema",
  about: "print the JSON schema of a file that you write, or of what a command answers",
  operands: "[name]",
  flags: {},
  examples: [
    ["fleet schema", "the names"],
    ["fleet schema agents > agents.schema.json", "for an editor: #:schema ./agents.schema.json"],
  ],
  async run([name], _, world) {
    const schemas = await loadSchemas();
    if (name === undefined) {
      for (const [one, { title }] of Object.entries(schemas)) world.out(`${one.padEnd(16)}${title}\n`);
      return 0;
    }
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    if (schema !== undefined) {
      world.out(`${JSON.stringify(schema, null, 2)}\n`);
      return 0;
    }
    const meant = closest(name, Object.keys(schemas));
    throw new Failure("UNKNOWN_NAME", `there is no schema "${name}"`, {
      hint: meant === null ? `schemas: ${Object.keys(schemas).join(", ")}` : `did you mean \`${meant}\`?`,
    });
  },
});
