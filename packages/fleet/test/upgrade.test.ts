import { appendFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import type { Failure } from "@fleet/engine";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { createProject, findFleet, pickProjects, runEngine, upgradeAll } from "../src/index.ts";
import type { UpgradeAllOptions } from "../src/pin/upgrade-all.ts";
import { GIT_ENV, git, ownDirectory, ownWorld, releaseEngine } from "./own.ts";
import { rerelease } from "./releases.ts";

/*
 * Two real releases of the engine, and real projects that run them. A third one
 * dies as soon as it is to watch, a fourth does not accept any project, a fifth
 * watches, and ends an agent.
 */

// Agents start and watchdogs are watched: a busy machine may take long for it.
vi.setConfig({ testTimeout: 120_000 });

let engine: Awaited<ReturnType<typeof releaseEngine>>;
let template: string;
const commits: Record<string, string> = {};

const ENV = { ...GIT_ENV, FLEET_NODE: process.execPath };
const FIRST = "globalThis.process.argv[2]";

const AGENTS = (name: string) => `[defaults]
session_prefix = "${name}-"
log_dir = ".ao-state"
backend = "demo"
[supervision]
signal_tick = "1s"
stop_grace = "500ms"
[backends.demo]
env = { DEMO_PACE = "0.05", DEMO_WAIT = "60" }
[agents.ada]
kind = "persistent"
[agents.bob]
kind = "persistent"
`;

beforeAll(async () => {
  engine = await releaseEngine("0.2.0");
  const { repository } = engine;
  const break_ = (version: string, when: string, how: string) =>
    rerelease(repository, {
      from: "v0.2.0",
      version,
      change: (code) => `if (${when}) { globalThis.process.stderr.write("broken\\n"); ${how} }\n${code}`,
    });
  const watches = `${FIRST} === "watchdog" && globalThis.process.argv[3] === "--config"`;
  await break_("0.3.0", watches, "globalThis.process.exit(7);");
  await break_("0.4.0", `${FIRST} === "validate"`, "globalThis.process.exit(70);");
  await break_("0.5.0", `${FIRST} === "--version"`, "globalThis.process.exit(1);");
  for (const version of ["0.1.0", "0.2.0", "0.3.0"])
    commits[version] = git(repository, "rev-parse", `v${version}^{commit}`).trim();
  template = path.join(path.dirname(repository), "fleet");
  await mkdir(template);
  await writeFile(
    path.join(template, "fleet.toml"),
    `# Ours.\n[engine]\nurl = "${repository}"\nref = "v0.1.0"\n`,
  );
  for (const name of ["shop", "blog"]) {
    await createProject(await findFleet(template), { name }, ownWorld(template));
    const folder = path.join(template, "projects", name);
    await writeFile(path.join(folder, "agents.toml"), AGENTS(name));
    git(folder, "commit", "--quiet", "-a", "-m", "Two agents");
  }
  const file = path.join(template, "fleet.toml");
  await writeFile(
    file,
    (await readFile(file, "utf8")).replaceAll(
      "enabled = false # true, when it is to run",
      `enabled = true # yes\nengine = "${commits["0.1.0"]}"  # tried`,
    ),
  );
}, 180_000);
afterAll(() => engine.dispose());

async function ownFleet() {
  const root = path.join(await ownDirectory(), "fleet");
  await cp(template, root, { recursive: true, verbatimSymlinks: true });
  const ask = async (name: string, ...words: string[]): Promise<string> => {
    const found = await findFleet(root);
    const [project] = pickProjects(found, [name]);
    if (project === undefined) throw new Error(`no ${name}`);
    const world = ownWorld(root, ENV);
    const exit = await runEngine(found, project, words, world);
    if (exit !== 0) throw new Error(`${words.join(" ")}: exit ${exit}: ${world.said.join("")}`);
    if (words[0] === "up") onTestFinished(async () => void (await ask(name, "down")));
    return world.said.join("");
  };
  const upgrade = async (names: readonly string[], options: Partial<UpgradeAllOptions> = {}) => {
    const found = await findFleet(root);
    const all = {
      to: "v0.2.0",
      older: true,
      window: 500,
      patience: 100_000,
      plan: false,
      canary: false,
      ...options,
    };
    const told: string[] = [];
    const outcomes = await upgradeAll(found, pickProjects(found, names), all, {
      world: ownWorld(root, ENV),
      tell: (name, what) => told.push(`${name}: ${what}`),
      done: () => {},
    });
    return { outcomes, told };
  };
  return {
    root,
    ask,
    upgrade,
    folder: (name: string) => path.join(root, "projects", name),
    /** What is to be the same before and after. */
    pids: async (name: string) => {
      const { agents } = JSON.parse(await ask(name, "status", "--json"));
      return agents.map(({ pid }: { pid: number | null }) => pid);
    },
    version: async (name: string) => JSON.parse(await ask(name, "status", "--json")).watchdog?.version,
    pin: (name: string) => git(path.join(root, "projects", name), "rev-parse", "HEAD:engine").trim(),
    heard: async (name: string, agent: string) => {
      const file = path.join(root, "projects", name, ".ao-state/demo", `${agent}.journal`);
      return (await readFile(file, "utf8"))
        .split("\n")
        .filter((line) => line.includes("heard") || line.includes("word"));
    },
    expected: async () => (await readFile(path.join(root, "fleet.toml"), "utf8")).match(/[0-9a-f]{40}/g),
  };
}

const results = ({ outcomes }: { outcomes: readonly { result: string }[] }) =>
  outcomes.map(({ result }) => result);
const failureIn = ({ outcomes }: { outcomes: readonly object[] }): Failure =>
  (outcomes as readonly { failure: Failure }[])[0]?.failure as Failure;

describe("two projects with engines of two versions", () => {
  it("run side by side, one is upgraded while it works and goes back, and its agents notice nothing", async () => {
    const { ask, upgrade, pids, version, pin, heard, expected, folder, root } = await ownFleet();
    expect(results(await upgrade(["blog"]))).toEqual(["upgraded"]);
    for (const name of ["shop", "blog"]) await ask(name, "up");
    expect([await version("shop"), await version("blog")]).toEqual(["0.1.0", "0.2.0"]);
    const [ours, others] = [await pids("shop"), await pids("blog")];
    await ask("shop", "send", "ada", "the first word");
    await ask("shop", "send", "--no-wait", "bob", "the second word");

    const { outcomes, told } = await upgrade(["shop"]);
    expect(outcomes).toMatchObject([
      {
        result: "upgraded",
        from: { version: "0.1.0", commit: commits["0.1.0"] },
        to: { version: "0.2.0", commit: commits["0.2.0"] },
        workers: ["ada", "bob"],
      },
    ]);
    expect(told).toEqual([
      expect.stringMatching(/^shop: runs v0\.2\.0 \([0-9a-f]{7}\) from now on, watched for 0.5 s$/),
    ]);
    expect([await version("shop"), await version("blog")]).toEqual(["0.2.0", "0.2.0"]);
    expect([await pids("shop"), await pids("blog")]).toEqual([ours, others]);
    expect([pin("shop"), await expected()]).toEqual([commits["0.2.0"], [commits["0.2.0"], commits["0.2.0"]]]);
    const head = git(folder("shop"), "show", "--format=%an %s", "--name-status", "HEAD");
    expect(head).toMatch(
      /^Ada Move the engine from v0\.1\.0 \(\w{7}\) to v0\.2\.0 \(\w{7}\)\n\nM\tengine\n$/,
    );
    expect(git(folder("shop"), "status", "--porcelain")).toBe("");
    expect(await readFile(path.join(root, "fleet.toml"), "utf8")).toMatch(
      /^# Ours\.\n(?:.*\n)*enabled = true # yes\nengine = "\w+" {2}# tried\n/,
    );

    expect(results(await upgrade(["shop"], { to: { back: true } }))).toEqual(["upgraded"]);
    expect([await version("shop"), pin("shop")]).toEqual(["0.1.0", commits["0.1.0"]]);
    expect(await pids("shop")).toEqual(ours);
    await ask("shop", "send", "ada", "the third word");
    expect(await heard("shop", "ada")).toEqual([
      expect.stringContaining("the first word"),
      expect.stringContaining("the third word"),
    ]);
    expect(await heard("shop", "bob")).toEqual([expect.stringContaining("the second word")]);
    expect(results(await upgrade(["shop"], { to: "v0.1.0" }))).toEqual(["unchanged"]);
  });

  it("an engine whose watchdog dies is taken back by itself, and leaves no trace", async () => {
    const { ask, upgrade, pids, version, pin, expected, folder } = await ownFleet();
    await ask("shop", "up");
    const before = await pids("shop");
    const head = git(folder("shop"), "rev-parse", "HEAD");
    const { outcomes, told } = await upgrade(["shop", "blog"], {
      to: "v0.3.0",
      window: 20_000,
      canary: true,
    });
    expect(outcomes).toMatchObject([
      { result: "rolled-back", because: expect.stringMatching(/^its watchdog died \d times$/) },
      { result: "held" },
    ]);
    expect(told.at(-1)).toMatch(/^shop: its watchdog died \d times: it goes back to v0\.1\.0 /);
    expect([await version("shop"), await pids("shop")]).toEqual(["0.1.0", before]);
    expect([git(folder("shop"), "rev-parse", "HEAD"), pin("shop")]).toEqual([head, commits["0.1.0"]]);
    expect(git(folder("shop"), "status", "--porcelain")).toBe("");
    expect(await expected()).toEqual([commits["0.1.0"], commits["0.1.0"]]);
  });
});

describe("an upgrade", () => {
  it("of a project that is down moves the pin and starts nothing", async () => {
    const { upgrade, pin, folder, version, ask } = await ownFleet();
    const { outcomes, told } = await upgrade(["shop", "blog"]);
    expect(outcomes).toMatchObject([
      { result: "upgraded", restarts: false },
      { result: "upgraded", restarts: false },
    ]);
    expect(told).toEqual([]);
    expect([pin("shop"), pin("blog")]).toEqual([commits["0.2.0"], commits["0.2.0"]]);
    expect(await version("shop")).toBeUndefined();
    expect(await readdir(folder("shop"))).not.toContain(".ao-state");
    expect(await ask("shop", "--version")).toBe("agents 0.2.0\n");
  });

  it("is planned without changing a byte, with what the changelog says", async () => {
    const { upgrade, root } = await ownFleet();
    const hash = () =>
      git(
        root,
        "hash-object",
        "--no-filters",
        "fleet.toml",
        "projects/shop/.git/index",
        "projects/shop/.git/modules/engine/packed-refs",
      );
    git(path.join(root, "projects/shop/engine"), "pack-refs", "--all");
    const before = hash();
    const { outcomes } = await upgrade(["shop"], { plan: true });
    expect(outcomes).toMatchObject([
      {
        result: "planned",
        from: { version: "0.1.0" },
        to: { version: "0.2.0" },
        moves: true,
        restarts: false,
        changes: expect.stringMatching(/^## 0\.2\.0\n\n- /),
      },
    ]);
    expect(hash()).toBe(before);
  });

  it("that was cut short is ended by the next one, also where git is told to hide submodules", async () => {
    const { upgrade, folder, pin } = await ownFleet();
    git(folder("shop"), "config", "submodule.engine.ignore", "all");
    git(folder("shop"), "config", "diff.ignoreSubmodules", "all");
    git(path.join(folder("shop"), "engine"), "checkout", "--quiet", "--detach", "v0.2.0");
    expect(results(await upgrade(["shop"]))).toEqual(["upgraded"]);
    expect([pin("shop"), git(folder("shop"), "status", "--porcelain")]).toEqual([commits["0.2.0"], ""]);
  });

  it("that was cut short before its watchdog was restarted restarts it; and it leaves a way back to who runs", async () => {
    const { ask, upgrade, folder, version, pids } = await ownFleet();
    await ask("shop", "up");
    const before = await pids("shop");
    git(path.join(folder("shop"), "engine"), "checkout", "--quiet", "--detach", "v0.2.0");
    git(folder("shop"), "commit", "--quiet", "-m", "mine", "engine");
    expect(await version("shop")).toBe("0.1.0");
    expect((await upgrade(["shop"])).outcomes).toMatchObject([
      { result: "upgraded", moves: false, restarts: true },
    ]);
    expect([await version("shop"), await pids("shop")]).toEqual(["0.2.0", before]);

    await rerelease(engine.repository, {
      from: "v0.2.0",
      version: "0.6.0",
      change: (code) => code,
      state: 2,
    });
    const refused = failureIn(await upgrade(["shop"], { to: "v0.6.0" }));
    expect([refused.code, refused.message]).toEqual([
      "DENIED",
      "v0.6.0 keeps its state directory in another way than v0.2.0, so there would be no way back for shop",
    ]);
    await ask("shop", "down");
    expect(results(await upgrade(["shop"], { to: "v0.6.0" }))).toEqual(["upgraded"]);
  });

  it("to no version by name leaves a project alone whose engine is newer", async () => {
    const { upgrade, pin } = await ownFleet();
    await upgrade(["shop"]);
    expect((await upgrade(["shop"], { to: "v0.1.0", older: false })).outcomes).toMatchObject([
      { result: "unchanged", ahead: true },
    ]);
    expect(pin("shop")).toBe(commits["0.2.0"]);
    expect(results(await upgrade(["shop"], { to: "v0.1.0" }))).toEqual(["upgraded"]);
    expect(pin("shop")).toBe(commits["0.1.0"]);
  });

  it("to a release that is younger than the project's clone fetches it", async () => {
    const { upgrade, folder, pin } = await ownFleet();
    const commit = await rerelease(engine.repository, {
      from: "v0.2.0",
      version: "0.2.1",
      change: (code) => code,
    });
    expect(results(await upgrade(["shop"], { to: "v0.2.1" }))).toEqual(["upgraded"]);
    expect(pin("shop")).toBe(commit);
    expect(git(path.join(folder("shop"), "engine"), "tag", "--points-at", "HEAD")).toBe("v0.2.1\n");
  });

  it.each<[string, (folder: string) => unknown, string, string, RegExp]>([
    [
      "with staged changes",
      (folder) => stage(folder),
      "v0.2.0",
      "DENIED",
      /^shop has staged changes, so its pin is not moved$/,
    ],
    [
      "with a changed engine",
      (folder) => appendFile(path.join(folder, "engine/agents.mjs"), "//"),
      "v0.2.0",
      "DENIED",
      /^shop has an engine with changes \(agents\.mjs\)/,
    ],
    [
      "in the midst of a merge",
      (folder) => writeFile(path.join(folder, ".git/MERGE_HEAD"), git(folder, "rev-parse", "HEAD")),
      "v0.2.0",
      "DENIED",
      /^shop is in the midst of a merge/,
    ],
    [
      "at another commit",
      (folder) => git(path.join(folder, "engine"), "checkout", "--quiet", "--detach", "v0.3.0"),
      "v0.2.0",
      "DRIFTED",
      /^the engine of shop is at /,
    ],
    ["to a version that is not there", () => {}, "v9.9.9", "GIT_FAILED", /has no v9\.9\.9$/],
    [
      "to an engine that does not run",
      () => {},
      "v0.5.0",
      "ENGINE_FAILED",
      /^the engine v0\.5\.0 does not run here: broken$/,
    ],
    [
      "to an engine that can't check it",
      () => {},
      "v0.4.0",
      "ENGINE_FAILED",
      /^the engine v0\.4\.0 can't check shop: broken$/,
    ],
    [
      "that the new engine does not accept",
      (folder) => appendFile(path.join(folder, "agents.toml"), "typo = 1\n"),
      "v0.2.0",
      "INVALID_FILE",
      /^the engine v0\.2\.0 does not accept shop$/,
    ],
    [
      "from a place that is a command",
      (folder) =>
        git(path.join(folder, "engine"), "remote", "set-url", "origin", `ext::sh -c touch% ${folder}/x`),
      "v0.2.0",
      "GIT_FAILED",
      /can't be reached: transport 'ext' not allowed$/,
    ],
    [
      "from a place that is gone",
      (folder) => git(path.join(folder, "engine"), "remote", "set-url", "origin", "/srv/gone.git"),
      "v0.2.0",
      "GIT_FAILED",
      /^the engine's repository \/srv\/gone\.git can't be reached: /,
    ],
  ])("%s is refused, and changes nothing", async (_, change, to, code, words) => {
    const { upgrade, folder, pin, expected } = await ownFleet();
    await change(folder("shop"));
    const status = () => git(folder("shop"), "status", "--porcelain");
    const before = [git(folder("shop"), "rev-parse", "HEAD"), status()];
    const failure = failureIn(await upgrade(["shop"], { to }));
    expect([failure.code, failure.message]).toEqual([code, expect.stringMatching(words)]);
    expect([git(folder("shop"), "rev-parse", "HEAD"), status()]).toEqual(before);
    expect([pin("shop"), await expected()]).toEqual([commits["0.1.0"], [commits["0.1.0"], commits["0.1.0"]]]);
  });

  it("is refused before anything is changed where fleet.toml can't follow, with what to write there", async () => {
    const { upgrade, root, pin } = await ownFleet();
    const file = path.join(root, "fleet.toml");
    const text = await readFile(file, "utf8");
    const quoted = `engine = """\\\n${commits["0.1.0"]}"""`;
    await writeFile(file, text.replace(/engine = "\w+"/, quoted));
    const failure = failureIn(await upgrade(["shop"]));
    expect([failure.code, failure.hint]).toEqual([
      "INVALID_FILE",
      `write there yourself:\nengine = "${commits["0.2.0"]}"`,
    ]);
    expect(pin("shop")).toBe(commits["0.1.0"]);
  });

  it("tells every problem that the new engine has with the files, and where the engine's repository is now", async () => {
    const { upgrade, folder } = await ownFleet();
    await appendFile(path.join(folder("shop"), "agents.toml"), "typo = 1\n");
    expect(failureIn(await upgrade(["shop"])).problems).toMatchObject([
      { code: "FL0210", file: "projects/shop/agents.toml", line: 14 },
    ]);
    git(path.join(folder("blog"), "engine"), "remote", "set-url", "origin", "/srv/gone.git");
    expect(failureIn(await upgrade(["blog"])).hint).toContain(
      "git -C projects/blog submodule set-url engine NEW-URL",
    );
  });
});

describe("a pin that is taken back", () => {
  it("is followed by another commit where somebody may have the first", async () => {
    const { ask, upgrade, folder, pin } = await ownFleet();
    await ask("shop", "up");
    const running = upgrade(["shop"], { to: "v0.3.0" });
    while (pin("shop") !== commits["0.3.0"]) await wait(5);
    git(folder("shop"), "branch", "pushed");
    expect(results(await running)).toEqual(["rolled-back"]);
    expect(git(folder("shop"), "log", "-2", "--format=%s").split("\n")).toEqual([
      expect.stringMatching(/^Move the engine back to v0\.1\.0 /),
      expect.stringMatching(/^Move the engine from v0\.1\.0 .* to v0\.3\.0 /),
      "",
    ]);
    expect(pin("shop")).toBe(commits["0.1.0"]);
  });

  it("is refused where there was none before", async () => {
    const { upgrade } = await ownFleet();
    expect(failureIn(await upgrade(["shop"], { to: { back: true } })).message).toBe(
      "shop has had no other pin than this one",
    );
  });
});

async function stage(folder: string): Promise<void> {
  await appendFile(path.join(folder, ".gitignore"), "/mine\n");
  git(folder, "add", ".gitignore");
}
