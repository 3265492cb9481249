import { appendFile, chmod, cp, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isOwnEngine } from "../src/engine/own.ts";
import { git, ownDirectory, releaseEngine } from "./own.ts";

let engine: Awaited<ReturnType<typeof releaseEngine>>;
let own: string;
beforeAll(async () => {
  engine = await releaseEngine();
  own = git(engine.repository, "rev-parse", "v0.1.0:agents.mjs").trim();
});
afterAll(() => engine.dispose());

/** A project with the release as its submodule, as git checks it out. */
async function ownProject(): Promise<string> {
  const folder = await ownDirectory();
  git(folder, "init", "--quiet");
  git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", engine.repository, "engine");
  // Clocks of file systems are coarse: as young as its file, an index is not believed.
  await utimes(path.join(folder, ".git/modules/engine/index"), new Date(), new Date(Date.now() + 2_000));
  return path.join(folder, "engine");
}

describe("the engine of a project is the fleet's own", () => {
  it("when git knows its bytes, and when only they themselves tell", async () => {
    const folder = await ownProject();
    expect(isOwnEngine(folder, own)).toBe(true);
    // A copy has other times and another inode, and so has a file that was touched.
    const copy = path.join(await ownDirectory(), "engine");
    await cp(folder, copy, { recursive: true });
    expect(isOwnEngine(copy, own)).toBe(true);
    await utimes(path.join(folder, "agents.mjs"), 1, 1);
    expect(isOwnEngine(folder, own)).toBe(true);
  });

  it.each<[string, (file: string) => Promise<unknown>]>([
    ["one byte came to it", (file) => appendFile(file, "\n")],
    [
      "one byte is another, and its length and its time are as before",
      async (file) => {
        // To the nanosecond: only the time of its change tells.
        const times = `${file}.times`;
        await execa("touch", ["-r", file, times]);
        await writeFile(file, (await readFile(file, "utf8")).replace("function", "functiom"));
        await execa("touch", ["-r", times, file]);
        await rm(times);
      },
    ],
    ["it is not there", (file) => rm(file)],
    [
      "it is a link",
      async (file) => {
        await rename(file, `${file}.other`);
        await writeFile(`${file}.other`, "");
        await symlink(`${file}.other`, file);
      },
    ],
  ])("and not when %s", async (_sentence, spoil) => {
    const folder = await ownProject();
    await spoil(path.join(folder, "agents.mjs"));
    expect(isOwnEngine(folder, own)).toBe(false);
  });

  it("by its bytes alone, when the index of git is spoiled", async () => {
    const folder = await ownProject();
    const index = path.join(folder, "../.git/modules/engine/index");
    await chmod(index, 0o644);
    await writeFile(index, "nonsense");
    expect(isOwnEngine(folder, own)).toBe(true);
    await appendFile(path.join(folder, "agents.mjs"), "\n");
    expect(isOwnEngine(folder, own)).toBe(false);
  });

  it("never for a program that runs from its source", async () => {
    expect(isOwnEngine(await ownProject())).toBe(false);
  });
});
