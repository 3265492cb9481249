import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fleet, ownDirectory } from "./own.ts";

/** An engine that says what it was asked, in which folder, and answers as its project's file `answer` says. */
const ENGINE = `#!/bin/sh
if [ "$1" = status ] && [ "$2" = --json ]; then cat answer; exit "$(cat exit 2>/dev/null || echo 0)"; fi
echo "$(basename "$PWD"): $*"
echo "a note" >&2
exit "$(cat exit 2>/dev/null || echo 0)"
`;

const answer = (project: string, more: object = {}) =>
  JSON.stringify({
    schema_version: 1,
    project,
    phase: { id: "poe2e", index: 18, total: 19, plan: "p.md", state: "in progress" },
    agents: ["RUNNING", "stopped", "RUNNING"].map((state, index) => ({
      name: `a${index}`,
      kind: "loop",
      backend: "demo",
      model: null,
      watch: "heal",
      enabled: true,
      state,
      session: `x-a${index}`,
      pid: null,
      since: null,
      why: "",
    })),
    watchdog: { pid: 7, epoch: 1, heartbeat: "2026-01-01T00:00:00Z" },
    ...more,
  });

/** Three projects: two that run what they are pinned to, and one that is disabled. */
const three = () =>
  ownDirectory({
    "fleet.toml": `[[project]]
name = "shop"
path = "projects/shop"
after = ["base"]

[[project]]
name = "base"
path = "projects/base"

[[project]]
name = "old"
path = "projects/old"
enabled = false
`,
    "projects/shop/engine/agents": ENGINE,
    "projects/shop/answer": answer("shop"),
    "projects/base/engine/agents": ENGINE,
    "projects/base/answer": answer("base", { phase: null, agents: [], watchdog: null }),
    "projects/old/engine/agents": ENGINE,
    "projects/old/answer": answer("old", { newer: true }),
  });

/** Every path with what it holds. */
async function treeHash(root: string): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const hash = createHash("sha256");
  for (const entry of entries.sort((a, b) =>
    path.join(a.parentPath, a.name) < path.join(b.parentPath, b.name) ? -1 : 1,
  )) {
    const file = path.join(entry.parentPath, entry.name);
    hash.update(`${file}\0${entry.isFile() ? await readFile(file, "utf8") : ""}\0`);
  }
  return hash.digest("hex");
}

describe("fleet", () => {
  it.each([
    ["up with a name runs that project's own engine, in its folder", ["up", "base"], 0, "base: up\n"],
    ["up hands the flags on", ["up", "base", "--fresh", "-f"], 0, "base: up --fresh --follow\n"],
    [
      "up begins with what others come after",
      ["up", "shop", "base"],
      0,
      "base:\nbase: up\nshop:\nshop: up\n",
    ],
    ["up --all leaves out what is disabled", ["up", "--all"], 0, "base:\nbase: up\nshop:\nshop: up\n"],
    ["down goes the other way round", ["down", "base", "shop"], 0, "shop:\nshop: down\nbase:\nbase: down\n"],
    ["down of a disabled project works", ["down", "old"], 0, "old: down\n"],
    [
      "status with a name is the engine's",
      ["status", "shop", "-o", "wide"],
      0,
      "shop: status --output=wide\n",
    ],
    [
      "send keeps every word",
      ["send", "base", "bob", "--", "-x", "two  words"],
      0,
      "base: send -- bob -x two  words\n",
    ],
    ["events", ["events", "base", "--json"], 0, "base: events --json --\n"],
    ["events since when", ["events", "base", "--since", "2h"], 0, "base: events --since=2h --\n"],
    ["record", ["record", "base", "bob"], 0, "base: record -- bob\n"],
    ["why", ["why", "base", "bob", "-n", "5"], 0, "base: why --lines=5 -- bob\n"],
    ["watchdog restart", ["watchdog", "base", "restart"], 0, "base: watchdog -- restart\n"],
    ["phase", ["phase", "base", "goto", "two"], 0, "base: phase -- goto two\n"],
    ["wake", ["wake", "base"], 0, "base: wake --\n"],
    ["restart", ["restart", "base", "bob"], 0, "base: restart -- bob\n"],
  ])("%s", async (_sentence, words, exit, out) => {
    const said = await fleet(await three(), words);
    expect(said.out).toBe(out);
    expect(said.exit).toBe(exit);
    expect(said.err).toContain("a note");
  });

  it("means a file of the folder where it was called, and not of the project's", async () => {
    const folder = await three();
    const said = await fleet(folder, ["record", "base", "bob", "--to", "x.json"]);
    expect(said.out).toBe(`base: record --to=${folder}/x.json -- bob\n`);
  });

  it.each([
    ["no fleet.toml", [], ["status"], 3, "fleet: there is no fleet.toml here, nor in any folder above\n"],
    [
      "a project that is not there",
      ["three"],
      ["status", "shp"],
      2,
      'fleet: fleet.toml has no project "shp"\n  did you mean `shop`?\n',
    ],
    ["a project like no other", ["three"], ["up", "zzzzzz"], 2, "  projects: shop, base, old\n"],
    [
      "up of a disabled project",
      ["three"],
      ["up", "old"],
      4,
      "fleet: old is disabled in fleet.toml, so it is never started\n  set enabled = true under its [[project]] (fleet.toml:11)\n",
    ],
    [
      "up of nothing",
      ["three"],
      ["up"],
      2,
      "fleet: up needs the name of a project, or --all\n  projects: shop, base, old\n",
    ],
    ["down of nothing", ["three"], ["down"], 2, "fleet: down needs the name of a project, or --all\n"],
    [
      "names and --all",
      ["three"],
      ["down", "shop", "--all"],
      2,
      "fleet: down takes names or --all, not both\n",
    ],
    [
      "--follow of several",
      ["three"],
      ["up", "--all", "--follow"],
      2,
      "fleet: up --follow shows one project\n",
    ],
    ["an unknown command", ["three"], ["sttus"], 2, "  did you mean `fleet status`?\n"],
    [
      "a bad name for a project",
      ["three"],
      ["create-project", "My App"],
      2,
      "  perhaps: fleet create-project my-app\n",
    ],
    [
      "a taken name",
      ["three"],
      ["create-project", "shop"],
      4,
      'fleet: fleet.toml has a project "shop" already\n',
    ],
  ])("explains %s", async (_sentence, [has], words, exit, said) => {
    const root = has === undefined ? await ownDirectory() : await three();
    const before = await treeHash(root);
    const got = await fleet(root, words);
    expect(got.err).toContain(said);
    expect(got).toMatchObject({ exit, out: "" });
    expect(await treeHash(root)).toBe(before);
  });

  it("finds fleet.toml in the folders above, and names it from there", async () => {
    const root = await three();
    expect(await fleet(path.join(root, "projects/shop"), ["status", "base"])).toMatchObject({ exit: 0 });
    const { err } = await fleet(path.join(root, "projects/shop"), ["up", "nobody"]);
    expect(err).toContain('fleet: ../../fleet.toml has no project "nobody"\n');
  });

  it("tells every problem of fleet.toml before it does anything", async () => {
    const root = await ownDirectory({ "fleet.toml": '[[project]]\nname = "A"\npth = "x"\nenabled = "no"\n' });
    const { exit, err } = await fleet(root, ["up", "a"]);
    expect(exit).toBe(1);
    expect(err).toContain("fleet: fleet.toml has problems\n");
    for (const place of ["fleet.toml:2:8 ", "fleet.toml:3:1 ", "fleet.toml:4:11 "])
      expect(err).toContain(place);
  });
});

describe("an engine", () => {
  it("passes its exit code on, and the worst of several counts", async () => {
    const root = await three();
    await writeFile(path.join(root, "projects/base/exit"), "3");
    expect(await fleet(root, ["up", "base"])).toMatchObject({ exit: 3 });
    expect(await fleet(root, ["up", "--all"])).toMatchObject({
      exit: 3,
      out: "base:\nbase: up\n",
      err: expect.stringContaining(
        "fleet: up: 0 of 2 done; failed: base (exit 3); left out: shop (comes after base)\n",
      ),
    });
  });

  it("that is not checked out comes with the command that fetches it", async () => {
    const root = await ownDirectory({
      "fleet.toml": '[[project]]\nname = "shop"\npath = "my projects/shop"\n',
      "my projects/shop/.gitmodules": '[submodule "engine"]\n\tpath = engine\n\turl = /srv/engine.git\n',
    });
    await mkdir(path.join(root, "my projects/shop/engine"));
    expect(await fleet(root, ["up", "shop"])).toEqual({
      exit: 3,
      out: "",
      err: "fleet: the engine of shop is not checked out yet\n  run: git -C 'my projects/shop' -c protocol.file.allow=always submodule update --init engine\n",
    });
  });

  it("of a project that is not there is not looked for", async () => {
    const root = await ownDirectory({ "fleet.toml": '[[project]]\nname = "shop"\npath = "shop"\n' });
    const { exit, err } = await fleet(root, ["status", "shop"]);
    expect({ exit, err }).toEqual({
      exit: 3,
      err: "fleet: shop should be in shop, and there is no such folder\n  clone the project there, or correct its path in fleet.toml\n",
    });
  });

  it("that is not the expected one is refused by up", async () => {
    const root = await three();
    const file = path.join(root, "fleet.toml");
    const text = (await readFile(file, "utf8")).replace(
      'path = "projects/base"',
      `$&\nengine = "${"a".repeat(40)}"`,
    );
    await writeFile(file, text);
    const { exit, err } = await fleet(root, ["up", "base"]);
    expect(exit).toBe(4);
    expect(err).toContain(`expects ${"a".repeat(40)}`);
  });

  it("is ended when the user interrupts", async () => {
    const root = await ownDirectory({
      "fleet.toml": '[[project]]\nname = "slow"\npath = "slow"\n',
      "slow/engine/agents": "#!/bin/sh\nexec sleep 600\n",
    });
    expect(await fleet(root, ["events", "slow", "-f"], { signal: AbortSignal.timeout(300) })).toMatchObject({
      exit: 130,
    });
  });
});

describe("fleet status without a name", () => {
  it("has a line for each project, and writes nothing", async () => {
    const root = await three();
    const before = await treeHash(root);
    expect(await fleet(root, ["status"])).toEqual({
      exit: 0,
      err: "",
      out: `shop            RUNNING  poe2e [19/19] (in progress)  2 RUNNING, 1 stopped
base            stopped  -                            no agents
old (disabled)  RUNNING  poe2e [19/19] (in progress)  2 RUNNING, 1 stopped
`,
    });
    expect(await treeHash(root)).toBe(before);
  });

  it("is JSON for scripts, with all that the engines say", async () => {
    const { out } = await fleet(await three(), ["status", "--json"]);
    const { schema_version, projects } = JSON.parse(out);
    expect(schema_version).toBe(1);
    expect(projects).toMatchObject([
      { name: "shop", path: "projects/shop", enabled: true, error: null, status: JSON.parse(answer("shop")) },
      { name: "base" },
      { name: "old", enabled: false, status: { newer: true } },
    ]);
  });

  it("shows what it can of an engine that answers in another version, and says so", async () => {
    const root = await three();
    const newer = {
      schema_version: 2,
      watchdog: { id: "w" },
      agents: [{ name: "a" }, { title: "b" }, 3],
      more: [1],
    };
    await writeFile(path.join(root, "projects/shop/answer"), JSON.stringify(newer));
    await writeFile(path.join(root, "projects/base/answer"), answer("base", { schema_version: 0 }));
    await writeFile(
      path.join(root, "projects/old/answer"),
      answer("old", { schema_version: 3, phase: "one" }),
    );
    const { exit, out } = await fleet(root, ["status"]);
    expect(exit).toBe(0);
    expect(out.split("\n")).toEqual([
      "shop            RUNNING  -                            1 unknown             newer engine (its answers have version 2)",
      "base            RUNNING  poe2e [19/19] (in progress)  2 RUNNING, 1 stopped  older engine (its answers have version 0)",
      "old (disabled)  RUNNING  -                            2 RUNNING, 1 stopped  newer engine (its answers have version 3)",
      "",
    ]);
    const json = JSON.parse((await fleet(root, ["status", "--json"])).out);
    expect(json.projects[0].status).toMatchObject({ schema_version: 2, more: [1] });
  });

  it("shows what can't be asked, and the others all the same", async () => {
    const root = await three();
    await writeFile(path.join(root, "projects/shop/answer"), "nonsense");
    await writeFile(path.join(root, "projects/old/exit"), "1");
    const { exit, out } = await fleet(root, ["status"]);
    expect(exit).toBe(1);
    expect(out.split("\n")).toEqual([
      "shop            unknown  -  -          needs you: this fleet does not understand the answer of shop's engine; type: fleet validate",
      "base            stopped  -  no agents",
      "old (disabled)  unknown  -  -          the engine of old: it exited 1 and said nothing",
      "",
    ]);
  });

  it("says what to do in an empty fleet", async () => {
    const root = await ownDirectory({ "fleet.toml": '[engine]\nref = "v0.1.0"\n' });
    expect(await fleet(root, ["status"])).toMatchObject({
      exit: 0,
      out: "no projects yet: fleet create-project NAME\n",
    });
  });
});

describe("fleet validate", () => {
  const good =
    '[defaults]\nsession_prefix = "shop-"\nlog_dir = ".s"\nbackend = "demo"\n[agents.a]\nkind = "persistent"\n';

  it("counts the projects when all is well, and writes nothing", async () => {
    const root = await ownDirectory({
      "fleet.toml": '[[project]]\nname = "shop"\npath = "shop"\nengine = "workspace"\n',
      "shop/agents.toml": good,
    });
    const before = await treeHash(root);
    expect(await fleet(root, ["validate"])).toEqual({ exit: 0, out: "OK, 1 project\n", err: "" });
    expect(await treeHash(root)).toBe(before);
  });

  it("shows the problems of every file with their places", async () => {
    const root = await ownDirectory({
      "fleet.toml": '[[project]]\nname = "shop"\npath = "shop"\nengine = "workspace"\nenabld = true\n',
      "shop/agents.toml": good.replace("persistent", "persitent"),
    });
    const { exit, out } = await fleet(root, ["validate"]);
    expect(exit).toBe(1);
    expect(out).toContain("--> fleet.toml:5:1");
    expect(out).toContain("--> shop/agents.toml:6:8");
    const json = await fleet(root, ["validate", "--format", "json"]);
    expect(json.exit).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      valid: false,
      diagnostics: [
        { file: "fleet.toml", line: 5, column: 1 },
        { file: "shop/agents.toml", line: 6, column: 8 },
      ],
    });
  });

  it("does not wait for a fleet.toml that is a pipe, and neither does any other command", async () => {
    const root = await ownDirectory();
    execFileSync("mkfifo", [path.join(root, "fleet.toml")]);
    expect((await fleet(root, ["validate"])).out).toContain("error[FL0004]: fleet.toml is a pipe");
    for (const words of [["status"], ["up", "demo"], ["send", "demo", "builder", "hello"]]) {
      const { exit, err } = await fleet(root, words);
      expect(err).toContain("fleet.toml is a pipe, and should be a file");
      expect(exit).toBe(3);
    }
  });

  it("holds what this machine lacks against nobody, however strict", async () => {
    const root = await ownDirectory({
      "fleet.toml": '[[project]]\nname = "shop"\npath = "shop"\nengine = "workspace"\n',
      "shop/agents.toml": `${good}[services.web]\ncommand = ["no-such-program", "80"]\n`,
    });
    const { exit, out } = await fleet(root, ["validate", "--strict"]);
    expect(out).toContain("warning[FL0500]: there is no program `no-such-program` on this machine");
    expect(out).toContain("OK, 1 project\n");
    expect(exit).toBe(0);
    const prefix = good.replace('"shop-"', '"shop"');
    await writeFile(path.join(root, "shop/agents.toml"), prefix);
    expect((await fleet(root, ["validate"])).exit).toBe(0);
    expect((await fleet(root, ["validate", "--strict"])).exit).toBe(1);
  });

  describe("of some projects", () => {
    const table = (name: string, more = "") =>
      `[[project]]\nname = "${name}"\npath = "${name}"\nengine = "workspace"\n${more}`;
    const three = () =>
      ownDirectory({
        "fleet.toml": `${table("one", 'tags = ["web"]\n')}${table("two", "typo = 1\n")}${table("three", 'tags = ["web"]\n')}`,
        "one/agents.toml": good,
        "two/agents.toml": good.replace("persistent", "persitent").replace("shop-", "two-"),
        "three/agents.toml": good.replace("[agents.a]", "[agents.b]"),
      });

    it.each([
      ["two", ["two"], ["fleet.toml:10:1", "two/agents.toml:6:8"]],
      [
        "one by its flag, with what is between it and another",
        ["--project", "one"],
        ["three/agents.toml:2:18"],
      ],
      ["those with a tag", ["--tag", "web"], ["three/agents.toml:2:18"]],
    ])("shows what touches %s", async (_, words, places) => {
      const { exit, out } = await fleet(await three(), ["validate", ...words]);
      expect(exit).toBe(1);
      expect([...out.matchAll(/--> (\S+)/g)].map(([, place]) => place)).toEqual(places);
    });

    it("counts them alone", async () => {
      const root = await ownDirectory({
        "fleet.toml": table("one") + table("two"),
        "one/agents.toml": good,
        "two/agents.toml": "broken",
      });
      expect(await fleet(root, ["validate", "one"])).toMatchObject({ exit: 0, out: "OK, 1 project\n" });
      expect(await fleet(root, ["validate"])).toMatchObject({ exit: 1 });
    });

    it("knows the names and the tags that there are", async () => {
      const root = await three();
      expect(await fleet(root, ["validate", "thre"])).toMatchObject({
        exit: 2,
        err: expect.stringContaining("did you mean `three`?"),
      });
      expect(await fleet(root, ["validate", "--tag", "wob"])).toMatchObject({
        exit: 2,
        err: expect.stringContaining("tags: web"),
      });
    });
  });

  it("annotates a push", async () => {
    const root = await ownDirectory({
      "fleet.toml": '[[project]]\nname = "shop"\npath = "shop"\nengine = "workspace"\nenabld = true\n',
      "shop/agents.toml": good,
    });
    const { exit, out } = await fleet(root, ["validate", "--format", "github"]);
    expect(exit).toBe(1);
    expect(out).toMatch(
      /^::error file=fleet.toml,line=5,endLine=5,col=1,endColumn=6,title=FL0210::unknown key/,
    );
  });

  it("says where fleet.toml should be", async () => {
    expect(await fleet(await ownDirectory(), ["validate"])).toMatchObject({ exit: 3, out: "" });
  });

  it("shows a fleet.toml that leads nowhere, and does not look for another one above", async () => {
    const root = await ownDirectory();
    await symlink("/nowhere", path.join(root, "fleet.toml"));
    const { exit, out } = await fleet(root, ["validate"]);
    expect(exit).toBe(1);
    expect(out).toContain("error[FL0004]: fleet.toml is a link to something that is not there");
  });
});

describe("fleet explain", () => {
  it("shows the page of a code, however it is typed", async () => {
    const said = await fleet("/", ["explain", "FL0224"]);
    expect(said).toMatchObject({ exit: 0, err: "" });
    expect(said.out).toContain("FL0224: a bad duration\n");
    expect(said.out).toContain('    stall_grace = "180s"\n');
    expect(await fleet("/", ["explain", "fl0224"])).toEqual(said);
    expect(await fleet("/", ["explain", "0224"])).toEqual(said);
  });

  it("lists all codes, for people and for scripts", async () => {
    const { out } = await fleet("/", ["explain"]);
    expect(out.split("\n").length).toBeGreaterThan(40);
    const { codes } = JSON.parse((await fleet("/", ["explain", "--json"])).out);
    expect(codes.map(({ code, title }: Record<string, string>) => `${code}  ${title}\n`).join("")).toBe(out);
  });

  it("asks back for a code that is nearly one", async () => {
    const { exit, err } = await fleet("/", ["explain", "FL0242"]);
    expect(exit).toBe(2);
    expect(err).toContain("did you mean FL0");
  });
});

describe("fleet schema", () => {
  it("prints what an editor needs for each file", async () => {
    const { exit, out } = await fleet(await ownDirectory(), ["schema", "agents"]);
    expect(exit).toBe(0);
    const here = path.join(import.meta.dirname, "../../engine/schema/agents.schema.json");
    expect(JSON.parse(out)).toEqual(JSON.parse(await readFile(here, "utf8")));
  });

  it("lists the names, and knows which is meant", async () => {
    const root = await ownDirectory();
    const { out } = await fleet(root, ["schema"]);
    expect(out.split("\n").map((line) => line.split(/ +/)[0])).toEqual(
      expect.arrayContaining(["agents", "fleet", "status", "validate"]),
    );
    expect(await fleet(root, ["schema", "agent"])).toMatchObject({
      exit: 2,
      err: expect.stringContaining("did you mean `agents`?"),
    });
  });
});
