import { createHash } from "node:crypto";
import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { git, ownCheckout, ROOT } from "./own.ts";

const release = (root: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  execa(process.execPath, [path.join(root, "scripts/release-engine.ts"), ...args], {
    cwd: root,
    env,
    reject: false,
  });

it("the release is the same commit wherever, whenever and by whomever it is made", async () => {
  const here = await ownCheckout("here");
  const there = await ownCheckout("a folder/with blanks");
  const env = { TZ: "Asia/Tokyo", GIT_AUTHOR_NAME: "Eve", LANG: "de_DE.UTF-8", GIT_DIR: "/nowhere" };
  expect(await release(here)).toMatchObject({ exitCode: 0 });
  expect(await release(there, [], env)).toMatchObject({ exitCode: 0 });
  const [one, other] = [here, there].map((root) =>
    git(path.join(root, ".fleet/engine.git"), "rev-parse", "main", "v0.1.0"),
  );
  expect(one).toBe(other);
});

it("the release is exactly the launcher, one program, its schema and its papers, and runs as it is", async () => {
  const root = await ownCheckout("checkout");
  await release(root);
  const tree = git(
    path.join(root, ".fleet/engine.git"),
    "ls-tree",
    "-r",
    "--format=%(objectmode) %(path)",
    "main",
  );
  expect(tree.trim().split("\n")).toEqual([
    "100644 CHANGELOG.md",
    "100644 LICENSE",
    "100644 README.md",
    "100644 RELEASE.json",
    "100644 VERSION",
    "100755 agents",
    "100644 agents.mjs",
    "100644 schema/agents.schema.json",
  ]);
  git(root, "clone", "--quiet", ".fleet/engine.git", "engine");
  const engine = path.join(root, "engine");
  expect((await execa(path.join(engine, "agents"), ["--version"])).stdout).toBe("agents 0.1.0");
  expect((await execa(path.join(engine, "agents"), ["up", "--help"])).stdout).toContain(
    "agents up [agent..]",
  );
  expect((await execa("cat", [path.join(engine, "LICENSE")])).stdout).toContain("agents.mjs contains zod ");
});

it("the release says what it is, what it brings, and what each of its files holds", async () => {
  const root = await ownCheckout("checkout");
  await writeFile(path.join(root, "CHANGELOG.md"), "# Changelog\n\n## Unreleased\n\n- It flies.\n");
  await release(root, ["--version", "0.2.0"]);
  git(root, "clone", "--quiet", ".fleet/engine.git", "engine");
  const read = (name: string) => readFile(path.join(root, "engine", name), "utf8");
  const { files, ...manifest } = JSON.parse(await read("RELEASE.json"));
  expect(manifest).toEqual({ name: "fleet-engine", version: "0.2.0", answers: 1, state: 1 });
  const names = git(path.join(root, "engine"), "ls-files").trim().split("\n");
  expect(Object.keys(files)).toEqual(names.filter((name) => name !== "RELEASE.json"));
  for (const [name, hash] of Object.entries(files))
    expect(
      `${name} ${createHash("sha256")
        .update(await read(name))
        .digest("hex")}`,
    ).toBe(`${name} ${hash}`);
  expect(await read("CHANGELOG.md")).toBe("# Changelog\n\n## 0.2.0\n\n- It flies.\n");
  expect((await execa(path.join(root, "engine/agents"), ["--version"])).stdout).toBe("agents 0.2.0");
});

it("a second release of the same source has nothing to do, and one of another is refused until the version is raised", async () => {
  const root = await ownCheckout("checkout");
  const made = await release(root);
  expect(made.stdout).toMatch(/^release-engine: v0\.1\.0 is [0-9a-f]{40} in \.fleet\/engine\.git$/);
  expect((await release(root)).stdout).toMatch(
    /^release-engine: v0\.1\.0 is there already, .*: nothing to do/,
  );
  const before = git(path.join(root, ".fleet/engine.git"), "show-ref");

  await appendFile(path.join(root, "packages/engine/release/README.md"), "\nOne line more.\n");
  const refused = await release(root);
  expect(refused).toMatchObject({ exitCode: 4, stdout: "" });
  expect(refused.stderr).toMatch(/^release-engine: v0\.1\.0 is there already, from another source/);
  expect(refused.stderr).toContain(
    "raise the version in packages/engine/package.json or give --version, or use --replace",
  );
  expect(git(path.join(root, ".fleet/engine.git"), "show-ref")).toBe(before);

  const manifest = { name: "@fleet/engine", version: "0.1.1" };
  await writeFile(path.join(root, "packages/engine/package.json"), JSON.stringify(manifest));
  expect(await release(root)).toMatchObject({ exitCode: 0 });
  expect(git(path.join(root, ".fleet/engine.git"), "tag").trim().split("\n")).toEqual(["v0.1.0", "v0.1.1"]);
  expect(git(path.join(root, ".fleet/engine.git"), "show", "v0.1.1:VERSION")).toBe("0.1.1\n");
});

it("--replace moves the tag, for development", async () => {
  const root = await ownCheckout("checkout");
  await release(root);
  await appendFile(path.join(root, "packages/engine/release/README.md"), "\nOne line more.\n");
  expect(await release(root, ["--replace"])).toMatchObject({ exitCode: 0 });
  expect(git(path.join(root, ".fleet/engine.git"), "show", "v0.1.0:README.md")).toContain("One line more.");
});

it("two releases at the same moment make one repository", async () => {
  const root = await ownCheckout("checkout");
  const both = await Promise.all([release(root), release(root)]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await readdir(path.join(root, ".fleet"))).toEqual(["engine.git"]);
});

it.each([
  ["an unknown flag", ["--bogus"], "wrong usage"],
  ["a version that is none", ["--version", "next"], '"next" is not a version like 0.2.0'],
])("wrong usage is a sentence: %s", async (_, words, said) => {
  expect(await release(ROOT, words)).toMatchObject({
    exitCode: 2,
    stderr: `release-engine: ${said}\n  usage: pnpm release:engine [--to REPOSITORY] [--version VERSION] [--replace]`,
  });
});
