import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { fleet, ownDirectory } from "./own.ts";

const ownFleet = () =>
  ownDirectory({
    "fleet.toml":
      '[[project]]\nname = "shop"\npath = "p/shop"\ntags = ["web"]\n[[project]]\nname = "blog"\npath = "p/blog"\n',
    "p/shop/agents.toml": '[agents.ada]\nbroken\n[agents.bob.env]\n [services."mail"]\n',
  });

const complete = async (cwd: string, ...words: readonly string[]) => {
  const { exit, out, err } = await fleet(cwd, ["complete", "--", `${words.length}`, "fleet", ...words]);
  expect({ exit, err }).toEqual({ exit: 0, err: "" });
  return out.split("\n").flatMap((line) => line.split("\t")[0] || []);
};

describe("fleet complete", () => {
  it("knows commands, flags, projects, tags, and the agents of a file that is being written", async () => {
    const root = await ownFleet();
    expect(await complete(root, "sta")).toEqual(["status"]);
    expect(await complete(root, "status", "--pro")).toEqual(["--problems"]);
    expect(await complete(root, "status", "")).toEqual(["shop", "blog"]);
    expect(await complete(root, "up", "--tag", "")).toEqual(["web"]);
    expect(await complete(root, "why", "shop", "")).toEqual(["ada", "bob", "mail"]);
    expect(await complete(root, "service", "")).toEqual(["install", "status", "remove"]);
  });

  it("says nothing where nothing is known", async () => {
    expect(await complete(await ownDirectory(), "up", "")).toEqual([]);
    const root = await ownFleet();
    expect(await complete(root, "why", "nobody", "")).toEqual([]);
    await writeFile(path.join(root, "fleet.toml"), "[[project");
    expect(await complete(root, "up", "")).toEqual([]);
  });

  it("is named by no help", async () => {
    expect((await fleet("/", ["--help"])).out).not.toMatch(/fleet complete\b/);
    expect((await fleet("/", ["completoin"])).err).toContain("`fleet completion`");
  });
});

it("completes in bash as it is typed there", async () => {
  const root = await ownFleet();
  const { out } = await fleet(root, ["completion", "bash"]);
  // What stands for the program is asked with the words as bash has them.
  const bin = path.join(import.meta.dirname, "../src/bin.ts");
  const program = `#!/bin/sh\nexec '${process.execPath}' --conditions=source '${bin}' "$@"\n`;
  await writeFile(path.join(root, "fleet"), program, { mode: 0o755 });
  const typed = (line: string) => {
    const script = `${out}
      COMP_LINE=${JSON.stringify(line)} COMP_POINT=\${#COMP_LINE}
      read -ra COMP_WORDS <<<"$COMP_LINE"
      [ "\${COMP_LINE: -1}" = ' ' ] && COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      $(complete -p fleet | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: `${root}:${process.env.PATH}`, HOME: root };
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
      cwd: root,
      env,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout.trim().split("\n");
  };
  expect(typed("fleet why s")).toEqual(["shop"]);
  expect(typed("fleet why shop ")).toEqual(["ada", "bob", "mail"]);
  expect(typed("fleet no-such-command x")).toEqual([""]);
});

it("knows the shells that it knows", async () => {
  for (const shell of ["zsh", "fish"])
    expect((await fleet("/", ["completion", shell])).out).toContain(" complete -- ");
  expect(await fleet("/", ["completion", "tcsh"])).toMatchObject({
    exit: 2,
    err: expect.stringContaining("shells: bash, zsh, fish"),
  });
});
