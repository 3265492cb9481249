import { glob } from "node:fs/promises";
import path from "node:path";
import type { Program } from "./program.ts";

const ASK_FIRST = `prefix_rule(pattern=["touch"], decision="prompt")
`;

export const codex: Program = {
  files: ({ home, trusts, url, asks }) => ({
    // With the sandbox off it asks only where a rule says so.
    ...(asks ? { [path.join(home, ".codex/rules/default.rules")]: ASK_FIRST } : {}),
    [path.join(home, ".codex/config.toml")]: `model = "fake-model"
model_provider = "fake"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
# Else it copies itself into the home (405 MB), and leaves processes that outlive it.
daemon_auto_start = false
[model_providers.fake]
name = "fake"
base_url = "${url}/v1"
env_key = "FAKE_KEY"
wire_api = "responses"
${trusts.map((folder) => `[projects."${folder}"]\ntrust_level = "trusted"\n`).join("")}`,
  }),
  env: ({ key }) => ({ FAKE_KEY: key }),
  argv: ({ prompt, resume, args }, { asks }) => [
    "codex",
    ...(resume === null ? [] : ["resume"]),
    "--no-alt-screen",
    ...(asks
      ? ["--ask-for-approval", "on-request", "--sandbox", "danger-full-access"]
      : ["--dangerously-bypass-approvals-and-sandbox"]),
    ...args,
    ...(resume === null ? [] : [resume]),
    ...(prompt === null ? [] : [prompt]),
  ],
  async conversation({ home }) {
    const rollouts: string[] = [];
    for await (const file of glob(path.join(home, ".codex/sessions/*/*/*/rollout-*.jsonl")))
      rollouts.push(file);
    return /rollout-.{19}-(.+)\.jsonl$/.exec(rollouts.sort().at(-1) ?? "")?.[1] ?? null;
  },
  // Until its footer names the model, it is only half up, and on a busy machine that takes ten seconds.
  box: /^›[\s\S]*^ {2}fake-model /m,
  busy: /esc to interrupt/,
  asking: /Would you like to run the following command\?/,
  yes: ["y"],
};
