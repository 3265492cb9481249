import { glob, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Program } from "./program.ts";

export const gemini: Program = {
  files: ({ home, trusts }) => ({
    [path.join(home, ".gemini/settings.json")]: `${JSON.stringify(
      {
        security: { auth: { selectedType: "gemini-api-key" } },
        general: { enableAutoUpdate: false },
        privacy: { usageStatisticsEnabled: false },
      },
      null,
      2,
    )}\n`,
    [path.join(home, ".gemini/trustedFolders.json")]: JSON.stringify(
      Object.fromEntries(trusts.map((folder) => [folder, "TRUST_FOLDER"])),
    ),
  }),
  env: ({ url, key }) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: key }),
  argv: ({ prompt, resume, args }, { asks }) => [
    "gemini",
    ...(asks ? [] : ["--yolo"]),
    ...["-m", "gemini-2.5-pro"],
    ...(resume === null ? [] : ["--resume", resume]),
    ...args,
    ...(prompt === null ? [] : ["-i", prompt]),
  ],
  async conversation({ home }) {
    const chats: string[] = [];
    for await (const file of glob(path.join(home, ".gemini/tmp/*/chats/session-*"))) chats.push(file);
    // Their names tell the minute of their beginning only.
    const files = await Promise.all(
      chats.map(async (file) => ({ file, begun: (await stat(file)).birthtimeMs })),
    );
    const newest = files.sort((a, b) => b.begun - a.begun)[0];
    if (newest === undefined) return null;
    return /"sessionId": ?"([^"]+)"/.exec(await readFile(newest.file, "utf8"))?.[1] ?? null;
  },
  box: /Type your message/,
  busy: /esc to cancel/,
  asking: /Allow execution/,
  yes: ["Enter"],
};
