import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { main } from "../src/main.ts";

/** A directory with these files, gone when the test ends. A text that begins with "#!" becomes a program. */
export async function ownDirectory(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-test-")));
  onTestFinished(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }
  return root;
}

export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Types one line in a folder, and listens. */
export async function fleet(
  cwd: string,
  words: readonly string[],
  { env = {}, signal = new AbortController().signal }: { env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<Said> {
  let out = "";
  let err = "";
  const exit = await main(words, {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      GIT_CONFIG_NOSYSTEM: "1",
      FLEET_NODE: process.execPath,
      ...env,
    },
    signal,
    input: async () => "",
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    color: false,
  });
  return { exit, out, err };
}

/** Asks again until it is so. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 60,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s, and still not: ${what}`);
    await wait(50);
  }
}
