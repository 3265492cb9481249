import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { createMirror } from "../src/host/mirror.ts";
import { handoff, ownRemote } from "./remote.ts";

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

it("tells how a rewritten history and the one before differ, and where they part", async () => {
  const { mirror, commit, push, inClone } = await ownRemote();
  const base = await commit("begin");
  const gone = [await commit("claim(x): to be undone"), await commit("fix: y")];
  await push();
  await mirror.fetch();
  await inClone("reset", "-q", "--hard", base);
  const came = [await commit("claim(x): another"), await commit("review(z): new")];
  await push("--force");
  await mirror.fetch();
  const parting = await mirror.parting(gone[1] ?? "");
  expect(parting).toMatchObject({
    base,
    gone: gone.map((sha) => ({ sha })),
    came: came.map((sha) => ({ sha })),
  });
  expect(await mirror.parting("0123456789012345678901234567890123456789")).toBe(null);
  await inClone("checkout", "-q", "--orphan", "other");
  const root = await commit("claim(r): from nothing");
  await push("--force");
  await mirror.fetch();
  expect(await mirror.parting(base)).toMatchObject({
    base: null,
    gone: [{ sha: base }],
    came: [{ sha: root }],
  });
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

it("reads a file as it was pushed, and takes a folder or far too much for none", async () => {
  const { mirror, commit, push, clone } = await ownRemote();
  await mkdir(path.join(clone, "docs"));
  await commit("begin", { "docs/STATUS-a.md": "## DONE\n", "long.md": "x".repeat(1024 * 1024 + 1) });
  await push();
  await mirror.fetch();
  expect(await mirror.text("docs/STATUS-a.md")).toBe("## DONE\n");
  expect([await mirror.text("docs"), await mirror.text("none.md"), await mirror.text("long.md")]).toEqual([
    null,
    null,
    null,
  ]);
  await commit("not pushed", { "docs/STATUS-a.md": "# again\n" });
  await mirror.fetch();
  expect(await mirror.text("docs/STATUS-a.md")).toBe("## DONE\n");
});

it("looks at a remote of five thousand refs by one call of git, or by none on this disk, and keeps one ref of it", async () => {
  const { git, shell, remote, directory, commit, push } = await ownRemote();
  const sha = await commit("begin");
  await push();
  const refs = Array.from({ length: 5_000 }, (_, nth) => `create refs/heads/feature/${nth} ${sha}\n`);
  expect((await git(["--git-dir", remote, "update-ref", "--stdin"], { input: refs.join("") })).code).toBe(0);
  const answers: number[] = [];
  const counting: typeof git = async (...call) => {
    const ran = await git(...call);
    answers.push(ran.stdout.length);
    return ran;
  };
  const callsOf = async (work: () => Promise<unknown>): Promise<number> => {
    answers.length = 0;
    await work();
    return answers.length;
  };
  for (const [url, calls] of [
    [`file://${remote}`, 1],
    [remote, 0],
  ] as const) {
    const mirror = createMirror(counting, directory, url, "main");
    await mirror.fetch();
    expect(await callsOf(async () => expect(await mirror.head()).toBe(sha))).toBe(calls);
    // Nor does it hear of any but its own.
    expect(Math.max(0, ...answers)).toBeLessThan(100);
    expect(await callsOf(mirror.fetch)).toBeLessThanOrEqual(2);
    expect(await callsOf(() => mirror.gain(sha, handoff()))).toBeLessThanOrEqual(4);
  }
  expect(await shell("--git-dir", directory, "for-each-ref", "--format=%(refname)")).toBe(
    "refs/remotes/origin/main",
  );
});
