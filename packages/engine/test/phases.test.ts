import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { isHeld } from "../src/host/lock.ts";
import { createStore } from "../src/host/store.ts";
import { agentsToml, ENV, type OwnProject, ownProject, signal, until } from "./real.ts";

const PHASES = [
  '{ id = "one", plan = "plan-one.md" }',
  '{ id = "two", plan = "plan two.md", models = { builder = "opus" } }',
];

const loopToml = (phases: readonly string[], more = "", supervision: Readonly<Record<string, string>> = {}) =>
  agentsToml(
    `
[agents.chief]
kind = "persistent"
[agents.builder]
kind = "loop"
watch = "heal"
[loop]
kickoff_template = "prompts/kickoff.md"
roles_dir = "prompts"
done_by = "builder"
phases = [${phases.join(", ")}]
on_complete = { agent = "chief", message = "All phases are done." }
${more}`,
    supervision,
  );

const PROMPTS = {
  "prompts/kickoff.md": "role: {role}\nphase: {phase_id}\nplan: {plan}\nstatus: {status}\n{{literally}}\n",
  "prompts/builder.md": "You build.\n",
};

const state = async (project: OwnProject) => {
  const { phase, agents } = JSON.parse((await project.run(["status", "--json"])).out);
  const builder = agents.find((agent: { name: string }) => agent.name === "builder");
  return { phase: phase.id, state: phase.state, model: builder.model, pid: builder.pid };
};

async function writeStatus(project: OwnProject, phase: string, text: string): Promise<void> {
  await mkdir(path.join(project.home, "machine-docs"), { recursive: true });
  await writeFile(path.join(project.home, `machine-docs/STATUS-${phase}.md`), text);
}

const inPhase = (project: OwnProject, phase: string, before: number | null) =>
  until(`the builder works on ${phase}`, async () => {
    const seen = await state(project);
    return seen.phase === phase && seen.pid !== null && seen.pid !== before && seen;
  });

const kickoff = (project: OwnProject) => readFile(path.join(project.state, "kickoffs/p-builder.txt"), "utf8");

it("goes from phase to phase as each is done, with its own model and kickoff, and ends after the last", async () => {
  const project = await ownProject(loopToml(PHASES), PROMPTS);
  const watchdog = await project.watchdog();
  await project.up();
  const first = await inPhase(project, "one", null);
  expect(first).toMatchObject({ state: "in progress", model: "claude-sonnet-4-6" });
  expect(await kickoff(project)).toBe(
    "role: builder\nphase: one\nplan: plan-one.md\nstatus: machine-docs/STATUS-one.md\n{literally}\nYou build.\n",
  );
  await writeStatus(project, "one", "# Phase one\n\n## DONE criteria?\n\n```\n## DONE\n```\n");
  await project.looks(5);
  expect(await state(project)).toEqual(first);

  await writeStatus(project, "one", "# Phase one\n\n## DONE\n");
  const second = await inPhase(project, "two", first.pid);
  expect(second.model).toBe("claude-opus-4-8");
  expect(await kickoff(project)).toContain("plan: plan two.md\n");

  await writeStatus(project, "two", "## DONE\n");
  expect(await watchdog.exit).toBe(0);
  expect(await state(project)).toMatchObject({ phase: "two", state: "complete", pid: null });
  expect(await isHeld(project.state, "watchdog")).toBe(false);
  const why = (await project.run(["why"])).out;
  expect(why).toMatch(/^nobody watches, for all phases are done since 20\S+Z: to go on, add a phase/);
  expect(why).toMatch(/^builder .*\n {2}next: nothing: all phases are done$/m);
  expect(await readFile(path.join(project.state, "SEQUENCE-COMPLETE"), "utf8")).toMatch(/^20\S+Z one two\n$/);
  expect((await project.heard("chief")).at(-1)).toMatch(/^\[fleet \S+\] All phases are done\.$/);
  const story = (await project.journal())
    .map(({ what }) => what)
    .filter((what) => /^(phase|sequence)-/.test(what));
  expect(story).toEqual(["phase-started", "phase-done", "phase-started", "phase-done", "sequence-complete"]);
});

it("refuses to start a complete sequence, and goes on when a phase is added", async () => {
  const project = await ownProject(loopToml(PHASES.slice(0, 1)), PROMPTS);
  const watchdog = await project.watchdog();
  await project.up();
  await writeStatus(project, "one", "## DONE\n");
  expect(await watchdog.exit).toBe(0);
  const { code, err } = await project.run(["up"]);
  expect([code, err]).toEqual([4, expect.stringContaining("the sequence is complete")]);

  await writeFile(project.config, loopToml(PHASES));
  const again = await project.watchdog();
  expect((await project.run(["up"])).code).toBe(0);
  await inPhase(project, "two", null);
  expect(existsSync(path.join(project.state, "SEQUENCE-COMPLETE"))).toBe(false);
  await writeStatus(project, "two", "## DONE\n");
  expect(await again.exit).toBe(0);
  expect(await isHeld(project.state, "watchdog")).toBe(false);
  expect((await project.heard("chief")).filter((line) => line.endsWith("All phases are done."))).toHaveLength(
    2,
  );
});

it("goes to the phase that a person names, and starts over with --fresh", async () => {
  const project = await ownProject(loopToml(PHASES), PROMPTS);
  await project.watchdog();
  await project.up();
  const one = await inPhase(project, "one", null);
  expect(await project.run(["phase", "goto", "two"])).toMatchObject({ code: 0 });
  const two = await inPhase(project, "two", one.pid);
  expect(two.model).toBe("claude-opus-4-8");
  expect((await project.run(["up", "--fresh"])).code).toBe(0);
  expect((await inPhase(project, "one", two.pid)).model).toBe("claude-sonnet-4-6");
  expect(await project.run(["phase", "goto", "tow"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("two"),
  });
});

it("lets who says DONE in the midst of a turn end it before the next phase begins, and who is sent elsewhere not", async () => {
  const project = await ownProject(loopToml(PHASES), PROMPTS);
  await project.watchdog();
  await project.up();
  const one = await inPhase(project, "one", null);
  expect(await project.run(["send", "builder", "demo: busy 3"])).toMatchObject({ code: 0 });
  await until("it works", async () => (await project.agent("builder")).is === "working");
  await writeStatus(project, "one", "## DONE\n");
  await until("it drains", async () => (await project.agent("builder")).is === "draining");
  expect((await project.run(["why", "builder"])).out).toContain("its turn has not ended");
  const two = await inPhase(project, "two", one.pid);
  // Nobody who works can be asked to quit.
  expect(await project.journal("quit-typed")).toMatchObject([{ agent: "builder", because: "next-phase" }]);
  expect(await project.journal("told-to-stop")).toEqual([]);

  expect(await project.run(["send", "builder", "demo: busy 600"])).toMatchObject({ code: 0 });
  await until("it works", async () => (await project.agent("builder")).is === "working");
  expect(await project.run(["phase", "goto", "one"])).toMatchObject({ code: 0 });
  await inPhase(project, "one", two.pid);
  expect(await project.journal("told-to-stop")).toMatchObject([{ because: "next-phase" }]);
});

it("stays in a phase that a person has paused, tells who it was, and goes on when it is resumed", async () => {
  const project = await ownProject(loopToml(PHASES), PROMPTS);
  await project.watchdog();
  await project.up();
  const one = await inPhase(project, "one", null);
  const world = { env: { ...ENV, USER: "ada" } };
  expect(await project.run(["phase", "pause"], world)).toMatchObject({ code: 0 });
  await writeStatus(project, "one", "## DONE\n");
  await project.looks(5);
  expect(await state(project)).toEqual({ ...one, state: "done" });
  const { out, err } = await project.run(["status"]);
  expect(out.split("\n")[0]).toBe("phase: one [1/2] plan=plan-one.md (done)");
  expect(err).toContain("phase one is paused by ada");
  expect((await project.run(["phase"])).out).toContain("one  plan-one.md  (done, paused)");
  expect(await project.run(["phase", "resume"], world)).toMatchObject({ code: 0 });
  await inPhase(project, "two", one.pid);
  expect((await project.run(["status"])).err).toBe("");
  const asked = (await project.journal("phase-asked")).map(({ asked: word, by }) => [word, by]);
  expect(asked).toEqual([
    ["pause", "ada"],
    ["resume", "ada"],
  ]);
});

it("does not take the DONE of the last time for a new one when a person starts over", async () => {
  const project = await ownProject(loopToml(PHASES), PROMPTS);
  await writeStatus(project, "one", "## DONE\n");
  const watchdog = await project.watchdog();
  await project.up();
  const two = await inPhase(project, "two", null);
  const fresh = { env: { ...ENV, USER: "ada", RESUME_PHASE: "0" } };
  expect(await project.run(["up"], { env: { ...ENV, RESUME_PHASE: "1" } })).toMatchObject({ code: 0 });
  expect(await project.run(["up"], fresh)).toMatchObject({ code: 0 });
  const one = await inPhase(project, "one", two.pid);
  await project.looks(5);
  expect(await state(project)).toMatchObject({ phase: "one", state: "in progress", pid: one.pid });
  // The same words, after they were gone, are new ones.
  await writeStatus(project, "one", "# again\n");
  // Told is not yet remembered: killed in between, the watchdog would have to see it once more.
  await until("it is seen", async () => (await createStore(project.state).records()).course?.stale === null);
  await watchdog.kill();
  await project.watchdog();
  await writeStatus(project, "one", "## DONE\n");
  await inPhase(project, "two", one.pid);
});

it.each([
  ["a folder", (file: string) => mkdir(file)],
  ["a pipe that nobody writes to", (file: string) => execa("sh", ["-c", 'mkfifo "$1"', "sh", file])],
  ["more than anyone can read", (file: string) => execa("sh", ["-c", 'truncate -s 4G "$1"', "sh", file])],
])("goes on watching when an agent puts %s where its STATUS file belongs", async (_, make) => {
  const project = await ownProject(loopToml(PHASES), PROMPTS);
  await mkdir(path.join(project.home, "machine-docs"));
  await make(path.join(project.home, "machine-docs/STATUS-one.md"));
  await project.watchdog();
  await project.up();
  await project.looks(3);
  expect(await state(project)).toMatchObject({ phase: "one", state: "in progress" });
});

const HANDOFF = `[agents.adversary]
kind = "loop"
watch = "heal"
[loop.handoff]
repo = "clone"
inbox = { "BUILDER-INBOX.md" = "builder" }
`;

it("tells agents of the commits that are for them, each once, also those pushed while nobody watched", async () => {
  const project = await ownProject(loopToml(PHASES, HANDOFF), {
    ...PROMPTS,
    "prompts/adversary.md": "You test.\n",
  });
  const clone = path.join(project.home, "clone");
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
  const push = async (subject: string) => {
    await git("-C", clone, "commit", "-q", "--allow-empty", "-m", subject);
    await git("-C", clone, "push", "-q", "origin", "HEAD:refs/heads/main");
    return git("-C", clone, "rev-parse", "HEAD");
  };
  await git("init", "-q", "--bare", "-b", "main", path.join(project.home, "remote.git"));
  await git("clone", "-q", path.join(project.home, "remote.git"), clone);
  await push("claim(old): before anybody watched");
  const watchdog = await project.watchdog();
  await project.up();
  await until("the beginning is known", async () => (await project.journal("handoffs-from")).length === 1);
  const pinged = (count: number) =>
    until(`${count} pings`, async () => {
      const pings = await project.journal("pinged");
      return pings.length >= count && pings;
    });
  const claim = await push("claim(a1): $(touch ran) #{pid}");
  await pinged(1);
  await watchdog.kill();
  const review = await push("review(a1): accepted");
  await push('Revert "claim(a1): x"');
  await project.watchdog();
  await pinged(2);
  await project.looks(3);
  const pings = (await project.journal("pinged")).map(({ sha, recipient }) => [recipient, sha]);
  expect(pings).toEqual([
    ["adversary", claim],
    ["builder", review],
  ]);
  const told = async (name: string) =>
    (await project.heard(name)).filter((line) => !line.startsWith("first:"));
  expect(await told("adversary")).toEqual([
    `[fleet ${claim.slice(0, 7)}] New claim on origin/main. Pull and verify.`,
  ]);
  expect(await told("builder")).toEqual([
    `[fleet ${review.slice(0, 7)}] New review on origin/main. Pull and go on.`,
  ]);
  const events = (await project.run(["events", "--json"])).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.find(({ what }) => what === "pinged")).toEqual({
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    agent: "adversary",
    what: "pinged",
    sha: claim,
    recipient: "adversary",
    message: `[fleet ${claim.slice(0, 7)}] New claim on origin/main. Pull and verify.`,
    id: claim.slice(0, 7),
    state: "confirmed",
  });

  // What stands is told again when a person asks, and the journal says who did.
  const world = { env: { ...ENV, USER: "ada" } };
  const again = await project.run(["handoff", "replay"], world);
  expect(again).toMatchObject({ code: 0, out: `${review.slice(0, 7)} builder\n` });
  const words = `The review ${review.slice(0, 7)} on origin/main stands. Pull and go on.`;
  await until("the builder is told again", async () =>
    (await told("builder")).some((line) => line.endsWith(words)),
  );
  expect(await project.journal("handoffs-replayed")).toMatchObject([{ by: "ada", commits: [review] }]);
  const all = await project.run(["handoff", "replay", "--since", claim]);
  expect(all).toMatchObject({ code: 0, out: `${review.slice(0, 7)} builder\n` });
  expect(await project.run(["handoff", "replay", "--since", "0123456789"])).toMatchObject({ code: 2 });
  expect(await project.run(["handoff", "replay", "--since", "--all"])).toMatchObject({ code: 2 });
});

it("ends only when nobody is about to be started again, and tells the one who was", async () => {
  const project = await ownProject(loopToml(PHASES, "", { backoff: '["2s"]' }), PROMPTS);
  const watchdog = await project.watchdog();
  await project.up();
  await writeStatus(project, "two", "## DONE\n");
  signal((await project.agent("chief")).pid ?? 0, "SIGKILL");
  await until("the death is seen", async () => (await project.journal("died")).length === 1);
  await writeStatus(project, "one", "## DONE\n");
  expect(await watchdog.exit).toBe(0);
  expect(await project.agent("chief")).toMatchObject({ state: "RUNNING" });
  expect(await project.heard("chief")).toEqual([expect.stringContaining("All phases are done.")]);
});

it("keeps to its phase by id while the list is edited under it, and begins to watch a branch that is named", async () => {
  const project = await ownProject(loopToml(PHASES), { ...PROMPTS, "prompts/adversary.md": "You test.\n" });
  const { commit, push } = await ownClone(project);
  await commit("none", "# nothing\n");
  await push();
  const edit = async (toml: string, times: number) => {
    await writeFile(project.config, toml);
    await until(
      "the edit is in force",
      async () => (await project.journal("config-changed")).length === times,
    );
    await project.looks(2);
  };
  await project.watchdog();
  await project.up();
  const one = await inPhase(project, "one", null);
  const [first = "", second = ""] = PHASES;
  const zero = '{ id = "zero", plan = "plan-zero.md" }';
  await edit(loopToml([zero, first, second], HANDOFF), 1);
  expect(await state(project)).toEqual(one);
  expect((await project.run(["status"])).out).toMatch(/^phase: one \[2\/3\] /);
  await until("the branch is read", async () => (await project.journal("handoffs-from")).length === 1);

  await edit(loopToml([zero, second], HANDOFF), 2);
  const { out, err } = await project.run(["status"]);
  expect([out, err]).toEqual([
    expect.stringMatching(/^phase: one \[-\/2\] /),
    expect.stringContaining("no longer in agents.toml"),
  ]);
  await writeStatus(project, "one", "## DONE\n");
  signal(one.pid ?? 0, "SIGKILL");
  await until("the death is seen", async () => (await project.journal("died")).length === 1);
  await project.looks(3);
  expect(await project.agent("builder")).toMatchObject({
    is: "held",
    why: expect.stringContaining("phase one"),
  });

  await edit(loopToml([second, first], HANDOFF), 3);
  await until("the phase is found, and was the last", async () =>
    (await project.journal("sequence-complete")).length === 1 ? true : undefined,
  );
  expect((await project.journal()).filter(({ what }) => /^phase-(lost|found)$/.test(what))).toHaveLength(2);
});

it("says that another model of the phase that is on waits for the next start", async () => {
  const project = await ownProject(loopToml(PHASES), PROMPTS);
  await project.watchdog();
  await project.up();
  const one = await inPhase(project, "one", null);
  await writeFile(
    project.config,
    loopToml([PHASES[0]?.replace("}", ', models = { builder = "haiku" } }') ?? "", ...PHASES.slice(1)]),
  );
  // A busy machine may need another try at reading the file.
  await until("it waits", async () => (await project.agent("builder")).pending, 25);
  expect(await state(project)).toEqual(one);
  expect((await project.run(["status", "-o", "wide"])).out).toMatch(/builder .*its new settings wait/);
  expect((await project.run(["why", "builder"])).out).toContain(
    "\n  its new settings wait for its next start\n",
  );
  expect((await project.run(["restart", "builder"])).code).toBe(0);
  expect(await project.agent("builder")).toMatchObject({ model: "claude-haiku-4-5", pending: false });
});

/** A remote, a clone of it where the builder works, and a way to write there. */
async function ownClone(project: OwnProject) {
  const clone = path.join(project.home, "clone");
  const author = [
    "-c",
    "user.name=ada",
    "-c",
    "user.email=ada@example.invalid",
    "-c",
    "commit.gpgsign=false",
  ];
  const git = (...args: readonly string[]) =>
    execa("git", [...author, ...args], { env: { ...ENV, HOME: project.home }, extendEnv: false });
  await git("init", "-q", "--bare", "-b", "main", path.join(project.home, "remote.git"));
  await git("clone", "-q", path.join(project.home, "remote.git"), clone);
  return {
    async commit(phase: string, text: string): Promise<void> {
      await mkdir(path.join(clone, "machine-docs"), { recursive: true });
      await writeFile(path.join(clone, `machine-docs/STATUS-${phase}.md`), text);
      await git("-C", clone, "add", "-A");
      await git("-C", clone, "commit", "-q", "-m", `status: ${phase}`);
    },
    push: () => git("-C", clone, "push", "-q", "origin", "HEAD:refs/heads/main"),
  };
}

it("counts a DONE that was pushed, and none before, where agents.toml says so", async () => {
  const toml = loopToml(PHASES, HANDOFF).replace(
    'done_by = "builder"',
    'done_by = "builder"\ndone_source = "pushed"',
  );
  const project = await ownProject(toml.replace("[agents.builder]", '[agents.builder]\nworkdir = "clone"'), {
    ...PROMPTS,
    // The demo agent that is told to build would write and push a DONE of its own.
    "prompts/kickoff.md": "role: onlooker\n{role} {phase_id} {plan} {status}\n",
    "prompts/adversary.md": "You test.\n",
  });
  const { commit, push } = await ownClone(project);
  await commit("one", "# one\n");
  await push();
  await project.watchdog();
  await project.up();
  const one = await inPhase(project, "one", null);
  await commit("one", "## DONE\n");
  await project.looks(5);
  expect(await state(project)).toEqual({ ...one, state: "done, not pushed" });
  await project.run(["phase", "pause"]);
  await push();
  await until("it is known to be pushed", async () => (await state(project)).state === "done");
  expect((await project.run(["status"])).out).toMatch(/^phase: one \[1\/2\] plan=\S+ \(done\)\n/);
  await project.run(["phase", "resume"]);
  const two = await inPhase(project, "two", one.pid);
  // Back to a phase whose pushed file says DONE: it counts when it says so anew.
  expect(await project.run(["phase", "goto", "one"])).toMatchObject({ code: 0 });
  const again = await inPhase(project, "one", two.pid);
  await project.looks(5);
  expect(await state(project)).toMatchObject({ phase: "one", pid: again.pid });
  await commit("one", "again\n\n## DONE\n");
  await push();
  await inPhase(project, "two", again.pid);
});
