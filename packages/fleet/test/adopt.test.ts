import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { Failure, readAgentsFile } from "@fleet/engine";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type AdoptOptions, adoptProject } from "../src/adopt/adopt.ts";
import type { Adopted } from "../src/adopt/adopted.ts";
import { checkFleet } from "../src/check-fleet.ts";
import { runEngine } from "../src/engine/engine.ts";
import { findFleet, pickProjects } from "../src/find.ts";
import { cutover } from "../src/migrate/cutover.ts";
import { fingerprint } from "../src/migrate/fingerprint.ts";
import { allOf, type Old, ownOld } from "./old.ts";
import { GIT_ENV, git, ownDirectory, ownFleet, ownWorld, ROOT, releaseEngine } from "./own.ts";

let engine: Awaited<ReturnType<typeof releaseEngine>>;
beforeAll(async () => {
  engine = await releaseEngine();
});
afterAll(() => engine.dispose());

const adopt = async (root: string, folder: string, more: Partial<AdoptOptions> = {}): Promise<Adopted> =>
  adoptProject(
    await findFleet(root),
    { folder, name: "cc-ci", dryRun: false, again: false, ...more },
    ownWorld(root),
  );

const ask = async (root: string, argv: readonly string[], env = {}) => {
  const found = await findFleet(root);
  const [project] = pickProjects(found, ["cc-ci"]);
  if (project === undefined) throw new Error("it is not in fleet.toml");
  const world = ownWorld(root, { ...GIT_ENV, FLEET_NODE: process.execPath, ...env });
  const exit = await runEngine(found, project, argv, world);
  return { exit, said: world.said.join("") };
};

const configOf = async (file: string) => (await readAgentsFile(file, await readFile(file))).project;

describe("an old set-up, adopted", () => {
  // Adopted once for all that only look at it.
  let home: string;
  let root: string;
  let old: Old;
  let before: ReadonlyMap<string, string>;
  let adopted: Adopted;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), "fleet-test-"));
    old = await ownOld(undefined, path.join(home, "srv"));
    root = path.join(home, "fleet");
    await mkdir(root);
    await writeFile(
      path.join(root, "fleet.toml"),
      `[engine]\nurl = "${engine.repository}"\nref = "v0.1.0"\n`,
    );
    before = await allOf(old.home);
    adopted = await adopt(root, old.plan);
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it("is not touched: not a byte, not a time, not a name", async () => {
    await adopt(root, old.plan, { name: "other", dryRun: true });
    expect(await allOf(old.home)).toEqual(before);
    expect(before.size).toBeGreaterThan(20);
  });

  it("becomes a project of its own: the same agents, services, backends and nineteen phases as written by hand", async () => {
    const project = path.join(root, "projects/cc-ci");
    const made = await configOf(path.join(project, "agents.toml"));
    const byHand = await configOf(path.join(ROOT, "projects/cc-ci-example/agents.toml"));
    expect(made?.loop?.phases).toEqual(byHand?.loop?.phases);
    expect(made?.loop?.phases).toHaveLength(19);
    const gist = (config: typeof made) =>
      config?.agents.map(
        ({ name, kind, session, enabled, backend, model, watch, schedule, deny_args, role }) =>
          JSON.stringify({ name, kind, session, enabled, backend, model, watch, schedule, deny_args, role }),
      );
    expect(gist(made)).toEqual(gist(byHand));
    expect(Object.keys(made?.backends ?? {})).toEqual(["claude", "opencode"]);
    expect(made?.loop?.handoff).toEqual({ ...byHand?.loop?.handoff, repo: "clones/cc-ci" });
    expect(made?.log_dir).toBe(".ao-state");
    expect(git(project, "ls-files", "engine", "--stage")).toContain(`160000 ${adopted.engine}`);
    expect(git(project, "status", "--porcelain")).toBe("");
    expect(git(project, "ls-files").trim().split("\n")).toEqual([
      ...[".gitignore", ".gitmodules", "agents.toml", "bin/cleanlogs.sh", "engine", "prompts/adversary.md"],
      ...["prompts/builder.md", "prompts/kickoff.md", "prompts/orchestrator-startup.md"],
      ...["prompts/report.md", "prompts/upgrade.md"],
    ]);
    const { problems } = await checkFleet(root);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("tells of each key that is not taken over, where it stands, and what to do", () => {
    const { remarks } = adopted;
    const told = remarks.map(({ file, line, column, message }) => [
      path.basename(file),
      line,
      column,
      message,
    ]);
    expect(told).toEqual([
      [
        "agents.toml",
        8,
        1,
        `\`${old.home}/cc-ci\` lies outside of the project, so the new one works in \`clones/cc-ci\``,
      ],
      ["agents.toml", 11, 1, "`remote_control` is not taken over: fleet knows no such key here"],
      ["agents.toml", 22, 1, `\`${old.home}/.testenv\` may hold secrets, so it is not copied`],
      [
        "agents.toml",
        38,
        1,
        `\`${old.home}/cc-ci-adv\` lies outside of the project, so the new one works in \`clones/cc-ci-adv\``,
      ],
      ["agents.toml", 60, 1, "`mail_to` is not taken over: fleet knows no such key here"],
      ["agents.toml", 65, 11, "`watchdog` is not taken over"],
      ["handoff-seen.json", 1, 1, "this file of the old state is not taken over"],
    ]);
    expect(remarks.every(({ help }) => help !== null)).toBe(true);
  });

  it("finds the template again that the old engine had in its code: both kickoffs come out to the byte", async () => {
    const template = await readFile(path.join(root, "projects/cc-ci/prompts/kickoff.md"), "utf8");
    expect(template).toContain("State of this phase: {status}, BACKLOG-{phase_id}.md");
    expect(template).toContain("You are the {role} loop.");
    expect(template).toContain(
      "claim(...) pings the adversary, review(...) pings the builder {{both at once}}",
    );
  });

  it("puts a plain template where nothing tells how the first messages began, and says so", async () => {
    const own = await ownOld();
    await rm(path.join(own.logs, "kickoff-cc-ci-adv.txt"));
    await writeFile(path.join(own.logs, "kickoff-cc-ci-builder.txt"), "of another phase\n");
    const { remarks, files } = await adopt(root, own.plan, { name: "other", dryRun: true });
    expect(files).toContain("prompts/kickoff.md");
    expect(remarks.map(({ message }) => message)).toContain(
      "nothing tells how the first message of a loop agent began: a plain one was put in its place",
    );
  });

  it("is one also where it speaks as ours do and has the engine before as its submodule", async () => {
    const place = await ownFleet(engine.repository);
    const staged = path.join(await ownDirectory(), "staged");
    await mkdir(path.join(staged, "engine"), { recursive: true });
    await writeFile(path.join(staged, "engine/agents.py"), "# the engine before\n");
    await writeFile(
      path.join(staged, "agents.toml"),
      '[defaults]\nsession_prefix = "s-"\nlog_dir = ".ao-state"\nbackend = "demo"\n[agents.a]\nkind = "persistent"\n',
    );
    expect(await adopt(place, staged, { name: "staged", dryRun: true })).toMatchObject({ dialect: "old" });
    await adopt(place, staged, { name: "staged" });
    const found = await findFleet(place);
    const [project] = pickProjects(found, ["staged"]);
    if (project === undefined) throw new Error("it is not in fleet.toml");
    const world = ownWorld(place, { ...GIT_ENV, FLEET_NODE: process.execPath });
    const book = await cutover(found, project, { from: null, back: false }, world);
    expect(book).toContain(`(cd ${staged} && RESUME_PHASE=1 python3 engine/agents.py down)`);
    const print = await fingerprint(found, staged, world);
    expect(Object.keys(print.files)).toEqual(["agents.toml", "engine/agents.py"]);
  });

  it("is read warily: a pipe, a program of bytes and a password in a url are not taken over", async () => {
    const own = await ownOld((toml) => `${toml}\n[services.pipe]\ncommand = "bin/pipe x"\n`);
    execFileSync("mkfifo", [
      path.join(own.plan, "bin/pipe"),
      path.join(own.logs, "state/session-id-builder"),
    ]);
    await writeFile(path.join(own.plan, "prompts/report.md"), new Uint8Array([0xff, 0xfe, 0x00]));
    git(path.join(own.home, "cc-ci"), "remote", "set-url", "origin", "https://me:s3cret@git.example/x.git");
    const { remarks, files, clones } = await adopt(root, own.plan, { name: "other", dryRun: true });
    expect(files).not.toContain("prompts/report.md");
    expect(files).not.toContain("bin/pipe");
    expect(remarks.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        "left out: there is no file `prompts/report.md` that is text of at most 1 MiB",
        "left out: there is no file `bin/pipe` that is text of at most 1 MiB",
      ]),
    );
    expect(clones[0]?.url).toBe("https://git.example/x.git");
  });

  it("says what would come of it, and writes nothing, when it is only asked", async () => {
    const all = await allOf(root);
    expect(await adopt(root, old.plan, { name: "other", dryRun: true })).toMatchObject({
      path: "projects/other",
      engine: null,
      phase: { id: "poe2e", index: 18, total: 19 },
      conversations: {
        orchestrator: "0f8fad5b-d9cb-469f-a165-70867728950e",
        assistant: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
      },
      clones: [
        { folder: "clones/cc-ci", from: `${old.home}/cc-ci`, url: old.remote },
        { folder: "clones/cc-ci-adv", from: `${old.home}/cc-ci-adv`, url: old.remote },
      ],
    });
    expect(await allOf(root)).toEqual(all);
  });

  it("stands at the same phase before anything was started, and is not started while it is disabled", async () => {
    const { said } = await ask(root, ["status"]);
    expect(said.split("\n")[0]).toBe(
      "phase: poe2e [19/19] plan=plan-phase-poe2e-end-to-end.md (in progress)",
    );
    expect((await findFleet(root)).fleet.projects).toMatchObject([{ name: "cc-ci", enabled: false }]);
  });

  it("goes on at its first start: in the same phase, and with the same conversations", async () => {
    const stub = path.join(await ownDirectory(), "claude");
    const screen = path.join(ROOT, "packages/engine/src/backends/claude/screens/idle-after-turn.120x40.txt");
    await writeFile(stub, `#!/bin/sh\nprintf '%s\\n' "$@" > ${stub}.argv\ncat ${screen}\nexec sleep 600\n`);
    await chmod(stub, 0o755);
    const own = await ownOld((toml) =>
      toml
        .replace('backend = "claude"\n', 'backend = "demo"\n')
        .replace('flags = "--permission-mode acceptEdits"', `cmd = "${stub}"`)
        .replace('watch = "heal"\nmodel = "opus"', 'watch = "heal"\nmodel = "opus"\nbackend = "claude"'),
    );
    const place = await ownFleet(engine.repository);
    const { clones } = await adopt(place, own.plan);
    const project = path.join(place, "projects/cc-ci");
    for (const { folder, url } of clones) git(project, "clone", "--quiet", url ?? "", folder);
    const env = { TMUX_TMPDIR: place };
    onTestFinished(async () => void (await ask(place, ["down"], env)));
    const { exit, said } = await ask(place, ["up", "orchestrator", "builder", "adversary"], env);
    expect(said).toBe("orchestrator  resumed\nbuilder       started\nadversary     started\n");
    expect(exit).toBe(0);
    const argv = (await readFile(`${stub}.argv`, "utf8")).split("\n");
    expect(argv.slice(argv.indexOf("--resume"), argv.indexOf("--resume") + 2)).toEqual([
      "--resume",
      "0f8fad5b-d9cb-469f-a165-70867728950e",
    ]);
    expect((await ask(place, ["status"], env)).said).toContain("phase: poe2e [19/19]");
    for (const session of ["cc-ci-builder", "cc-ci-adv"])
      expect(await readFile(path.join(project, `.ao-state/kickoffs/${session}.txt`), "utf8")).toBe(
        await readFile(path.join(own.logs, `kickoff-${session}.txt`), "utf8"),
      );
  });
});

describe("a project that is one of fleet's already", () => {
  const OWN =
    '[defaults]\nsession_prefix = "own-"\nlog_dir = ".ao-state"\nbackend = "demo"\n[agents.a]\nkind = "persistent"\n';

  async function own(): Promise<string> {
    const folder = path.join(await ownDirectory(), "Own Shop");
    await mkdir(folder);
    await writeFile(path.join(folder, "agents.toml"), OWN);
    git(folder, "init", "--quiet", "--initial-branch=main");
    git(folder, "add", ".");
    git(folder, "commit", "--quiet", "-m", "Begin");
    return folder;
  }

  it("stays where it is, is registered, and gets an engine in a commit of its own", async () => {
    const folder = await own();
    const root = await ownFleet(engine.repository);
    await writeFile(path.join(folder, "half-done"), "");
    git(folder, "add", "half-done");
    const adopted = await adopt(root, folder, { name: null });
    expect(adopted).toMatchObject({ name: "own-shop", dialect: "fleet", remarks: [] });
    expect(git(folder, "ls-files", "--stage", "engine")).toContain(`160000 ${adopted.engine}`);
    expect(git(folder, "show", "--format=%s", "--name-only").trim().split("\n")).toEqual([
      "Pin the engine at v0.1.0",
      "",
      ".gitignore",
      ".gitmodules",
      "engine",
    ]);
    expect(git(folder, "diff", "--cached", "--name-only")).toBe("half-done\n");
    expect((await checkFleet(root)).problems).toEqual([]);
    await expect(adopt(root, folder, { name: "again" })).rejects.toThrow("as own-shop");
  });

  it("is as it was when no engine can be pinned", async () => {
    const folder = await own();
    const root = await ownFleet(engine.repository, "v9.9.9");
    const state = () => [git(folder, "status", "--porcelain"), git(folder, "config", "--local", "--list")];
    const before = [...state(), await readdir(folder)];
    await expect(adopt(root, folder)).rejects.toThrow("has no v9.9.9");
    expect([...state(), await readdir(folder)]).toEqual(before);
    expect((await findFleet(root)).fleet.projects).toEqual([]);
  });

  it("keeps the engine that it has", async () => {
    const folder = await own();
    git(
      folder,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      engine.repository,
      "engine",
    );
    git(folder, "commit", "--quiet", "-m", "Pin");
    const head = git(folder, "rev-parse", "HEAD");
    const adopted = await adopt(await ownFleet(engine.repository), folder);
    expect(git(folder, "rev-parse", "HEAD")).toBe(head);
    expect(adopted.engine).toBe(git(path.join(folder, "engine"), "rev-parse", "HEAD").trim());
  });
});

describe("adopt refuses", () => {
  it.each([
    ["a folder without agents.toml", async () => ownDirectory(), "FILE_MISSING", "there is no"],
    [
      "a name that is taken",
      async (root: string) => {
        await writeFile(path.join(root, "fleet.toml"), '[[project]]\nname = "cc-ci"\npath = "elsewhere"\n');
        return (await ownOld()).plan;
      },
      "TAKEN",
      'has a project "cc-ci" already',
    ],
    [
      "what is no TOML, with its place",
      async () => {
        const folder = await ownDirectory();
        await writeFile(path.join(folder, "agents.toml"), "[defaults\n");
        return folder;
      },
      "INVALID_FILE",
      "is not TOML",
    ],
    [
      "one of fleet's that is in no repository",
      async () => {
        const folder = path.join(await ownDirectory(), "bare");
        await cp(path.join(ROOT, "projects/demo"), folder, { recursive: true });
        return folder;
      },
      "GIT_FAILED",
      "is not a git repository of its own",
    ],
  ])("%s", async (_sentence, make, code, words) => {
    const root = await ownFleet(engine.repository);
    const folder = await make(root);
    const before = await allOf(root);
    const refused: unknown = await adopt(root, folder).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Failure);
    expect(refused).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(await allOf(root)).toEqual(before);
  });
});
