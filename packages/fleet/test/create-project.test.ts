import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, cp, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, findFleet } from "../src/index.ts";
import { CreatedOutput } from "../src/outputs/fleet.ts";
import { GIT_ENV, git, ownCheckout, ownDirectory, ownFleet, ownWorld, ROOT, releaseEngine } from "./own.ts";

let engine: Awaited<ReturnType<typeof releaseEngine>>;
beforeAll(async () => {
  engine = await releaseEngine();
});
afterAll(() => engine.dispose());

const create = async (root: string, name: string, env = GIT_ENV) =>
  createProject(await findFleet(root), { name }, ownWorld(root, env));

const refusal = (root: string, name: string, env = GIT_ENV) =>
  create(root, name, env).then(
    ({ is }) => is,
    ({ code, message, hint }) => `${code}: ${message} (${hint})`,
  );

const BARE: readonly string[] = [".gitignore", ".gitmodules", "agents.toml", "engine"];

/** All that a project must be. */
async function expectWhole(folder: string, releases = engine.repository, files = BARE): Promise<void> {
  expect(git(folder, "ls-files").trim().split("\n")).toEqual(files);
  const release = git(releases, "rev-parse", "v0.1.0^{commit}").trim();
  expect(git(folder, "ls-files", "--stage", "engine")).toBe(`160000 ${release} 0\tengine\n`);
  expect(git(path.join(folder, "engine"), "rev-parse", "HEAD").trim()).toBe(release);
  expect(git(folder, "status", "--porcelain", "--ignored")).toBe("");
  expect((await execa(path.join(folder, "engine/agents"), ["--version"])).stdout).toBe("agents 0.1.0");
}

describe("create-project", () => {
  it("makes a git repository with a pinned engine, and registers it disabled", async () => {
    const root = await ownFleet(engine.repository);
    const created = await create(root, "site");
    expect(created).toEqual({
      ...{
        is: "created",
        name: "site",
        path: "projects/site",
        enabled: false,
        registered: true,
        remote: null,
      },
      files: [".gitignore", ".gitmodules", "agents.toml", "engine"],
      engine: git(engine.repository, "rev-parse", "v0.1.0^{commit}").trim(),
    });
    expect(CreatedOutput.parse({ schema_version: 1, ...created })).toMatchObject(created);
    await expectWhole(path.join(root, "projects/site"));
    expect(git(path.join(root, "projects/site"), "log", "--format=%an <%ae> %s")).toBe(
      "Ada <ada@example.invalid> Create site with the engine at v0.1.0\n",
    );
    expect(await readdir(path.join(root, "projects"))).toEqual(["site"]);
    expect((await findFleet(root)).fleet.projects).toMatchObject([
      { name: "site", path: "projects/site", enabled: false, engine: null },
    ]);
  });

  it("leaves what a person wrote in fleet.toml as it is", async () => {
    const root = await ownFleet(engine.repository);
    const before = `# Ours, with care.\r\n[engine]   # here\r\nurl = '${engine.repository}'\r\nref="v0.1.0"`;
    await writeFile(path.join(root, "fleet.toml"), before);
    await chmod(path.join(root, "fleet.toml"), 0o640);
    await create(root, "site");
    const after = await readFile(path.join(root, "fleet.toml"), "utf8");
    expect(after.startsWith(`${before}\r\n\r\n[[project]]\r\nname = "site"\r\n`)).toBe(true);
    expect((await lstat(path.join(root, "fleet.toml"))).mode & 0o777).toBe(0o640);
  });

  it("names an engine on this machine by its absolute path, so that the project may go anywhere", async () => {
    const root = await ownDirectory();
    await cp(engine.repository, path.join(root, "releases.git"), { recursive: true });
    await writeFile(path.join(root, "fleet.toml"), '[engine]\nurl = "./releases.git"\nref = "v0.1.0"\n');
    await create(root, "site");
    const modules = await readFile(path.join(root, "projects/site/.gitmodules"), "utf8");
    expect(modules).toContain(`url = ${root}/releases.git\n`);
  });

  it("keeps the state, the secrets, the logs and the clones out of git", async () => {
    const root = await ownFleet(engine.repository);
    await create(root, "site");
    const site = path.join(root, "projects/site");
    for (const file of [
      ".ao-state/records.json",
      ".env",
      ".env.local",
      ".testenv",
      "run.log",
      "clones/a/x",
    ]) {
      await mkdir(path.dirname(path.join(site, file)), { recursive: true });
      await writeFile(path.join(site, file), "secret");
    }
    expect(git(site, "status", "--porcelain")).toBe("");
  });

  it("pins the commit that a branch or a commit names, in full", async () => {
    for (const ref of ["main", git(engine.repository, "rev-parse", "main").trim()]) {
      const root = await ownFleet(engine.repository, ref);
      await create(root, "site");
      await expectWhole(path.join(root, "projects/site"));
    }
  });

  it("makes a project that works where there is no fleet, and from a clone", async () => {
    const root = await ownFleet(engine.repository);
    await create(root, "site");
    const elsewhere = await ownDirectory();
    await cp(path.join(root, "projects/site"), path.join(elsewhere, "copy"), { recursive: true });
    await rm(root, { recursive: true });
    await expectWhole(path.join(elsewhere, "copy"));
    const status = await execa(path.join(elsewhere, "copy/engine/agents"), ["status"], {
      cwd: path.join(elsewhere, "copy"),
    });
    expect(status.stdout).toContain("hello     persistent  demo  -  heal  stopped");
    git(elsewhere, "clone", "--quiet", "copy", "clone");
    git(
      path.join(elsewhere, "clone"),
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "update",
      "--init",
      "engine",
    );
    await expectWhole(path.join(elsewhere, "clone"));
  });

  it("builds the engine's release first, in a checkout that has none yet", async () => {
    const root = await ownCheckout("fleet");
    await writeFile(path.join(root, "fleet.toml"), '[engine]\nurl = "./.fleet/engine.git"\nref = "v0.1.0"\n');
    const world = ownWorld(root);
    const created = await createProject(await findFleet(root), { name: "site" }, world);
    expect(world.said).toEqual(["fleet: building the engine's release into ./.fleet/engine.git (once)\n"]);
    const releases = path.join(root, ".fleet/engine.git");
    expect(created.engine).toBe(git(releases, "rev-parse", "v0.1.0").trim());
    await expectWhole(path.join(root, "projects/site"), releases);
    await createProject(await findFleet(root), { name: "shop" }, world);
    expect(world.said).toHaveLength(1);
  });

  it("makes several at the same time, and registers them all", async () => {
    const root = await ownFleet(engine.repository);
    await Promise.all(["a", "b", "c"].map((name) => create(root, name)));
    expect((await findFleet(root)).fleet.projects.map(({ name }) => name).sort()).toEqual(["a", "b", "c"]);
  });
});

describe("create-project refuses, and leaves nothing behind,", () => {
  it.each([
    ["a capital", "Site", "WRONG_USAGE", "perhaps: fleet create-project site"],
    ["a blank", "my site", "WRONG_USAGE", "perhaps: fleet create-project my-site"],
    ["an accent", "Café Zoë", "WRONG_USAGE", "perhaps: fleet create-project cafe-zoe"],
    ["a leading dash", "-rf", "WRONG_USAGE", "perhaps: fleet create-project rf"],
    ["a path", "../site", "WRONG_USAGE", "perhaps: fleet create-project site"],
    ["a format", "#(id)", "WRONG_USAGE", "perhaps: fleet create-project id"],
    ["nothing", "", "WRONG_USAGE", "a name has a-z, 0-9 and -"],
    ["33 characters", "a".repeat(33), "WRONG_USAGE", `fleet create-project ${"a".repeat(32)}`],
    ["a reserved name", "all", "INVALID_FILE", "all can't be added to fleet.toml"],
    ["a name in fleet.toml", "taken", "TAKEN", 'has a project "taken" already'],
    ["a name whose folder is there", "folder", "TAKEN", "projects/folder is there already"],
    ["a name whose folder is a dangling link", "link", "TAKEN", "projects/link is there already"],
    ["a session prefix that is taken", "prefix", "TAKEN", 'taken has the session prefix "prefix-" already'],
    [
      "a session prefix that begins like one",
      "prefix-a",
      "TAKEN",
      '"prefix-a-" begins like "prefix-" of taken',
    ],
  ])("%s", async (_sentence, name, code, words) => {
    const root = await ownFleet(engine.repository);
    const file = path.join(root, "fleet.toml");
    await writeFile(
      file,
      `${await readFile(file, "utf8")}\n[[project]]\nname = "taken"\npath = "projects/taken"\n`,
    );
    for (const folder of ["taken", "folder"])
      await mkdir(path.join(root, "projects", folder), { recursive: true });
    await symlink("/nowhere", path.join(root, "projects/link"));
    await writeFile(
      path.join(root, "projects/taken/agents.toml"),
      '[defaults]\nsession_prefix = "prefix-"\nlog_dir = ".s"\nbackend = "demo"\n[agents.a]\nkind = "persistent"\n',
    );
    const before = await readFile(file, "utf8");
    const said = await refusal(root, name);
    expect(said).toContain(`${code}: `);
    expect(said).toContain(words);
    expect(await readFile(file, "utf8")).toBe(before);
    expect(await readdir(path.join(root, "projects"))).toEqual(["folder", "link", "taken"]);
  });

  it.each([
    ["a ref that is not there", { ref: "v9.9.9" }, /^GIT_FAILED: the engine at .* has no v9\.9\.9 \(set ref/],
    ["a ref that is an option", { ref: "--upload-pack=touch x" }, /^INVALID_FILE: /],
    [
      "a url that is not there",
      { url: "./nowhere.git" },
      /^ENGINE_MISSING: there is no engine at \.\/nowhere\.git/,
    ],
    ["a url that is not a repository", { url: "." }, /^GIT_FAILED: the engine can't be fetched from \.: /],
    ["a url that is a command", { url: "ext::sh -c 'touch x'" }, /^INVALID_FILE: /],
    ["a url that is an option", { url: "--upload-pack=touch x" }, /^INVALID_FILE: /],
    [
      "a repository that is not an engine",
      { url: "./other" },
      /^ENGINE_MISSING: .* is not an engine: it has no agents/,
    ],
  ])("%s", async (_sentence, changed, words) => {
    const root = await ownFleet(engine.repository);
    const { url = engine.repository, ref = "main" } = changed as { url?: string; ref?: string };
    git(root, "init", "--quiet", "--initial-branch=main", "other");
    git(path.join(root, "other"), "commit", "--quiet", "--allow-empty", "-m", "nothing");
    await writeFile(
      path.join(root, "fleet.toml"),
      `[engine]\nurl = ${JSON.stringify(url)}\nref = ${JSON.stringify(ref)}\n`,
    );
    expect(await refusal(root, "site")).toMatch(words);
    expect(await readdir(root, { recursive: false })).toEqual(expect.not.arrayContaining(["x"]));
    const left = await readdir(path.join(root, "projects")).catch(() => []);
    expect(left).toEqual([]);
  });

  it("a commit by nobody, and says the two commands that help", async () => {
    const root = await ownFleet(engine.repository);
    const { PATH = "" } = GIT_ENV;
    const said = await refusal(root, "site", { PATH, HOME: root, GIT_CONFIG_GLOBAL: "/dev/null" });
    expect(said).toBe(
      "GIT_FAILED: git does not know who you are, and a project begins with a commit " +
        '(git config --global user.name "Your Name"\ngit config --global user.email you@example.com)',
    );
    await expect(access(path.join(root, "projects"))).rejects.toThrow();
  });
});

/** A git that counts its commands, and ends whoever calls it by force: before one of them, or some time after it. */
async function killingGit(bin: string, when: number, delay: string | null): Promise<NodeJS.ProcessEnv> {
  const real = (await execa("which", ["git"])).stdout;
  const act = delay === null ? 'kill -9 "$PPID"; exit 1' : `{ (sleep ${delay}; kill -9 "$PPID") & }`;
  await writeFile(
    path.join(bin, "git"),
    `#!/bin/sh
n=$(($(cat ${bin}/n 2>/dev/null || echo 0) + 1)); echo $n > ${bin}/n
if [ $n -eq ${when} ]; then ${act}; fi
exec ${real} "$@"
`,
    { mode: 0o755 },
  );
  return { ...GIT_ENV, PATH: `${bin}:${GIT_ENV.PATH}` };
}

async function runChild(root: string, env: NodeJS.ProcessEnv, more = {}): Promise<NodeJS.Signals | null> {
  const program = `
    const { createProject, findFleet } = await import(${JSON.stringify(path.join(ROOT, "packages/fleet/src/index.ts"))});
    const world = { cwd: ${JSON.stringify(root)}, env: process.env, signal: new AbortController().signal, color: false, out() {}, err() {} };
    await createProject(await findFleet(world.cwd), ${JSON.stringify({ name: "site", ...more })}, world);`;
  const options = ["--conditions=source", "--input-type=module", "-e", program];
  const child = spawn(process.execPath, options, { env, stdio: "ignore" });
  const [, signal] = await once(child, "exit");
  return signal;
}

/** How often create-project calls git. */
const COMMANDS = 9;

describe("create-project, ended by kill -9", () => {
  it(`calls git ${COMMANDS} times`, async () => {
    const bin = await ownDirectory();
    expect(await runChild(await ownFleet(engine.repository), await killingGit(bin, 0, null))).toBeNull();
    expect((await readFile(path.join(bin, "n"), "utf8")).trim()).toBe(String(COMMANDS));
  });

  const before = Array.from(
    { length: COMMANDS },
    (_, at) => [`before git's command ${at + 1}`, at + 1, null] as const,
  );
  const after = ["0", "0.01", "0.02"].map(
    (delay) => [`${delay} s after git's last command began`, COMMANDS, delay] as const,
  );
  it.each([...before, ...after])(
    "%s, leaves nothing or a whole project, and the next run ends it",
    async (_, when, delay) => {
      const root = await ownFleet(engine.repository);
      const bin = await ownDirectory();
      const signal = await runChild(root, await killingGit(bin, when, delay));
      if (delay === null) expect(signal).toBe("SIGKILL");
      else expect((await readFile(path.join(bin, "n"), "utf8")).trim()).toBe(String(COMMANDS));
      const site = path.join(root, "projects/site");
      const there = await access(site).then(
        () => true,
        () => false,
      );
      if (there) await expectWhole(site);
      const registered = (await findFleet(root)).fleet.projects.length > 0;
      expect(registered && !there).toBe(false);
      expect(await refusal(root, "site")).toBe(registered ? "unchanged" : "created");
      await expectWhole(site);
      expect(await readdir(path.join(root, "projects"))).toEqual(["site"]);
      expect((await findFleet(root)).fleet.projects).toHaveLength(1);
    },
  );

  it.each([
    ["before the first", 1, null],
    ["before it has its remote", 10, null],
    ["when it has its remote", 10, "0.01"],
  ])(
    "%s, leaves nothing or a whole project of a template, enabled and with its remote",
    async (_, when, delay) => {
      const root = await ownFleet(engine.repository);
      const more = {
        template: "solo",
        backend: "demo",
        enabled: true,
        remote: "https://example.invalid/site.git",
      };
      const again = async () =>
        createProject(await findFleet(root), { name: "site", ...more }, ownWorld(root));
      const bin = await ownDirectory();
      const signal = await runChild(root, await killingGit(bin, when, delay), more);
      if (delay === null) expect(signal).toBe("SIGKILL");
      else expect((await readFile(path.join(bin, "n"), "utf8")).trim()).toBe("10");
      const { files } = await again();
      const site = path.join(root, "projects/site");
      await expectWhole(site, engine.repository, files);
      expect(git(site, "remote", "get-url", "origin").trim()).toBe(more.remote);
      expect(await readdir(path.join(root, "projects"))).toEqual(["site"]);
      expect((await findFleet(root)).fleet.projects).toMatchObject([{ name: "site", enabled: true }]);
      expect((await again()).is).toBe("unchanged");
    },
  );

  it("between its place and fleet.toml, is registered by the next run", async () => {
    const root = await ownFleet(engine.repository);
    const { engine: commit } = await create(root, "site");
    await writeFile(path.join(root, "projects/site/.git/fleet-unregistered"), commit ?? "");
    await writeFile(
      path.join(root, "fleet.toml"),
      `[engine]\nurl = "${engine.repository}"\nref = "v0.1.0"\n`,
    );
    expect((await create(root, "site")).engine).toBe(commit);
    expect((await findFleet(root)).fleet.projects).toHaveLength(1);
    await expectWhole(path.join(root, "projects/site"));
  });
});

describe("create-project asked again", () => {
  it("with the same input finds nothing to do, whatever has become of the project since", async () => {
    const root = await ownFleet(engine.repository);
    const again = async (wanted: object) =>
      createProject(await findFleet(root), { name: "site", ...wanted }, ownWorld(root));
    const input = { template: "solo", backend: "demo", remote: "https://example.invalid/site.git" };
    expect((await again(input)).is).toBe("created");
    const site = path.join(root, "projects/site");
    await writeFile(path.join(site, "agents.toml"), "mine = 1\n");
    git(site, "commit", "--quiet", "--all", "-m", "Mine");
    const file = await readFile(path.join(root, "fleet.toml"), "utf8");
    await writeFile(path.join(root, "fleet.toml"), file.replace(/enabled = false.*/, "enabled = true"));
    expect((await again(input)).is).toBe("unchanged");
    expect(git(site, "log", "--format=%s").split("\n")[0]).toBe("Mine");
    for (const other of [
      {},
      { ...input, backend: "codex" },
      { ...input, remote: "https://other.invalid/x.git" },
    ])
      await expect(again(other)).rejects.toMatchObject({ code: "TAKEN" });
    await expect(again({ ...input, path: "elsewhere" })).rejects.toMatchObject({ code: "TAKEN" });
  });

  it("registers what was made without being registered", async () => {
    const root = await ownFleet(engine.repository);
    const before = await readFile(path.join(root, "fleet.toml"), "utf8");
    const wanted = { name: "site", registered: false };
    expect(await createProject(await findFleet(root), wanted, ownWorld(root))).toMatchObject({
      is: "created",
    });
    expect(await readFile(path.join(root, "fleet.toml"), "utf8")).toBe(before);
    await expectWhole(path.join(root, "projects/site"));
    expect(await refusal(root, "site")).toBe("unchanged");
    expect((await findFleet(root)).fleet.projects).toMatchObject([{ name: "site" }]);
  });
});

describe("create-project with more said", () => {
  it("makes it where it is wanted, with the engine that is wanted, enabled, and with a remote to which nothing is pushed", async () => {
    const root = await ownFleet("/nowhere.git", "v9");
    const forge = path.join(root, "forge.git");
    git(root, "init", "--quiet", "--bare", forge);
    const commit = git(engine.repository, "rev-parse", "main").trim();
    const wanted = {
      ...{ name: "site", path: "../beside", engine: commit, engineUrl: engine.repository },
      ...{ prefix: "web-", enabled: true, remote: forge },
    };
    const inner = path.join(root, "fleet");
    await mkdir(inner);
    await cp(path.join(root, "fleet.toml"), path.join(inner, "fleet.toml"));
    await createProject(await findFleet(inner), wanted, ownWorld(inner));
    const beside = path.join(root, "beside");
    await expectWhole(beside);
    expect(git(beside, "remote", "get-url", "origin").trim()).toBe(forge);
    expect(git(forge, "for-each-ref")).toBe("");
    expect(await readFile(path.join(beside, "agents.toml"), "utf8")).toContain('session_prefix = "web-"');
    expect((await findFleet(inner)).fleet.projects).toMatchObject([
      { name: "site", path: "../beside", enabled: true },
    ]);
  });

  it("says what it would make, and makes nothing, where that is all it is asked", async () => {
    const root = await ownFleet(engine.repository);
    const planned = { name: "site", template: "demo", dryRun: true };
    expect(await createProject(await findFleet(root), planned, ownWorld(root))).toMatchObject({
      ...{ is: "planned", engine: null, path: "projects/site" },
      files: expect.arrayContaining(["agents.toml", "engine", "prompts/kickoff.md", "scripts/clones.sh"]),
    });
    expect(await readdir(root)).toEqual(["fleet.toml"]);
  });

  it.each<[string, object, string, string]>([
    ["a template that is not there", { template: "sol" }, "WRONG_USAGE", "did you mean `solo`?"],
    ["a backend that is not there", { backend: "claud" }, "WRONG_USAGE", "did you mean `claude`?"],
    [
      "real agents in the demo",
      { template: "demo", backend: "claude" },
      "WRONG_USAGE",
      "--template builder-adversary",
    ],
    ["a ref that is an option", { engine: "--upload-pack=x" }, "WRONG_USAGE", "--engine takes a tag"],
    ["a url that is a command", { engineUrl: "ext::sh -c x" }, "WRONG_USAGE", "--engine-url can't be"],
    [
      "a remote with a password",
      { remote: "https://a:b@example.invalid/x" },
      "WRONG_USAGE",
      "--remote can't be",
    ],
    [
      "a prefix that tmux would expand",
      { prefix: "#(x)" },
      "WRONG_USAGE",
      "would have an agents.toml with problems",
    ],
    ["a folder that begins with a dash", { path: "-x" }, "WRONG_USAGE", "can't be the folder of a project"],
    ["a folder of git's own", { path: ".git/x" }, "WRONG_USAGE", "can't be the folder of a project"],
    ["the fleet's own folder", { path: "." }, "WRONG_USAGE", "can't be the folder of a project"],
    ["a folder under a link that leads elsewhere", { path: "link/site" }, "TAKEN", "link is a link"],
    ["a folder under a file", { path: "fleet.toml/site" }, "TAKEN", "fleet.toml is not a folder"],
    ["a folder inside of another project's", { path: "../other/in" }, "TAKEN", "lie inside each other"],
    ["a folder that is another project's by a link", { path: "../way/in" }, "TAKEN", "lie inside each other"],
    ["a folder that is there", { path: "there" }, "TAKEN", "there is there already"],
    ["a session that is another project's", { prefix: "o-x-" }, "TAKEN", "begins like"],
  ])("refuses %s, and makes nothing", async (_sentence, more, code, words) => {
    const top = await ownDirectory();
    const root = path.join(top, "fleet");
    for (const folder of ["fleet/there", "other"]) await mkdir(path.join(top, folder), { recursive: true });
    await symlink("../other", path.join(root, "link"));
    await symlink("other", path.join(top, "way"));
    await writeFile(
      path.join(top, "other/agents.toml"),
      '[defaults]\nsession_prefix = "o-"\nlog_dir = ".s"\nbackend = "demo"\n[agents.a]\nkind = "persistent"\n',
    );
    await writeFile(
      path.join(root, "fleet.toml"),
      `[engine]\nurl = "${engine.repository}"\n[[project]]\nname = "other"\npath = "../other"\n`,
    );
    const before = await readdir(top, { recursive: true });
    const said = await createProject(await findFleet(root), { name: "site", ...more }, ownWorld(root)).then(
      ({ is }) => is,
      ({ code: is, message, hint }) => `${is}: ${message} (${hint})`,
    );
    expect(said).toContain(`${code}: `);
    expect(said).toContain(words);
    expect(await readdir(top, { recursive: true })).toEqual(before);
  });
});
