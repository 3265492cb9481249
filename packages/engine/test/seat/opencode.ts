import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Program } from "./program.ts";

const config = (home: string, file: string): string => path.join(home, ".config/opencode", file);
/** What it would fetch from the npm registry for any plugin, and wait for in vain: as if it had been fetched once. */
const FETCHED = { dependencies: { "@opencode-ai/plugin": "1.18.33" } };

const model = (name: string) => ({ name, limit: { context: 200_000, output: 8_192 } });

export const opencode: Program = {
  files: ({ home, url, key, asks }) => ({
    [config(home, "opencode.json")]: `${JSON.stringify(
      {
        provider: {
          fake: {
            npm: "@ai-sdk/openai-compatible",
            name: "Fake",
            options: { baseURL: `${url}/v1`, apiKey: key },
            models: { "fake-model": model("Fake Model"), "fake-model-2": model("Fake Model 2") },
          },
        },
        model: "fake/fake-model",
        small_model: "fake/fake-model",
        autoupdate: false,
        share: "disabled",
        ...(asks ? { permission: "ask" } : {}),
      },
      null,
      2,
    )}\n`,
    [config(home, "models.json")]: "{}\n",
    [config(home, "package.json")]: JSON.stringify(FETCHED),
    [config(home, "package-lock.json")]: JSON.stringify({ lockfileVersion: 3, packages: { "": FETCHED } }),
    [config(home, "node_modules/README")]: "Empty.\n",
  }),
  env: ({ home }) => ({
    // Reading the thousands of models that it comes with takes it ten seconds of work at each start.
    OPENCODE_MODELS_PATH: config(home, "models.json"),
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  }),
  // With --session it opens the conversation and drops the prompt.
  argv: ({ prompt, resume, args }) => [
    "opencode",
    ...(resume === null ? [] : ["--session", resume]),
    ...args,
    ...(prompt === null ? [] : ["--prompt", prompt]),
  ],
  async conversation({ home, workdir }) {
    const file = path.join(home, ".local/share/opencode/opencode.db");
    try {
      using database = new DatabaseSync(file, { readOnly: true });
      const newest = "SELECT id FROM session WHERE directory = ? ORDER BY time_created DESC LIMIT 1";
      const found = database.prepare(newest).get(workdir)?.id;
      return typeof found === "string" ? found : null;
    } catch {
      // It is not there yet.
      return null;
    }
  },
  box: /^ *┃/m,
  busy: /esc interrupt/,
  asking: /Permission required/,
  yes: ["Enter"],
};
