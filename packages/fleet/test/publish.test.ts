import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Failure } from "@fleet/engine";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createProject, findFleet, publishEngine } from "../src/index.ts";
import { git, ownDirectory, ownWorld, releaseEngine } from "./own.ts";
import { rerelease } from "./releases.ts";

let engine: Awaited<ReturnType<typeof releaseEngine>>;
beforeAll(async () => {
  engine = await releaseEngine();
  const { repository } = engine;
  await rerelease(repository, { from: "v0.1.0", version: "0.2.0", change: (code) => code });
  git(repository, "update-ref", "refs/heads/main", "v0.2.0");
}, 60_000);
afterAll(() => engine.dispose());

const TOML = '# Ours.\n[engine] # where\n  url  = "./.fleet/engine.git"   # made here\n  ref  = "v0.1.0"\n';

/** A fleet with releases of its own, and an empty repository far away. */
async function ownFleet() {
  const root = path.join(await ownDirectory(), "fleet");
  await mkdir(path.join(root, ".fleet"), { recursive: true });
  await cp(engine.repository, path.join(root, ".fleet/engine.git"), { recursive: true });
  const file = path.join(root, "fleet.toml");
  await writeFile(file, TOML);
  const target = path.join(path.dirname(root), "far/engine.git");
  await mkdir(path.dirname(target));
  git(root, "init", "--quiet", "--bare", "--initial-branch=main", target);
  return {
    root,
    target,
    toml: () => readFile(file, "utf8"),
    refs: () => git(target, "for-each-ref", "--format=%(refname:short)").trim().split("\n"),
    publish: async (url: string, dryRun = false) =>
      publishEngine(await findFleet(root), url, { dryRun, world: ownWorld(root) }),
  };
}

it("releases are pushed, and new projects get their engine there", async () => {
  const { root, target, toml, refs, publish } = await ownFleet();
  await createProject(await findFleet(root), { name: "old" }, ownWorld(root));
  const before = await toml();
  expect(await publish(target, true)).toEqual({
    url: target,
    pushed: ["main", "v0.1.0", "v0.2.0"],
    there: [],
    rewritten: true,
    headless: false,
    elsewhere: ["old"],
  });
  expect([await toml(), refs()]).toEqual([before, [""]]);
  expect(await publish("../far/engine.git")).toMatchObject({
    url: target,
    pushed: ["main", "v0.1.0", "v0.2.0"],
  });
  expect(await toml()).toBe(before.replace('"./.fleet/engine.git"', JSON.stringify(target)));
  expect(refs()).toEqual(["main", "v0.1.0", "v0.2.0"]);
  await createProject(await findFleet(root), { name: "new" }, ownWorld(root));
  const modules = await readFile(path.join(root, "projects/new/.gitmodules"), "utf8");
  expect(modules).toContain(`url = ${target}\n`);
});

it("a repository with another default branch takes them, and it is said what it lacks", async () => {
  const { root, target, publish } = await ownFleet();
  git(target, "symbolic-ref", "HEAD", "refs/heads/trunk");
  expect(await publish(target)).toMatchObject({ pushed: ["main", "v0.1.0", "v0.2.0"], headless: true });
  git(target, "symbolic-ref", "HEAD", "refs/heads/main");
  expect(await publish(target)).toMatchObject({ pushed: [], headless: false });
  expect(await createProject(await findFleet(root), { name: "new" }, ownWorld(root))).toMatchObject({
    is: "created",
  });
});

it("a second time pushes what is new, though main can't be gone on with, and finds the releases that were made here", async () => {
  const { root, target, toml, publish } = await ownFleet();
  const made = path.join(root, ".fleet/engine.git");
  git(made, "tag", "--delete", "v0.2.0");
  git(made, "update-ref", "refs/heads/main", "v0.1.0");
  await publish(target);
  await writeFile(path.join(root, "fleet.toml"), (await toml()).replace(target, "ssh://fleet.invalid/e.git"));
  git(made, "fetch", "--quiet", engine.repository, "refs/tags/v0.2.0:refs/tags/v0.2.0");
  git(made, "update-ref", "refs/heads/main", "v0.2.0");
  expect(await publish(target)).toMatchObject({ pushed: ["main", "v0.2.0"], there: ["v0.1.0"] });
  expect(await publish(target)).toMatchObject({
    pushed: [],
    there: ["main", "v0.1.0", "v0.2.0"],
    rewritten: false,
  });
});

it.each([
  ["an option", "--upload-pack=touch x", "WRONG_USAGE", "is not a git URL that is allowed here"],
  ["a command", "ext::sh -c 'touch x'", "WRONG_USAGE", "is not a git URL that is allowed here"],
  ["a password", "https://me:secret@example.org/e.git", "WRONG_USAGE", "a URL must not hold a password"],
  ["the place where they are", "./.fleet/engine.git", "WRONG_USAGE", "the releases are there already"],
  ["no repository", "./nowhere.git", "GIT_FAILED", "the releases can't be pushed to ./nowhere.git: "],
])("%s is refused, and changes nothing", async (_, url, code, words) => {
  const { publish, toml } = await ownFleet();
  const failure: Failure = await publish(url).then(
    () => expect.fail("published"),
    (error) => error,
  );
  expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)]);
  expect(await toml()).toBe(TOML);
});

it("a release that is another one there is not overwritten", async () => {
  const { root, target, publish, refs } = await ownFleet();
  git(
    root,
    "--git-dir",
    path.join(root, ".fleet/engine.git"),
    "push",
    "--quiet",
    target,
    "v0.2.0:refs/tags/v0.1.0",
  );
  await expect(publish(target)).rejects.toMatchObject({
    code: "DRIFTED",
    message: `${target} has v0.1.0 already, and it is another commit there`,
  });
  expect(refs()).toEqual(["v0.1.0"]);
});
