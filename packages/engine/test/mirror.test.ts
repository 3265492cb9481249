import { existsSync } from "node:fs";
import { appendFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { createGit, originOf } from "../src/host/git.ts";
import { createMirror } from "../src/host/mirror.ts";
import { createRelay, type News } from "../src/host/relay.ts";
import type { Handoff } from "../src/project.ts";
import { ENV, ownDirectory, ownProgram, until } from "./real.ts";

const AUTHOR = ["-c", "user.name=ada", "-c", "user.email=ada@example.invalid", "-c", "commit.gpgsign=false"];

/** A bare remote, somebody's clone of it, and our mirror. */
async function ownRemote(branch = "main") {
  const home = await ownDirectory();
  const [remote = "", clone = "", directory = ""] = ["remote.git", "clone", "mirror.git"].map((name) =>
    path.join(home, name),
  );
  const git = createGit({ ...ENV, HOME: home });
  const shell = async (...args: readonly string[]) =>
    (await execa("git", [...AUTHOR, ...args], { env: { ...ENV, HOME: home }, extendEnv: false })).stdout;
  await shell("init", "-q", "--bare", "-b", branch, remote);
  await shell("clone", "-q", remote, clone);
  await shell("-C", clone, "checkout", "-q", "-B", branch);
  const inClone = (...args: readonly string[]) => shell("-C", clone, ...args);
  return {
    home,
    remote,
    clone,
    git,
    shell,
    inClone,
    directory,
    mirror: createMirror(git, directory, remote, branch),
    async commit(subject: string, files: Readonly<Record<string, string | null>> = {}): Promise<string> {
      for (const [name, text] of Object.entries(files))
        await (text === null ? rm(path.join(clone, name)) : writeFile(path.join(clone, name), text));
      await inClone("add", "-A");
      await inClone("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", subject);
      return inClone("rev-parse", "HEAD");
    },
    push: (...more: readonly string[]) =>
      inClone("push", "-q", ...more, "origin", `HEAD:refs/heads/${branch}`),
  };
}

const handoff = (more: Partial<Handoff> = {}): Handoff => ({
  repo: "clone",
  branch: "main",
  claim: "adversary",
  review: "builder",
  inbox: { "ADVERSARY-INBOX.md": "adversary", "BUILDER-INBOX.md": "builder" },
  ...more,
});

const SUBJECTS = [
  "claim(a1): the first",
  " claim(a2): a leading space",
  'Revert "claim(a1): the first"',
  "review(a1): a\ttab, \"quotes\", 'more', $(touch ran) and %H %s",
  "fixup! claim(a1): the first",
  "ünï 漢字 👩‍👩‍👧",
  "--output=ran",
];

it("tells new commits oldest first, each with its subject as it was written", async () => {
  const { mirror, commit, push, home } = await ownRemote();
  const seen = await commit("begin");
  await push();
  expect(await mirror.head()).toBe(seen);
  expect(await mirror.fetch()).toBe(seen);
  const shas: string[] = [];
  for (const subject of SUBJECTS) shas.push(await commit(subject));
  await push();
  const head = await mirror.fetch();
  expect(await mirror.head()).toBe(head);
  const gain = await mirror.gain(seen, handoff());
  expect(gain).toEqual({
    commits: SUBJECTS.map((subject, nth) => ({ sha: shas[nth], subject })),
    inbox: [],
    head: shas.at(-1),
  });
  expect(existsSync(path.join(home, "ran"))).toBe(false);
});

it("counts a merged branch's commits too, before their merge", async () => {
  const { mirror, commit, push, inClone } = await ownRemote();
  const seen = await commit("begin");
  await push();
  await mirror.fetch();
  await inClone("checkout", "-q", "-b", "side");
  await commit("claim(side): beside");
  await inClone("checkout", "-q", "main");
  await commit("on main");
  await inClone("merge", "-q", "--no-ff", "-m", "Merge side", "side");
  await push();
  await mirror.fetch();
  const subjects = (await mirror.gain(seen, handoff()))?.commits.map(({ subject }) => subject);
  expect(subjects?.toSorted()).toEqual(["Merge side", "claim(side): beside", "on main"]);
  expect(subjects?.at(-1)).toBe("Merge side");
});

it("is not misled by branches and tags called like the one it watches", async () => {
  const { mirror, commit, push, inClone } = await ownRemote();
  const seen = await commit("begin");
  await push();
  await mirror.fetch();
  await inClone("checkout", "-q", "-b", "origin/main");
  await commit("claim(x): not on main");
  for (const ref of [
    "refs/heads/origin/main",
    "refs/tags/main",
    "refs/tags/origin/main",
    "refs/heads/x/refs/heads/main",
  ])
    await inClone("push", "-q", "origin", `HEAD:${ref}`);
  expect(await mirror.head()).toBe(seen);
  expect(await mirror.fetch()).toBe(seen);
  expect((await mirror.gain(seen, handoff()))?.commits).toEqual([]);
});

it("says null when history was rewritten, and when what was seen is unknown", async () => {
  const { mirror, commit, push, inClone } = await ownRemote();
  await commit("begin");
  await push();
  await mirror.fetch();
  const seen = await commit("claim(x): to be undone");
  await push();
  await mirror.fetch();
  await inClone("reset", "-q", "--hard", "HEAD~1");
  await commit("claim(x): another");
  await push("--force");
  await mirror.fetch();
  expect(await mirror.gain(seen, handoff())).toBe(null);
  expect(await mirror.gain("0123456789012345678901234567890123456789", handoff())).toBe(null);
});

it("finds a branch whose name has parts, packed or loose, and no other that ends like it", async () => {
  const { mirror, commit, push, inClone, shell, remote } = await ownRemote("team/main");
  await commit("begin");
  await inClone("push", "-q", "origin", "HEAD:refs/heads/a/team/main");
  expect(await mirror.head()).toBe(null);
  const first = await commit("first");
  await push();
  expect(await mirror.head()).toBe(first);
  await shell("--git-dir", remote, "pack-refs", "--all", "--prune");
  expect(existsSync(path.join(remote, "refs/heads/team/main"))).toBe(false);
  expect(await mirror.head()).toBe(first);
  const second = await commit("second");
  await push();
  expect([await mirror.head(), await mirror.fetch()]).toEqual([second, second]);
});

it("reads a remote over a URL as it reads one on this disk", async () => {
  const { git, remote, directory, commit, push } = await ownRemote();
  const mirror = createMirror(git, directory, `file://${remote}`, "main");
  expect(await mirror.head()).toBe(null);
  const sha = await commit("claim(a): one");
  await push();
  expect([await mirror.head(), await mirror.fetch()]).toEqual([sha, sha]);
});

it("takes everything for new where the remote was empty", async () => {
  const { mirror, commit, push } = await ownRemote();
  expect(await mirror.head()).toBe(null);
  const sha = await commit("claim(a): the very first", { "BUILDER-INBOX.md": "hello\n" });
  await push();
  await mirror.fetch();
  expect(await mirror.gain("", handoff())).toEqual({
    commits: [{ sha, subject: "claim(a): the very first" }],
    inbox: ["BUILDER-INBOX.md"],
    head: sha,
  });
});

it("tells of inbox files by what is in them", async () => {
  const { mirror, commit, push } = await ownRemote();
  const [ours, theirs] = ["ADVERSARY-INBOX.md", "BUILDER-INBOX.md"];
  const steps: readonly (readonly [string, Readonly<Record<string, string | null>>, readonly string[]])[] = [
    ["one that came", { [ours]: "hello" }, [ours]],
    ["one that changed, and another that came", { [ours]: "new words", [theirs]: "hello" }, [ours, theirs]],
    ["one that was emptied", { [ours]: "" }, []],
    ["one that was written again", { [ours]: "again" }, [ours]],
    ["one that was deleted", { [ours]: null }, []],
    ["files that nobody waits for", { "README.md": "hello", "NOTES ünï": "x" }, []],
    ["no file at all", {}, []],
  ];
  let seen = await commit("begin");
  await push();
  await mirror.fetch();
  for (const [what, change, inbox] of steps) {
    const head = await commit(`note: ${what}`, change);
    await push();
    await mirror.fetch();
    expect((await mirror.gain(seen, handoff()))?.inbox, what).toEqual(inbox);
    seen = head;
  }
});

it("fails, and says why, when the remote has gone", async () => {
  const { mirror, commit, push, remote } = await ownRemote();
  await commit("begin");
  await push();
  await mirror.fetch();
  await rm(remote, { recursive: true });
  await expect(mirror.head()).rejects.toMatchObject({ code: "GIT_FAILED" });
  await expect(mirror.fetch()).rejects.toMatchObject({ code: "GIT_FAILED" });
});

describe("an agent may write anything into its clone", () => {
  const hostile = (ran: string): readonly (readonly string[])[] => [
    ["core.fsmonitor", `touch ${ran}`],
    ["core.sshCommand", `touch ${ran}; ssh`],
    ["core.hooksPath", path.dirname(ran)],
    ["core.pager", `touch ${ran}`],
    ["core.editor", `touch ${ran}`],
    ["core.gitProxy", `touch ${ran}`],
    ["credential.helper", `!touch ${ran}`],
    ["remote.origin.uploadpack", `touch ${ran}; git-upload-pack`],
    ["uploadpack.packObjectsHook", `touch ${ran};`],
    ["url.ext::touch.insteadOf", "https:"],
    ["alias.config", `!touch ${ran}`],
    ["diff.external", `touch ${ran}`],
    ["protocol.ext.allow", "always"],
  ];

  it.each([
    ["settings that name programs", null],
    ["an origin that is a program", "ext::sh -c touch% RAN"],
    ["an origin that is a flag", "--upload-pack=touch RAN"],
    ["an origin on a host that is a flag", "ssh://-oProxyCommand=touch%20RAN/x"],
  ])("and none of it runs: %s", async (_, url) => {
    const { home, clone, git, inClone, commit, push, directory } = await ownRemote();
    const ran = path.join(home, "ran");
    await commit("claim(a): one");
    await push();
    const settings = hostile(ran).map(([key = "", value]) => {
      const [, section, part, name] = /^(\w+)\.(?:(.*)\.)?(\w+)$/.exec(key) ?? [];
      return `[${section}${part === undefined ? "" : ` "${part}"`}]\n\t${name} = ${JSON.stringify(value)}\n`;
    });
    await appendFile(path.join(clone, ".git/config"), settings.join(""));
    expect(await inClone("--no-pager", "config", "--get", "protocol.ext.allow")).toBe("always");
    for (const hook of [
      "reference-transaction",
      "post-checkout",
      "pre-push",
      "post-merge",
      "fsmonitor-watchman",
    ])
      await writeFile(path.join(clone, ".git/hooks", hook), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    if (url !== null)
      await writeFile(
        path.join(clone, ".git/config"),
        `[remote "origin"]\n\turl = ${url.replace("RAN", ran)}\n`,
      );
    await rm(ran, { force: true });

    const relay = createRelay({ git, handoff: handoff(), clone, mirror: directory, wake: () => {} });
    relay.poll(null, 1, false, 0);
    await relay.idle();
    expect(relay.take().map(({ is }) => is)).toEqual(
      url === null ? ["baseline"] : url.startsWith("-") ? [] : ["trouble"],
    );
    expect(existsSync(ran)).toBe(false);
    expect((await originOf(git, clone))?.startsWith("-")).not.toBe(true);
  });

  it("and a folder that is no clone is not taken for the repository around it", async () => {
    const { git, clone, inClone } = await ownRemote();
    await inClone("init", "-q", "inner");
    await rm(path.join(clone, "inner/.git"), { recursive: true });
    expect(await originOf(git, path.join(clone, "inner"))).toBe(null);
  });
});

describe("the relay", () => {
  const news = async (relay: ReturnType<typeof createRelay>): Promise<readonly News[]> => {
    await relay.idle();
    return relay.take();
  };

  it("begins from where the branch is, then tells each gain once, and a rewritten history as a new beginning", async () => {
    const { git, clone, directory, commit, push, inClone } = await ownRemote();
    let rung = 0;
    const relay = createRelay({ git, handoff: handoff(), clone, mirror: directory, wake: () => rung++ });
    relay.poll(null, 1, false, 0);
    expect(await news(relay)).toEqual([
      { is: "baseline", seen: "", turn: 1, because: "first look", drained: [] },
    ]);
    const first = await commit("claim(a): one");
    await push();
    relay.poll({ seen: "", turn: 1 }, 1, false, 0);
    expect(await news(relay)).toMatchObject([{ is: "gain", turn: 1, gain: { head: first } }]);
    relay.poll({ seen: first, turn: 1 }, 1, false, 0);
    expect(await news(relay)).toEqual([]);
    await inClone("commit", "-q", "--allow-empty", "--amend", "-m", "another");
    await push("--force");
    relay.poll({ seen: first, turn: 1 }, 1, false, 0);
    expect(await news(relay)).toMatchObject([{ is: "baseline", because: "history was rewritten" }]);
    expect(rung).toBeGreaterThanOrEqual(3);
  });

  it("begins a new phase where the branch is, and tells what the old one still pushed", async () => {
    const { git, clone, directory, commit, push } = await ownRemote();
    const relay = createRelay({ git, handoff: handoff(), clone, mirror: directory, wake: () => {} });
    const first = await commit("begin");
    await push();
    relay.poll(null, 1, false, 0);
    await news(relay);
    const late = await commit("review(a): too late");
    await push();
    relay.poll({ seen: first, turn: 1 }, 2, true, 0);
    const drained = [{ sha: late, subject: "review(a): too late" }];
    expect(await news(relay)).toEqual([
      { is: "baseline", seen: late, turn: 2, because: "a new phase", drained },
    ]);
  });

  it("waits without a word for a clone that is not there yet", async () => {
    const { git, home, directory } = await ownRemote();
    const relay = createRelay({
      git,
      handoff: handoff(),
      clone: path.join(home, "later"),
      mirror: directory,
      wake: () => {},
    });
    relay.poll(null, 1, false, 0);
    expect(await news(relay)).toEqual([]);
    expect([relay.isFailing(), relay.because()]).toEqual([false, "clone has no origin yet"]);
  });

  it("is not held up by a remote that hangs, gives it up after a while, and leaves no process of it", async () => {
    const { home, clone, directory, inClone } = await ownRemote();
    const bin = await ownProgram("ssh", `echo $$ >${home}/pid; sleep 60; true`);
    await inClone("remote", "set-url", "origin", "ssh://somewhere/x.git");
    const git = createGit({ ...ENV, HOME: home, PATH: `${bin}:${ENV.PATH}` }, 700);
    const relay = createRelay({ git, handoff: handoff(), clone, mirror: directory, wake: () => {} });
    relay.poll(null, 1, false, 0);
    await until("it hangs", async () => existsSync(path.join(home, "pid")));
    relay.poll(null, 1, false, 0);
    expect(relay.take()).toEqual([]);
    expect(await news(relay)).toEqual([{ is: "trouble", because: "git ls-remote: timed out" }]);
    expect(relay.isFailing()).toBe(true);
    const { stdout } = await execa("pgrep", ["-f", `sh ${bin}/ssh`], { reject: false });
    expect(stdout).toBe("");
  });
});
