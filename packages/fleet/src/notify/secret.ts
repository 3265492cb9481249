import { readFile, stat } from "node:fs/promises";
import path from "node:path";

export interface Surroundings {
  /** The folder of fleet.toml: what is relative is so to it. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Why a secret can't be had; never the secret itself. */
export class NoSecret extends Error {}

const MOST = 4096;

/** What "env:NAME" or "file:PATH" holds; any other text as it is. @throws NoSecret */
export async function reveal(text: string, { root, env }: Surroundings): Promise<string> {
  const [, where, name = ""] = /^(env|file):(.+)$/.exec(text) ?? [];
  if (where === undefined) return text;
  const value = where === "env" ? env[name] : await readSecret(path.resolve(root, atHome(name, env.HOME)));
  if (value === undefined || value === "")
    throw new NoSecret(
      where === "env" ? `the environment variable ${name} is not set here` : `${name} is empty`,
    );
  return value;
}

const atHome = (file: string, home = ""): string =>
  file.startsWith("~/") ? path.join(home, file.slice(2)) : file;

async function readSecret(file: string): Promise<string> {
  try {
    const found = await stat(file);
    const { mode, size } = found;
    // A pipe would be waited for.
    if (!found.isFile()) throw new NoSecret(`${file} is no file`);
    if ((mode & 0o007) !== 0) throw new NoSecret(`everybody may read ${file}: chmod 600 it`);
    if (size > MOST) throw new NoSecret(`${file} is too large for a secret`);
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (error instanceof NoSecret) throw error;
    throw new NoSecret(`${file} can't be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
