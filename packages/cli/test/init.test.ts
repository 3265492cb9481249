import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { fleet, ownDirectory } from "./own.ts";

const read = (...names: readonly string[]) => readFile(path.join(...names), "utf8");

describe("fleet init", () => {
  it("makes a fleet of a folder that is not there yet, and the same again is nothing to do", async () => {
    const home = await ownDirectory();
    const { exit, out } = await fleet(home, ["init", "work"]);
    const root = path.join(home, "work");
    expect(exit).toBe(0);
    expect(out).toContain(`made in ${root}\n  .gitignore\n  README.md\n  fleet.toml\n  .git\n`);
    expect(out).toContain("cd work\n");
    expect((await readdir(root)).sort()).toEqual([".git", ".gitignore", "README.md", "fleet.toml"]);
    expect(await fleet(root, ["validate"])).toMatchObject({
      exit: 0,
      out: expect.stringContaining("OK, 0 projects\n"),
    });
    expect(await fleet(root, ["status"])).toMatchObject({
      exit: 0,
      out: expect.stringContaining("no projects yet"),
    });
    const again = await fleet(home, ["init", "work"]);
    expect(again).toEqual({ exit: 0, err: "", out: `nothing to do: ${root} is a fleet already\n` });
  });

  it("leaves what lies there as it is, and adds what is missing", async () => {
    const root = await ownDirectory({
      ".gitignore": "*.log\n/projects",
      "README.md": "mine\n",
      "notes.txt": "mine\n",
    });
    expect(await fleet(root, ["init"])).toMatchObject({ exit: 0, err: "" });
    expect(await read(root, ".gitignore")).toBe("*.log\n/projects\n/.fleet/\n");
    expect([await read(root, "README.md"), await read(root, "notes.txt")]).toEqual(["mine\n", "mine\n"]);
    await writeFile(path.join(root, "fleet.toml"), '[engine]\nref = "v9.9.9"\n');
    expect((await fleet(root, ["init"])).out).toContain("nothing to do");
    expect(await read(root, "fleet.toml")).toBe('[engine]\nref = "v9.9.9"\n');
  });

  it("says what it would make, and makes nothing", async () => {
    const home = await ownDirectory();
    const { exit, out } = await fleet(home, ["init", "work", "--dry-run"]);
    expect([exit, out]).toEqual([
      0,
      `would make in ${home}/work\n  .gitignore\n  README.md\n  fleet.toml\n  .git\n`,
    ]);
    expect(await readdir(home)).toEqual([]);
  });

  it("makes no repository inside of another one", async () => {
    const home = await ownDirectory();
    execFileSync("git", ["init", "-q", home]);
    await fleet(home, ["init", "work"]);
    expect(await readdir(path.join(home, "work"))).not.toContain(".git");
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[], number, string]>([
    ["a file of its name", { work: "" }, ["work"], 4, "is there and is no folder"],
    ["a file where projects go", { projects: "" }, ["."], 4, "projects is in the way"],
    ["another fleet around it", { "fleet.toml": "" }, ["work"], 4, "is inside another fleet"],
    [
      "a fleet.toml with problems",
      { "fleet.toml": "nonsense" },
      ["."],
      1,
      "is there already, and has problems",
    ],
    [
      "another workflow",
      { ".github/workflows/fleet.yml": "on: push\n" },
      [".", "--ci", "https://host/fleet.git"],
      4,
      "is another workflow",
    ],
    [
      "a URL that is a program",
      {},
      [".", "--ci", "ext::sh -c true"],
      2,
      "is not a git URL that is allowed here",
    ],
  ])("refuses %s, and does nothing", async (_, files, words, code, said) => {
    const home = await ownDirectory(files);
    const before = await readdir(home, { recursive: true });
    const { exit, err } = await fleet(home, ["init", ...words]);
    expect(err).toContain(said);
    expect(exit).toBe(code);
    expect(await readdir(home, { recursive: true })).toEqual(before);
  });

  it("has a workflow where one is asked for, with actions by their whole commits", async () => {
    const root = await ownDirectory();
    await fleet(root, ["init", "--ci", "https://host/fleet.git"]);
    const text = await read(root, ".github/workflows/fleet.yml");
    expect(text).toContain('FLEET_SOURCE: "https://host/fleet.git"\n');
    for (const [, version] of text.matchAll(/uses: \S+@(\S+)/g)) expect(version).toMatch(/^[0-9a-f]{40}$/);
  });

  it("gets the engines of its projects where the checkout of this very program has its releases", async () => {
    const home = await ownDirectory({
      "own/scripts/fleet": "#!/bin/sh\n",
      "own/packages/engine/agents": "#!/bin/sh\n",
    });
    const env = { FLEET_AGENTS: path.join(home, "own/packages/engine/agents") };
    const { out } = await fleet(home, ["init", "work"], { env });
    expect(await read(home, "work/fleet.toml")).toContain(`url = "${home}/own/.fleet/engine.git"`);
    expect(out).toContain(`ln -s ${home}/own/scripts/fleet ~/.local/bin/fleet\n`);
    await mkdir(path.join(home, "bin"));
    await symlink("../own/scripts/fleet", path.join(home, "bin/fleet"));
    const { out: known } = await fleet(home, ["init", "more"], {
      env: { ...env, PATH: `${home}/bin:${process.env.PATH}` },
    });
    expect(known).not.toContain("ln -s");
  });
});
