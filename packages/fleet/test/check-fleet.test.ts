import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { checkFleet } from "../src/check-fleet.ts";
import { findInIndex, GITLINK } from "../src/facts/git-index.ts";
import { readPin } from "../src/facts/read-pin.ts";

const git = (cwd: string, ...args: readonly string[]) =>
  execFileSync(
    "git",
    ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always", ...args],
    {
      cwd,
      encoding: "utf8",
      stdio: "pipe",
    },
  ).trim();

/** A folder of its own with these files, removed after the test. */
async function folder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "check-fleet-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await write(root, files);
  return root;
}

async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}

const AGENTS =
  '[defaults]\nsession_prefix = "a-"\nlog_dir = ".state"\n[agents.a]\nkind = "persistent"\nprompt = "hello.md"\n';

async function engineRepository(): Promise<{ readonly at: string; readonly commit: string }> {
  const at = await folder({ agents: "#!/bin/sh\n" });
  git(at, "init", "-q", "-b", "main");
  git(at, "add", ".");
  git(at, "commit", "-qm", "engine");
  return { at, commit: git(at, "rev-parse", "HEAD") };
}

async function pinnedProject(root: string): Promise<string> {
  const engine = await engineRepository();
  await write(root, { ".gitignore": ".state\n", "agents.toml": AGENTS, "hello.md": "Hello.\n" });
  git(root, "init", "-q", "-b", "main");
  git(root, "submodule", "--quiet", "add", engine.at, "engine");
  git(root, "add", ".");
  git(root, "commit", "-qm", "project");
  return engine.commit;
}

const gist = async (root: string) =>
  (await checkFleet(root)).problems.map(
    ({ code, file, line, message }) => `${code} ${file}:${line} ${message}`,
  );

const list = (entries: readonly string[]) =>
  entries.map((name) => `[[project]]\nname = "${name}"\npath = "projects/${name}"\n`).join("");

/** Every file with its content and times: what a command that only reads leaves as it was. */
async function fingerprint(root: string): Promise<string> {
  const names = (await readdir(root, { recursive: true })).sort();
  const lines = names.map(async (name) => {
    const found = await stat(path.join(root, name));
    const content = found.isFile() ? await readFile(path.join(root, name), "base64") : "";
    return `${name} ${found.mode} ${found.mtimeMs} ${content}`;
  });
  return (await Promise.all(lines)).join("\n");
}

it("finds nothing wrong with a pinned project, from any folder, and changes nothing", async () => {
  const root = await folder({ "fleet.toml": list(["a"]), "projects/a/x": "" });
  // The fleet's repository ignores the project's.
  git(root, "init", "-q", "-b", "main");
  await write(root, { ".gitignore": "projects/\n" });
  const commit = await pinnedProject(path.join(root, "projects/a"));
  const before = await fingerprint(root);
  expect(await gist(root)).toEqual([]);
  expect(await gist(path.join(root, "projects/a"))).toEqual([]);
  expect(await fingerprint(root)).toBe(before);
  expect(await readPin(path.join(root, "projects/a"))).toEqual({ is: "pinned", commit, checkedOut: commit });
});

it("tells a pin that drifted from the fleet's, and an engine that drifted from its pin", async () => {
  const root = await folder();
  const project = path.join(root, "projects/a");
  await mkdir(project, { recursive: true });
  const commit = await pinnedProject(project);
  await write(root, { "fleet.toml": `${list(["a"])}engine = "${"0".repeat(40)}"\n` });
  expect(await gist(root)).toEqual([
    `FL0405 fleet.toml:4 \`a\` is pinned to ${commit}, and ${"0".repeat(40)} is expected`,
  ]);

  await write(root, { "fleet.toml": list(["a"]), "projects/a/engine/new": "" });
  git(path.join(project, "engine"), "add", ".");
  git(path.join(project, "engine"), "commit", "-qm", "new");
  const ahead = git(path.join(project, "engine"), "rev-parse", "HEAD");
  expect(await gist(root)).toEqual([
    `FL0405 fleet.toml:3 the engine of \`a\` is at ${ahead}, and its pin is ${commit}`,
  ]);

  await rm(path.join(project, "engine"), { recursive: true });
  expect(await gist(root)).toEqual(["FL0405 fleet.toml:3 the engine of `a` is not checked out"]);
});

it("takes a project in the fleet's own repository for no repository", async () => {
  const root = await folder({
    "fleet.toml": list(["a"]),
    "projects/a/.gitignore": ".state\n",
    "projects/a/agents.toml": AGENTS,
    "projects/a/hello.md": "Hello.\n",
  });
  git(root, "init", "-q", "-b", "main");
  git(root, "add", ".");
  expect(await gist(root)).toEqual(["FL0404 fleet.toml:3 `projects/a` is not a git repository of its own"]);
});

it("tells an engine that is a plain folder", async () => {
  const root = await folder({
    "fleet.toml": list(["a"]),
    "projects/a/.gitignore": ".state\n",
    "projects/a/agents.toml": AGENTS,
    "projects/a/hello.md": "Hello.\n",
    "projects/a/engine/agents": "",
  });
  git(path.join(root, "projects/a"), "init", "-q", "-b", "main");
  git(path.join(root, "projects/a"), "add", ".");
  expect(await gist(root)).toEqual([
    "FL0405 fleet.toml:3 `projects/a/engine` is not a submodule, so nothing says which engine it is",
  ]);
});

it("waits for nothing and trusts nothing: a pipe, a link that leads out, a file that is too large", async () => {
  const pinless = list(["pipe", "link", "large", "gone", "file"]).replaceAll(
    /(path = .*)/g,
    '$1\nengine = "workspace"',
  );
  const root = await folder({
    "fleet.toml": pinless,
    "projects/link/agents.toml": AGENTS,
    "projects/large/agents.toml": "#".repeat(300_000),
    "projects/pipe/x": "",
    "projects/file": "",
  });
  execFileSync("sh", ["-c", 'mkfifo "$0"', path.join(root, "projects/pipe/agents.toml")]);
  await symlink("/etc/hostname", path.join(root, "projects/link/hello.md"));
  expect(await gist(root)).toEqual([
    "FL0400 fleet.toml:15 there is no folder `projects/gone`",
    "FL0401 fleet.toml:19 `projects/file` is a file, and should be a folder",
    "FL0003 projects/large/agents.toml:1 the file is larger than 256 KiB",
    "FL0403 projects/link/agents.toml:6 `hello.md` is a link that leads out of the project",
    "FL0004 projects/pipe/agents.toml:1 agents.toml is a pipe, and should be a file",
  ]);
});

it("runs nothing that a project's git configuration names", async () => {
  const root = await folder({ "fleet.toml": list(["a"]) });
  const project = path.join(root, "projects/a");
  await mkdir(project, { recursive: true });
  await pinnedProject(project);
  git(project, "config", "core.fsmonitor", `touch ${path.join(root, "ran")}; false`);
  expect(await gist(root)).toEqual([]);
  expect(await readdir(root)).toEqual(["fleet.toml", "projects"]);
});

it.each<[string, boolean, readonly (readonly string[])[]]>([
  ["of version 2", true, []],
  ["of version 3", true, [["update-index", "--skip-worktree", "hello.md"]]],
  ["of version 4", false, [["update-index", "--index-version", "4"]]],
  ["that is split in two", false, [["update-index", "--split-index"]]],
])("reads a pin from an index %s", async (_, quick, commands) => {
  const root = await folder({
    "a/b/c.txt": "",
    "a/b/long-enough-to-need-another-padding.txt": "",
    "ab.txt": "",
  });
  const commit = await pinnedProject(root);
  for (const command of commands) git(root, ...command);
  const found = findInIndex(await readFile(path.join(root, ".git/index")), "engine");
  expect(typeof found === "string" ? found : found.object).toBe(quick ? commit : "unsure");
  if (typeof found !== "string") expect(found.mode).toBe(GITLINK);
  expect(await readPin(root)).toEqual({ is: "pinned", commit, checkedOut: commit });
});

it("finds no pin where git finds none", async () => {
  const root = await folder({
    "engine.md": "",
    engines: "",
    "a/engine": "",
    [`${"x".repeat(200)}/${"y".repeat(200)}`]: "",
  });
  git(root, "init", "-q");
  expect(await readPin(root)).toEqual({ is: "no-engine" });
  git(root, "add", ".");
  expect(await readPin(root)).toEqual({ is: "no-engine" });
  await writeFile(path.join(root, ".git/index"), "DIRC nonsense that is long enough to be looked at");
  expect((await readPin(root)).is).toBe("unreadable");
});
