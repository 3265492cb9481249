import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { adoptProject } from "../src/adopt/adopt.ts";
import { editFleet } from "../src/edit-fleet.ts";
import { findFleet } from "../src/find.ts";
import { changesBetween, fingerprint } from "../src/migrate/fingerprint.ts";
import { compareWithOld } from "../src/migrate/parity.ts";
import { allOf, moveOld, type Old, ownOld } from "./old.ts";
import { GIT_ENV, ownFleet, ownWorld, ROOT, releaseEngine } from "./own.ts";

let engine: Awaited<ReturnType<typeof releaseEngine>>;
/** The program as people run it: it starts many times here. */
let program: string;
beforeAll(async () => {
  engine = await releaseEngine();
  const folder = path.join(path.dirname(engine.repository), "cli");
  await execa(process.execPath, [path.join(ROOT, "scripts/build-cli.ts"), folder]);
  program = path.join(folder, "start.cjs");
});
afterAll(() => engine.dispose());

const withDemo = (toml: string) =>
  toml
    .replace('backend = "claude"\n', 'backend = "demo"\n')
    .replace('server = "http://127.0.0.1:4096"\n', "");

/** A step of a runbook: its commands, and the lines that it promises; null where it promises none. */
interface Step {
  readonly commands: string;
  readonly lines: readonly string[] | null;
}

function stepsOf(runbook: string): readonly Step[] {
  const blocks = runbook.matchAll(
    /```sh\n(.*?)```\n(?:\n(?:It prints nothing\.\n\n)?```text\n(.*?)```\n)?/gs,
  );
  return [...blocks].map(([, commands = "", lines]) => ({
    commands,
    lines: lines === undefined ? null : lines.split("\n").slice(0, -1),
  }));
}

/** A person's shell in the folder of the fleet, with `fleet` and a tmux server of the test's own. */
async function ownShell(root: string) {
  await writeFile(path.join(root, "fleet"), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`, {
    mode: 0o755,
  });
  const env = {
    ...GIT_ENV,
    PATH: `${root}:${GIT_ENV.PATH}`,
    FLEET_NODE: process.execPath,
    LC_ALL: "C.UTF-8",
    TMUX_TMPDIR: root,
  };
  const type = (commands: string) =>
    execa("sh", ["-c", commands], { cwd: root, env, extendEnv: false, reject: false, all: true });
  const follow = async (steps: readonly Step[]): Promise<void> => {
    for (const { commands, lines } of steps) {
      const { all } = await type(commands);
      const said = all.split("\n").map((line) => line.trim());
      if (lines?.length === 0) expect(`${commands}${all}`).toBe(commands);
      for (const line of lines ?? [])
        expect(
          said.some((one) => one.startsWith(line)),
          `${commands}\n${all}`,
        ).toBe(true);
    }
  };
  onTestFinished(
    async () =>
      void (await type(
        "fleet down cc-ci; tmux kill-server; tmux -S projects/cc-ci/.ao-state/tmux.sock kill-server",
      )),
  );
  return { type, follow, env };
}

async function staged(): Promise<{ readonly old: Old; readonly root: string }> {
  const old = await ownOld(withDemo);
  const root = await ownFleet(engine.repository);
  await writeFile(path.join(old.home, ".testenv"), "SECRET=1\n");
  await moveOld(old, 17);
  const options = { folder: old.plan, name: "cc-ci", dryRun: false, again: false };
  await adoptProject(await findFleet(root), options, ownWorld(root));
  return { old, root };
}

it("can be followed to the letter, there and back: each phase goes on where the other left it", async () => {
  const old = await ownOld(withDemo);
  await writeFile(path.join(old.home, ".testenv"), "SECRET=1\n");
  const root = await ownFleet(engine.repository);
  const { type, follow } = await ownShell(root);
  const launch = path.join(old.plan, "launch.sh");
  await type(`${launch} start`);
  // First what docs/migration.md says, up to the last command, which is of another project.
  const page = await readFile(path.join(ROOT, "docs/migration.md"), "utf8");
  await follow(stepsOf(page.replaceAll("/srv/cc-ci", old.home)).slice(0, -1));
  // It goes on after it was adopted.
  await moveOld(old, 17);
  const before = await allOf(old.home);

  await editFleet(root, { project: "cc-ci" }, { enabled: true });
  const early = await type("fleet up cc-ci");
  expect(early).toMatchObject({ exitCode: 4 });
  expect(early.all).toContain("the old watchdog still runs, in the tmux session cc-ci-watchdog");
  await editFleet(root, { project: "cc-ci" }, { enabled: false });

  expect(await type("fleet cutover cc-ci --write cutover.md")).toMatchObject({ exitCode: 0, all: "" });
  const [there = "", start = ""] =
    (await readFile(path.join(root, "cutover.md"), "utf8"))
      .split("## The way back")[0]
      ?.split(/(?=## 5\. )/) ?? [];
  await follow(stepsOf(there));
  await editFleet(root, { project: "cc-ci" }, { enabled: true });
  await follow(stepsOf(start));
  expect(stepsOf(there).length + stepsOf(start).length).toBeGreaterThan(12);
  expect(await readFile(path.join(root, "projects/cc-ci/.testenv"), "utf8")).toBe("SECRET=1\n");
  expect(await allOf(old.plan)).toEqual(within(before, "cc-ci-plan"));
  expect(await allOf(old.logs)).toEqual(within(before, ".cc-ci-logs"));

  await type("fleet phase cc-ci goto dstamp");
  const inPhase = async () => (await type("fleet status cc-ci")).all.startsWith("phase: dstamp [16/19]");
  for (const deadline = Date.now() + 20_000; !(await inPhase()); await wait(100))
    expect(Date.now()).toBeLessThan(deadline);
  const back = (await type("fleet cutover cc-ci --back")).all;
  await follow(stepsOf(`${back}\n`));
  expect((await type(`${launch} status`)).all).toBe(
    "phase: dstamp [16/19] plan=plan-phase-dstamp.md (in progress)",
  );
  expect((await type("tmux has-session -t =cc-ci-watchdog && echo there")).all).toBe("there");
  const changed = [...(await allOf(old.plan))].filter(
    ([name, now]) => within(before, "cc-ci-plan").get(name) !== now,
  );
  expect(changed).toEqual([]);
}, 90_000);

/** What lay below one folder of it, named from there. */
const within = (all: ReadonlyMap<string, string>, folder: string): ReadonlyMap<string, string> =>
  new Map(
    [...all].flatMap(([name, what]) =>
      name.startsWith(`${folder}/`) ? [[name.slice(folder.length + 1), what] as const] : [],
    ),
  );

it("says what a project is and how far, and afterwards what has changed of it", async () => {
  const { old, root } = await staged();
  const { type, env } = await ownShell(root);
  await type(`${path.join(old.plan, "launch.sh")} start`);
  const found = await findFleet(root);
  const print = (subject: string) => fingerprint(found, subject, ownWorld(root, env));
  const all = await allOf(old.home);
  const before = await print(old.plan);
  expect(before).toMatchObject({
    kind: "old",
    phase: { id: "porepo", index: 17 },
    sessions: ["adv", "builder", "cleanlogs", "orchestrator", "watchdog"].map((name) => `cc-ci-${name}`),
    watchdogs: 1,
    conversations: { orchestrator: "0f8fad5b-d9cb-469f-a165-70867728950e" },
  });
  expect(Object.keys(before.files)).toEqual(
    ["agents.py", "agents.toml", "bin/cleanlogs.sh", "launch.sh"].concat(
      ["adversary", "builder", "report", "upgrade"].map((name) => `prompts/${name}.md`),
    ),
  );
  await writeFile(path.join(root, "before.json"), JSON.stringify(before));
  const same = await type("fleet fingerprint --against before.json");
  expect(same).toMatchObject({ exitCode: 0, all: "nothing has changed" });
  expect(await allOf(old.home)).toEqual(all);

  await writeFile(path.join(old.plan, "prompts/builder.md"), "other\n");
  await moveOld(old, 18);
  await type("tmux kill-session -t =cc-ci-watchdog");
  const other = await type("fleet fingerprint --against before.json");
  expect(other).toMatchObject({ exitCode: 1 });
  expect(other.all.split("\n")).toEqual([
    "file prompts/builder.md: changed",
    "phase: porepo [18] -> poe2e [19]",
    "session cc-ci-watchdog: gone",
    "watchdogs: 1 -> 0",
  ]);

  const project = await print("cc-ci");
  expect(project).toMatchObject({ kind: "project", sessions: [], watchdogs: 0 });
  expect(project.engine).toMatch(/^[0-9a-f]{40}$/);
  expect(Object.keys(project.files)).toEqual(expect.arrayContaining(["agents.toml", "engine/agents.mjs"]));
  expect(Object.keys(project.files)).not.toContain(".testenv");
  await writeFile(path.join(root, "projects/cc-ci/prompts/report.md"), "other\n");
  expect(changesBetween(project, await print("cc-ci"))).toEqual(["file prompts/report.md: changed"]);
  await expect(print("nobody")).rejects.toThrow('has no project "nobody"');
});

it("shows what is other than in the old set-up, as three diffs", async () => {
  const { old, root } = await staged();
  const found = await findFleet(root);
  const [project] = found.fleet.projects;
  if (project === undefined) throw new Error("nothing was adopted");
  const world = ownWorld(root, { ...GIT_ENV, FLEET_NODE: process.execPath });
  const compare = async (against: string) => {
    const { same, sides } = await compareWithOld(found, project, against, world);
    return { same, parts: sides.map((side) => side.same), diffs: sides.map(({ diff }) => diff) };
  };
  await moveOld(old, 18);
  expect(await compare(old.plan)).toMatchObject({ same: false, parts: [false, true, false] });
  const options = { folder: old.plan, name: "cc-ci", dryRun: false, again: true };
  await adoptProject(found, options, world);
  expect(await compare(old.plan)).toEqual({ same: true, parts: [true, true, true], diffs: ["", "", ""] });

  const file = path.join(root, "projects/cc-ci/agents.toml");
  const toml = await readFile(file, "utf8");
  await writeFile(file, toml.replace(/(id = "poe2e".*adversary = )"sonnet"/, '$1"opus"'));
  await writeFile(path.join(root, "projects/cc-ci/prompts/adversary.md"), "You agree.\n");
  const { parts, diffs } = await compare(old.plan);
  expect(parts).toEqual([false, false, false]);
  expect(diffs[0]).toContain("-adversary     loop        demo  claude-sonnet-4-6  heal+stall\n");
  expect(diffs[0]).toContain("+adversary     loop        demo  claude-opus-4-8    heal+stall\n");
  expect(diffs[1]).toContain('+          "adversary": "opus",\n');
  expect(diffs[2]).toContain("+You agree.\n");

  await writeFile(file, toml);
  const table = TABLE.replaceAll("claude ", "demo ");
  await writeFile(path.join(root, "old.txt"), table);
  expect(await compare("old.txt")).toMatchObject({ same: true, parts: [true, null, null] });
  const recorded = { status: table.replace("heal+stall", "heal"), kickoffs: { "cc-ci-builder": "other\n" } };
  await writeFile(path.join(root, "old.json"), JSON.stringify(recorded));
  expect(await compare("old.json")).toMatchObject({ same: false, parts: [false, null, false] });
  await writeFile(path.join(root, "empty.txt"), "nothing\n");
  await expect(compare("empty.txt")).rejects.toThrow("holds nothing to compare with");
  await expect(compare("nowhere")).rejects.toThrow("there is no nowhere");
});

/** As the old engine printed it, with its states. */
const TABLE = `phase: poe2e [19/19] plan=plan-phase-poe2e-end-to-end.md (in progress)
orchestrator  persistent  claude  claude-opus-4-8    heal        RUNNING
builder       loop        claude  claude-opus-4-8    heal+stall  RUNNING
adversary     loop        claude  claude-sonnet-4-6  heal+stall  RUNNING
assistant     persistent  claude  claude-sonnet-4-6  none        stopped (disabled)
upgrader      task        claude  claude-sonnet-4-6  none        RUNNING (disabled)
report        task        claude  claude-opus-4-8    none        RUNNING (disabled)
cleanlogs     service     -       -                  -           RUNNING
watchdog      service     -       -                  -           RUNNING
`;
