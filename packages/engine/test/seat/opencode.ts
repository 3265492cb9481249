import path from "node:path";
import type { Program } from "./program.ts";

const models = (home: string): string => path.join(home, ".config/opencode/models.json");

export const opencode: Program = {
  files: ({ home, url, key, asks }) => ({
    [path.join(home, ".config/opencode/opencode.json")]: `${JSON.stringify(
      {
        provider: {
          fake: {
            npm: "@ai-sdk/openai-compatible",
            name: "Fake",
            options: { baseURL: `${url}/v1`, apiKey: key },
            models: { "fake-model": { name: "Fake Model", limit: { context: 200_000, output: 8_192 } } },
          },
        },
        model: "fake/fake-model",
        small_model: "fake/fake-model",
        autoupdate: false,
        share: "disabled",
        ...(asks ? { permission: { bash: "ask" } } : {}),
      },
      null,
      2,
    )}\n`,
    [models(home)]: "{}\n",
  }),
  env: ({ home }) => ({
    // Reading the thousands of models that it comes with takes it ten seconds of work at each start.
    OPENCODE_MODELS_PATH: models(home),
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  }),
  // With --session it opens the conversation and drops the prompt.
  argv: ({ prompt, resume, args }, { port }) => [
    "opencode",
    ...["--port", String(port)],
    ...(resume === null ? [] : ["--session", resume]),
    ...args,
    ...(prompt === null ? [] : ["--prompt", prompt]),
  ],
  async conversation({ port, workdir }) {
    const answer = await fetch(`http://127.0.0.1:${port}/session`).catch(() => null);
    if (answer === null) return null;
    const sessions = (await answer.json()) as readonly {
      readonly id: string;
      readonly directory: string;
      readonly time: { readonly created: number };
    }[];
    const ours = sessions.filter(({ directory }) => directory === workdir);
    return ours.sort((a, b) => b.time.created - a.time.created)[0]?.id ?? null;
  },
  box: /^ *┃/m,
  busy: /esc interrupt/,
  asking: /Permission required/,
  yes: ["Enter"],
};
