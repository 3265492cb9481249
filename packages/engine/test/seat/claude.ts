import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Program } from "./program.ts";

const MODEL = "claude-opus-5-5";

export const claude: Program = {
  files: ({ home, trusts }) => ({
    [path.join(home, ".claude.json")]: json({
      hasCompletedOnboarding: true,
      hasSeenAutoDefaultNotice: true,
      resumeReturnDismissed: true,
      projects: Object.fromEntries(trusts.map((folder) => [folder, { hasTrustDialogAccepted: true }])),
    }),
    [path.join(home, ".claude/settings.json")]: json({ skipDangerousModePermissionPrompt: true }),
  }),
  env: ({ home, url, key }) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: key,
    // Else it refuses to allow everything to root.
    IS_SANDBOX: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_DISABLE_ALTERNATE_SCREEN: "1",
    CLAUDE_CODE_TMPDIR: path.join(home, "tmp"),
  }),
  argv: ({ prompt, resume, args }, { asks }) => [
    "claude",
    ...(asks ? ["--permission-mode", "manual"] : ["--dangerously-skip-permissions"]),
    ...["--model", MODEL],
    ...(resume === null ? [] : ["--resume", resume]),
    ...args,
    ...(prompt === null ? [] : [prompt]),
  ],
  async conversation(place) {
    const folder = path.join(place.home, ".claude/projects", place.workdir.replaceAll(/[^a-zA-Z0-9]/g, "-"));
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".jsonl"));
    const files = await Promise.all(
      names.map(async (name) => ({ name, written: (await stat(path.join(folder, name))).mtimeMs })),
    );
    return files.sort((a, b) => b.written - a.written)[0]?.name.replace(".jsonl", "") ?? null;
  },
  box: /^❯/m,
  busy: /esc to interrupt/,
  asking: /Do you want to proceed\?/,
  yes: ["Enter"],
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
