import process from "node:process";
import { parseArgs } from "node:util";
import { modelApi } from "./server.ts";

/*
 * The model API by hand: node packages/engine/test/model-api/main.ts [--port 8787]
 * How to tell it what to say stands in control.ts.
 */
const { values } = parseArgs({ options: { port: { type: "string", default: "8787" } } });
const api = await modelApi({
  port: Number(values.port),
  log: ({ nth, method, path, key, from, step, outcome }) =>
    process.stdout.write(
      `${[nth, method, path, key, from, step, outcome].map((one) => one ?? "-").join("  ")}\n`,
    ),
});
process.stdout.write(`the model is at ${api.url}\n`);
