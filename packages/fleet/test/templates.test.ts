import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { BACKENDS } from "@fleet/engine";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { checkFleet, createProject, findFleet } from "../src/index.ts";
import { TEMPLATES } from "../src/project/template-names.ts";
import { templateFiles } from "../src/project/templates.ts";
import { git, ownDirectory, ownFleet, ownWorld, ROOT, releaseEngine } from "./own.ts";

let engine: Awaited<ReturnType<typeof releaseEngine>>;
beforeAll(async () => {
  engine = await releaseEngine();
});
afterAll(() => engine.dispose());

const create = async (root: string, name: string, template: string, backend?: string) =>
  createProject(await findFleet(root), { name, template, backend, enabled: true }, ownWorld(root));

const TEMPLATE_FOLDER = path.join(ROOT, "packages/fleet/templates");

it("has every file of the templates' folder in one of the templates", async () => {
  const there = await readdir(TEMPLATE_FOLDER, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    there.filter((one) => one.isFile()).map((one) => readFile(path.join(one.parentPath, one.name), "utf8")),
  );
  const used = new Set(TEMPLATES.flatMap((name) => Object.values(templateFiles(name))));
  expect(used).toEqual(new Set(texts));
});

describe("a template", () => {
  it.each(TEMPLATES)(
    "%s makes a project in which nothing is wrong, with any backend it takes, every slot filled and every script whole",
    async (template) => {
      const root = await ownFleet(engine.repository);
      const { files } = await create(root, "site", template);
      const site = path.join(root, "projects/site");
      expect(git(site, "ls-files").trim().split("\n")).toEqual(files);
      for (const file of files.filter((one) => one !== "engine")) {
        const text = await readFile(path.join(site, file), "utf8");
        expect(text).not.toContain("__");
        if (!text.startsWith("#!")) continue;
        await execa("sh", ["-n", path.join(site, file)]);
        expect(git(site, "ls-files", "--stage", file)).toMatch(/^100755 /);
      }
      const text = await readFile(path.join(site, "agents.toml"), "utf8");
      const [, usual = ""] = /^backend = "(.*)"$/m.exec(text) ?? [];
      for (const backend of template === "demo" ? ["demo"] : Object.keys(BACKENDS)) {
        await writeFile(path.join(site, "agents.toml"), text.replace(`"${usual}"`, `"${backend}"`));
        expect([backend, (await checkFleet(root)).problems]).toEqual([backend, []]);
      }
    },
  );

  it("tells its agents the contract of the declared wait", () => {
    const prompts = TEMPLATES.map((name) =>
      Object.entries(templateFiles(name)).filter(([file]) => /^prompts\//.test(file)),
    );
    for (const files of prompts) {
      const told = files.filter(([, text]) =>
        /^ {4,}WAITING-UNTIL: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m.test(text),
      );
      expect(told).toHaveLength(1);
    }
  });
});

/** The environment of somebody who has no fleet. */
const ALONE = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  FLEET_NODE: process.execPath,
};

it("runs to its end where there is no fleet any more: the demo, and the pair with stand-ins", async () => {
  const root = await ownFleet(engine.repository);
  const elsewhere = await ownDirectory();
  const run = async (template: string) => {
    await create(root, template, template, "demo");
    const home = path.join(elsewhere, template);
    await rename(path.join(root, "projects", template), home);
    const file = path.join(home, "agents.toml");
    const text = await readFile(file, "utf8");
    const pace = '[backends.demo]\nenv = { DEMO_PACE = "0.1", DEMO_WAIT = "60" }\n';
    await writeFile(file, text.includes("DEMO_PACE") ? text.replace('"0.5"', '"0.1"') : `${text}\n${pace}`);
    return home;
  };
  const homes = [await run("demo"), await run("builder-adversary")];
  await rm(root, { recursive: true });
  const agents = (home: string, ...words: string[]) =>
    execa(path.join(home, "engine/agents"), words, {
      cwd: home,
      env: ALONE,
      extendEnv: false,
      reject: false,
    });
  onTestFinished(async () => {
    for (const home of homes) await agents(home, "down");
  });
  for (const home of homes) expect(await agents(home, "up")).toMatchObject({ exitCode: 0 });
  for (const home of homes) {
    const end = path.join(home, ".ao-state/SEQUENCE-COMPLETE");
    for (let tries = 0; tries < 1200; tries++) {
      if ((await readFile(end).catch(() => null)) !== null) break;
      await wait(50);
    }
    expect((await agents(home, "status")).stdout).toMatch(/^phase: two \[2\/2\] plan=two\.md \(complete\)$/m);
    expect(git(path.join(home, "remote.git"), "log", "--format=%s", "main")).toContain(
      "review(two.1): accepted",
    );
    expect(git(home, "status", "--porcelain")).toBe(" M agents.toml\n");
  }
}, 120_000);
