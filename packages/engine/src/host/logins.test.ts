import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { ownDirectory } from "../../test/real.ts";
import { agentOf } from "../../test/scene.ts";
import { systemDisk } from "./disk.ts";
import { loginsOf } from "./logins.ts";
import type { Site } from "./site.ts";

const KEY = "sk-ant-secret-0123456789";

async function logins(
  env: Readonly<Record<string, string>>,
  { backend = "claude", own = {}, root = "/", env_file = null as string | null } = {},
) {
  const settings = { env: own, env_file };
  const project = { agents: [agentOf("persistent", "heal", { backend })], backends: { [backend]: settings } };
  const site = { root, project } as unknown as Site;
  return (await loginsOf(site, env, systemDisk)).get(backend) ?? null;
}

it("is the folder of the login, by whatever way it is reached", async () => {
  const home = await ownDirectory();
  await mkdir(path.join(home, ".claude"));
  await symlink(".claude", path.join(home, "also"));
  const usual = await logins({ HOME: home });
  expect(usual).toEqual({ id: expect.stringMatching(/^claude:[0-9a-f]{12}$/), says: "claude in ~/.claude" });
  const link = path.join(home, "also");
  expect((await logins({ HOME: home, CLAUDE_CONFIG_DIR: link }))?.id).toBe(usual?.id);
  expect((await logins({ HOME: home }, { own: { CLAUDE_CONFIG_DIR: link } }))?.id).toBe(usual?.id);
  expect((await logins({ HOME: home, CLAUDE_CONFIG_DIR: home }))?.id).not.toBe(usual?.id);
});

it("is a key of the environment or of a file of secrets, of which only a digest is known", async () => {
  const home = await ownDirectory();
  await writeFile(path.join(home, ".env"), `ANTHROPIC_API_KEY=${KEY}\n`);
  const login = await logins({ HOME: home, ANTHROPIC_API_KEY: KEY });
  expect(login).toEqual({
    id: expect.stringMatching(/^claude:[0-9a-f]{12}$/),
    says: "claude with an API key",
  });
  expect(await logins({ HOME: "/nowhere" }, { root: home, env_file: ".env" })).toEqual(login);
  expect((await logins({ HOME: home, ANTHROPIC_API_KEY: `${KEY}0` }))?.id).not.toBe(login?.id);
  expect((await logins({ HOME: home }, { root: home, env_file: "none" }))?.says).toBe("claude in ~/.claude");
});

it.each([
  ["codex", { HOME: "/h" }, "codex in ~/.codex"],
  ["codex", { HOME: "/h", CODEX_HOME: "/srv/codex" }, "codex in /srv/codex"],
  ["codex", { HOME: "/h", CODEX_API_KEY: KEY }, "codex with an API key"],
  ["codex", { HOME: "/h", OPENAI_API_KEY: KEY }, "codex with an API key"],
  ["gemini", { HOME: "/h" }, "gemini in ~/.gemini"],
  ["gemini", { HOME: "/h", GEMINI_API_KEY: KEY }, "gemini with an API key"],
  ["gemini", { HOME: "/h", GOOGLE_GENAI_USE_VERTEXAI: "1" }, null],
  ["claude", { HOME: "/h", CLAUDE_CODE_USE_BEDROCK: "1" }, null],
  ["opencode", { HOME: "/h", ANTHROPIC_API_KEY: KEY }, null],
  ["demo", { HOME: "/h" }, null],
  ["demo", { HOME: "/h", DEMO_LOGIN: "acme" }, "demo as acme"],
] as const)("of %s with %j is %j", async (backend, env, says) => {
  expect((await logins(env, { backend }))?.says ?? null).toBe(says);
});
