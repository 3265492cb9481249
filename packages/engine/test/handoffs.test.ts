import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { agentsToml, ENV, ownProject, until } from "./real.ts";

const TOML = agentsToml(
  `[agents.builder]
kind = "loop"
watch = "heal"
[agents.adversary]
kind = "loop"
watch = "heal"
[loop]
done_by = "builder"
phases = [{ id = "one", plan = "plan-one.md" }]
[loop.handoff]
repo = "clone"
`,
  // So rare a look that what is told within seconds was not told by one.
  { signal_tick: '"60s"', heavy_tick: '"120s"' },
);

/** A project with a watched clone, and somebody else's clone of the same remote. */
async function ownHandoffs() {
  const project = await ownProject(TOML);
  const author = [
    "-c",
    "user.name=ada",
    "-c",
    "user.email=ada@example.invalid",
    "-c",
    "commit.gpgsign=false",
  ];
  const git = async (...args: readonly string[]) =>
    (await execa("git", [...author, ...args], { env: { ...ENV, HOME: project.home }, extendEnv: false }))
      .stdout;
  const [remote = "", clone = "", other = ""] = ["remote.git", "clone", "other"].map((name) =>
    path.join(project.home, name),
  );
  await git("init", "-q", "--bare", "-b", "main", remote);
  for (const one of [clone, other]) await git("clone", "-q", remote, one);
  const commit = async (subject: string, ...more: readonly string[]) => {
    await git("-C", clone, "commit", "-q", "--allow-empty", ...more, "-m", subject);
    return git("-C", clone, "rev-parse", "HEAD");
  };
  const push = (...more: readonly string[]) =>
    git("-C", clone, "push", "-q", ...more, "origin", "HEAD:refs/heads/main");
  const pings = async () => (await project.journal("pinged")).map(({ sha }) => sha);
  const pinged = (count: number) =>
    until(`${count} pings`, async () => (await pings()).length >= count && (await pings()));
  await commit("begin");
  await push();
  await project.watchdog();
  await project.up();
  await until("the beginning is known", async () => (await project.journal("handoffs-from")).length === 1);
  return { project, git, clone, other, commit, push, pings, pinged };
}

it("REG-04, REG-16: tells nobody of a commit before it is pushed, and whoever is told can pull it", async () => {
  const { project, git, clone, other, commit, push, pings, pinged } = await ownHandoffs();
  const claim = await commit("claim(a1): only here so far");
  // What a careless look would take for the remote's branch.
  await git("-C", clone, "update-ref", "refs/remotes/origin/main", claim);
  await git("-C", clone, "branch", "origin/main", claim);
  await project.looks(3);
  expect(await pings()).toEqual([]);
  await push();
  expect(await pinged(1)).toEqual([claim]);
  await git("-C", other, "fetch", "-q", "origin");
  expect(await git("-C", other, "rev-parse", "refs/remotes/origin/main")).toBe(claim);
});

it("tells of a push at once, and not at the next look", async () => {
  const { commit, push, pinged } = await ownHandoffs();
  const claim = await commit("claim(a1): at once");
  await push();
  const review = await commit("review(a1): at once, too");
  await push();
  expect(await pinged(2)).toEqual(expect.arrayContaining([claim, review]));
});

it("tells nothing of a history that was rewritten, says so, and goes on from there", async () => {
  const { project, commit, push, pings, pinged } = await ownHandoffs();
  const claim = await commit("claim(a1): to be amended");
  await push();
  await pinged(1);
  await commit("claim(a1): amended", "--amend");
  await push("--force");
  await until("it is noticed", async () => (await project.journal("handoffs-from")).length === 2);
  expect((await project.journal("handoffs-from"))[1]).toMatchObject({ because: "history was rewritten" });
  await project.looks(2);
  expect(await pings()).toEqual([claim]);
  const next = await commit("claim(a2): next");
  await push();
  expect(await pinged(2)).toEqual([claim, next]);
});
