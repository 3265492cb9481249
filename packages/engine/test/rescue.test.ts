import { chmod, cp, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { type Rescue, rescue } from "../src/host/rescue.ts";
import { agentsToml, ENV, ownProgram, ownProject, until } from "./real.ts";
import { ownRemote } from "./remote.ts";

const REFS = "refs/fleet/rescue/ada";

/** A clone with one pushed commit, and an agent that works in it. */
async function ownWork() {
  const own = await ownRemote();
  await own.commit("first", { "a.txt": "a\n", "b.txt": "b\n", ".gitignore": "ignored\n" });
  await own.inClone("push", "-q", "origin", "main");
  let now = Date.UTC(2026, 5, 13, 12);
  const state = path.join(own.home, "state");
  await mkdir(state);
  const file = (name: string) => path.join(own.clone, name);
  return {
    ...own,
    state,
    file,
    /** A second later each time. */
    keep: (workdir = own.clone): Promise<Rescue | null> => {
      now += 1_000;
      return rescue({ git: own.git, agent: "ada", workdir, state, now });
    },
    refs: async () => (await own.inClone("for-each-ref", "--format=%(refname)", "refs/fleet")).split("\n"),
    names: (ref: string) => own.inClone("ls-tree", "-r", "--name-only", ref),
    content: (ref: string, name: string) => own.inClone("cat-file", "blob", `${ref}:${name}`),
    /** Everything that must not change: files, index, HEAD, branches. */
    async fingerprint() {
      const status = await own.inClone("status", "--porcelain=v2", "--branch", "--untracked-files=all");
      const heads = await own.inClone("for-each-ref", "refs/heads", "refs/remotes", "refs/tags");
      return [status, heads, (await readFile(file(".git/index"))).toString("hex")];
    },
  };
}

describe("what an agent has not pushed", () => {
  it("is kept whole: changed, new, staged and deleted files, and nothing of it is touched", async () => {
    const work = await ownWork();
    await writeFile(work.file("a.txt"), "changed\n");
    await writeFile(work.file("new ünï\n.txt"), "new\n");
    await writeFile(work.file("staged"), "staged\n");
    await work.inClone("add", "staged");
    await rm(work.file("b.txt"));
    await writeFile(work.file("ignored"), "ignored\n");
    const before = await work.fingerprint();
    const kept = await work.keep();
    expect(kept).toEqual({ ref: `${REFS}/20260613T120001000Z`, commits: 0, files: 4, omitted: 0 });
    expect(await work.fingerprint()).toEqual(before);
    const ref = kept?.ref ?? "";
    expect(await work.inClone("ls-tree", "-r", "-z", "--name-only", ref)).toBe(
      [".gitignore", "a.txt", "new ünï\n.txt", "staged", ""].join("\0"),
    );
    expect(await work.content(ref, "a.txt")).toBe("changed");
    expect(await work.inClone("rev-parse", `${ref}^`)).toBe(await work.inClone("rev-parse", "HEAD"));
    expect(await readdir(work.state)).toEqual([]);
  });

  it("is nothing when all is pushed, whatever is ignored", async () => {
    const work = await ownWork();
    await writeFile(work.file("ignored"), "x");
    await writeFile(work.file(".git/info/exclude"), "mine\n");
    await writeFile(work.file("mine"), "x");
    expect(await work.keep()).toBe(null);
    expect(await work.refs()).toEqual([""]);
  });

  it("is a commit that no remote branch has, without a commit more", async () => {
    const work = await ownWork();
    await work.commit("second", { "c.txt": "c\n" });
    const kept = await work.keep();
    expect(kept).toMatchObject({ commits: 1, files: 0 });
    expect(await work.inClone("rev-parse", kept?.ref ?? "")).toBe(await work.inClone("rev-parse", "HEAD"));
  });

  it("is not kept twice; and what changed since is kept beside it", async () => {
    const work = await ownWork();
    await writeFile(work.file("a.txt"), "one\n");
    const first = await work.keep();
    expect(await work.keep()).toEqual(first);
    await writeFile(work.file("a.txt"), "two\n");
    const second = await work.keep();
    expect(await work.refs()).toEqual([first?.ref, second?.ref]);
  });

  it("is kept twenty times at the most, the oldest goes first", async () => {
    const work = await ownWork();
    const kept: (string | undefined)[] = [];
    for (let nth = 0; nth < 22; nth++) {
      await writeFile(work.file("a.txt"), `${nth}\n`);
      kept.push((await work.keep())?.ref);
    }
    expect(await work.refs()).toEqual(kept.slice(-20));
  }, 60_000);

  it("of a repository without a commit, without a remote, and of a further work tree is kept, too", async () => {
    const work = await ownWork();
    const bare = path.join(work.home, "fresh");
    await work.shell("init", "-q", bare);
    await writeFile(path.join(bare, "x"), "x\n");
    expect(await work.keep(bare)).toMatchObject({ commits: 0, files: 1 });
    await work.shell("-C", bare, "add", "-A");
    await work.shell("-C", bare, "commit", "-q", "-m", "x");
    expect(await work.keep(bare)).toBe(null);
    const further = path.join(work.home, "further");
    await work.inClone("worktree", "add", "-q", "-b", "side", further);
    await writeFile(path.join(further, "y"), "y\n");
    const kept = await work.keep(further);
    expect(await work.names(kept?.ref ?? "")).toContain("y");
  });

  it("leaves the state directory out, and files that are too large", async () => {
    const work = await ownWork();
    const state = work.file("state");
    await mkdir(state);
    await writeFile(path.join(state, "records.json"), "{}");
    await writeFile(work.file("small"), "s");
    await writeFile(work.file("huge"), "");
    await truncate(work.file("huge"), 33 * 1024 * 1024);
    const kept = await rescue({ git: work.git, agent: "ada", workdir: work.clone, state, now: 1 });
    expect(kept).toMatchObject({ files: 1, omitted: 1 });
    expect(await work.names(kept?.ref ?? "")).toBe(".gitignore\na.txt\nb.txt\nsmall");
  });
});

describe("a repository that would run programs in our process", () => {
  /** Each program leaves a file of its name. */
  async function trapped() {
    const work = await ownWork();
    const ran = path.join(work.home, "ran");
    const hooks = path.join(work.home, "hooks");
    await mkdir(ran);
    await mkdir(hooks);
    for (const hook of ["reference-transaction", "post-index-change", "pre-commit", "post-commit"]) {
      await writeFile(path.join(hooks, hook), `#!/bin/sh\ntouch ${ran}/${hook}\n`);
      await chmod(path.join(hooks, hook), 0o755);
    }
    const set = async (folder: string) => {
      const settings = {
        "core.hooksPath": hooks,
        "core.fsmonitor": `touch ${ran}/fsmonitor; false`,
        "filter.evil.clean": `touch ${ran}/clean; cat`,
        "filter.evil.process": `touch ${ran}/process`,
        "filter.evil.required": "true",
        "commit.gpgsign": "true",
        "gpg.program": `${hooks}/pre-commit`,
        "diff.external": `touch ${ran}/diff`,
        "core.sshCommand": `touch ${ran}/ssh`,
      };
      for (const [key, value] of Object.entries(settings))
        await work.shell("-C", folder, "config", key, value);
    };
    return { ...work, set, folder: ran };
  }

  it("runs none: filters, fsmonitor, hooks, signing", async () => {
    const work = await trapped();
    await writeFile(work.file(".gitattributes"), "* filter=evil diff=evil\n");
    await writeFile(work.file("a.txt"), "changed\n");
    await work.set(work.clone);
    const kept = await work.keep();
    expect(kept).toMatchObject({ files: 2 });
    expect(await readdir(work.folder)).toEqual([]);
    await work.inClone("config", "--unset", "core.hooksPath");
    expect(await work.content(kept?.ref ?? "", "a.txt")).toBe("changed");
  });

  it("runs none of a submodule's or of a repository inside it, and keeps where they are", async () => {
    const work = await trapped();
    const [inner, sub] = [path.join(work.home, "inner"), work.file("sub")];
    await work.shell("init", "-q", "-b", "main", inner);
    await writeFile(path.join(inner, "x"), "x\n");
    await work.shell("-C", inner, "add", "-A");
    await work.shell("-C", inner, "commit", "-q", "-m", "x");
    await work.inClone("-c", "protocol.file.allow=always", "submodule", "add", "-q", inner, "sub");
    await work.inClone("commit", "-q", "-m", "sub");
    await work.inClone("push", "-q", "origin", "main");
    await work.shell("clone", "-q", inner, work.file("nested"));
    for (const folder of [sub, work.file("nested")]) {
      await work.set(folder);
      await writeFile(path.join(folder, ".gitattributes"), "* filter=evil\n");
      await writeFile(path.join(folder, "x"), "changed\n");
    }
    await writeFile(work.file("a.txt"), "changed\n");
    const kept = await work.keep();
    expect(kept).toMatchObject({ files: 1 });
    expect(await readdir(work.folder)).toEqual([]);
    expect(await work.inClone("ls-tree", kept?.ref ?? "", "sub")).toMatch(/^160000 commit/);
    expect(await work.names(kept?.ref ?? "")).not.toContain("nested");
  });

  it("fetches nothing that a partial clone lacks, as its remote may be a command", async () => {
    const work = await trapped();
    const lost = await work.inClone("rev-parse", "HEAD");
    await work.commit("second", { "c.txt": "c\n" });
    for (const [key, value] of [
      ["core.repositoryformatversion", "1"],
      ["extensions.partialClone", "origin"],
      ["remote.origin.promisor", "true"],
      ["remote.origin.uploadpack", `touch ${work.folder}/uploadpack; false`],
    ] as const)
      await work.inClone("config", key, value);
    await rm(work.file(`.git/objects/${lost.slice(0, 2)}/${lost.slice(2)}`));
    await expect(work.keep()).rejects.toThrow(/git .*: .+/);
    expect(await readdir(work.folder)).toEqual([]);
  });

  it("fails with a reason when it is damaged", async () => {
    const work = await ownWork();
    await writeFile(work.file("a.txt"), "changed\n");
    await writeFile(work.file(".git/index"), "not an index");
    await expect(work.keep()).rejects.toThrow(/git .*: .+/);
    await writeFile(work.file(".git/HEAD"), "nothing");
    await expect(work.keep()).rejects.toThrow(/git rev-parse: .*not a git repository/);
  });
});

describe("an agent that is stopped", () => {
  const toml = (supervision = {}) =>
    agentsToml('[agents.ada]\nkind = "persistent"\nwatch = "heal+stall"\nworkdir = "clone"\n', supervision);
  async function ownAgent(supervision = {}) {
    const project = await ownProject(toml(supervision));
    const { clone } = await ownRemote();
    await cp(clone, path.join(project.home, "clone"), { recursive: true });
    const file = (name: string) => path.join(project.home, "clone", name);
    await writeFile(file("draft.txt"), "not committed\n");
    return { project, file };
  }

  it("has its work kept before it is asked to end, and `down` says where", async () => {
    const { project, file } = await ownAgent();
    const left = path.join(project.state, "rescue-of-a-killed-watchdog");
    await mkdir(path.join(left, "objects"), { recursive: true });
    await project.up();
    const { code, out } = await project.run(["down"]);
    expect((await readdir(project.state)).filter((name) => name.startsWith("rescue-"))).toEqual([]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ada {2}stopped\nada: 0 commits and 1 changed file not pushed, kept as refs/);
    const story = (await project.journal()).map(({ what }) => what);
    expect(story.indexOf("rescued")).toBeGreaterThan(0);
    expect(story.indexOf("rescued")).toBeLessThan(story.indexOf("quit-typed"));
    expect(await project.journal("rescued")).toHaveLength(1);
    await rm(file("draft.txt"));
    const back = out.split("\n").find((line) => line.includes("get it back:")) ?? "";
    await execa("sh", ["-c", back.replace(/^.*: {3}/, "")], { env: ENV, extendEnv: false });
    expect(await readFile(file("draft.txt"), "utf8")).toBe("not committed\n");
    const [one] = JSON.parse((await project.run(["down", "--json"])).out).agents;
    expect(one).toEqual({ agent: "ada", outcome: "unchanged" });
  });

  it("has it kept before a stalled run is ended, too", async () => {
    const { project } = await ownAgent({
      signal_tick: '"200ms"',
      stall_idle: '"700ms"',
      stall_grace: '"300ms"',
    });
    await project.watchdog();
    await project.run(["up"]);
    await until("it is told to stop", async () => (await project.journal("told-to-stop")).length > 0);
    const story = (await project.journal()).map(({ what }) => what);
    expect(story.indexOf("rescued")).toBeGreaterThan(0);
    expect(story.indexOf("rescued")).toBeLessThan(story.indexOf("told-to-stop"));
  });

  it("is stopped all the same when nothing can be kept", async () => {
    const { project, file } = await ownAgent();
    await project.up();
    await writeFile(file(".git/HEAD"), "nothing");
    const { code, out } = await project.run(["down"]);
    expect([code, out]).toEqual([0, expect.stringContaining("could not be kept: git rev-parse")]);
    expect(await project.journal("rescue-failed")).toHaveLength(1);
  });

  it("is not held up, and nobody else is, by a git that hangs", async () => {
    const PATH = `${await ownProgram("git", "exec sleep 60")}:${ENV.PATH}`;
    const { project } = await ownAgent();
    await project.run(["up"], { env: { ...ENV, PATH } });
    const began = Date.now();
    const { code, out } = await project.run(["down"], { env: { ...ENV, PATH } });
    expect([code, out]).toEqual([0, expect.stringContaining("could not be kept: git rev-parse: timed out")]);
    expect(Date.now() - began).toBeGreaterThan(9_000);
  }, 60_000);
});
