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
  const commitIn = async (folder: string, subject: string, ...more: readonly string[]) => {
    await git("-C", folder, "commit", "-q", "--allow-empty", ...more, "-m", subject);
    return git("-C", folder, "rev-parse", "HEAD");
  };
  const pushFrom = (folder: string, ...more: readonly string[]) =>
    git("-C", folder, "push", "-q", ...more, "origin", "HEAD:refs/heads/main");
  const commit = (subject: string, ...more: readonly string[]) => commitIn(clone, subject, ...more);
  const push = (...more: readonly string[]) => pushFrom(clone, ...more);
  const pings = async () => (await project.journal("pinged")).map(({ sha }) => sha);
  const pinged = (count: number) =>
    until(`${count} pings`, async () => (await pings()).length >= count && (await pings()));
  await commit("begin");
  await push();
  await git("-C", other, "pull", "-q", "origin", "refs/heads/main");
  await project.watchdog();
  await project.up();
  await until("the beginning is known", async () => (await project.journal("handoffs-from")).length === 1);
  return { project, git, clone, other, commitIn, pushFrom, commit, push, pings, pinged };
}

it("REG-04, REG-16: tells nobody of a commit before it is pushed, and whoever is told can pull it", async () => {
  const { git, clone, other, commitIn, pushFrom, pinged } = await ownHandoffs();
  const early = await commitIn(clone, "claim(a1): only here so far");
  // What a careless look would take for the remote's branch.
  await git("-C", clone, "update-ref", "refs/remotes/origin/main", early);
  await git("-C", clone, "branch", "origin/main", early);
  // Somebody else's commit is told meanwhile, so there was time enough to tell of the first.
  const review = await commitIn(other, "review(b1): pushed");
  await pushFrom(other);
  expect(await pinged(1)).toEqual([review]);
  await git("-C", clone, "fetch", "-q", "origin", "refs/heads/main");
  await git("-C", clone, "rebase", "-q", "FETCH_HEAD");
  await pushFrom(clone);
  const claim = await git("-C", clone, "rev-parse", "HEAD");
  expect(await pinged(2)).toEqual([review, claim]);
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
  const { project, git, clone, commit, push, pings, pinged } = await ownHandoffs();
  const claim = await commit("claim(a1): to be amended");
  await push();
  await pinged(1);
  await commit("claim(a1): amended", "--amend");
  await push("--force");
  await until("it is noticed", async () => (await project.journal("handoffs-from")).length === 2);
  expect((await project.journal("handoffs-from"))[1]).toMatchObject({ because: "history was rewritten" });
  const amended = await git("-C", clone, "rev-parse", "HEAD");
  const told = `the history of origin/main was rewritten; gone: claim ${claim.slice(0, 7)}; new, and not told: claim ${amended.slice(0, 7)}`;
  await project.looks(2);
  expect((await project.run(["status"])).err).toContain(`note: ${told}; `);
  expect((await project.run(["why", "builder"])).out).toContain(`note: ${told}; `);
  expect((await project.run(["events"])).out).toContain(told);
  expect(await pings()).toEqual([claim]);
  const next = await commit("claim(a2): next");
  await push();
  expect(await pinged(2)).toEqual([claim, next]);
  await project.looks(1);
  expect((await project.run(["status"])).err).toBe("");
});

it("tells again what stands after a rewriting when a person asks, and that is all to be known of it", async () => {
  const { project, git, clone, commit, push, pinged } = await ownHandoffs();
  const claim = await commit("claim(a1): to be undone");
  await push();
  expect(await pinged(1)).toEqual([claim]);
  // Not even the place where the phase began is left.
  await git("-C", clone, "checkout", "-q", "--orphan", "anew");
  const amended = await commit("claim(a1): amended");
  await push("--force");
  await until("it is noticed", async () => (await project.journal("history-rewritten")).length === 1);
  expect(await project.run(["handoff", "replay"])).toMatchObject({
    code: 0,
    out: `${amended.slice(0, 7)} adversary\n`,
  });
  await until("nothing is to be known any more", async () => (await project.run(["status"])).err === "");
});

it("tells of three hundred commits that one merge brings once, with their number", async () => {
  const { project, git, clone, push, pinged } = await ownHandoffs();
  const commits = Array.from({ length: 300 }, (_, nth) => {
    const subject = `claim(a${nth}): x`;
    const from = nth === 0 ? "from refs/heads/main^0\n" : "";
    return `commit refs/heads/side\ncommitter ada <ada@example.invalid> 1700000000 +0000\ndata ${subject.length}\n${subject}\n${from}`;
  });
  await execa("git", ["-C", clone, "fast-import", "--quiet"], { input: commits.join("") });
  await git("-C", clone, "merge", "-q", "--no-ff", "-m", "Merge side", "side");
  await push();
  await pinged(300);
  const pings = await project.journal("pinged");
  expect([pings.length, new Set(pings.map(({ sha }) => sha)).size]).toEqual([300, 300]);
  expect(new Set(pings.map(({ id, recipient }) => `${recipient} ${id}`)).size).toBe(1);
  const told = (await project.heard("adversary")).filter((line) => line.includes("origin/main"));
  expect(told).toEqual([
    expect.stringMatching(/^\[fleet \w{7}\] 300 new claims on origin\/main\. Pull and verify\.$/),
  ]);
});
