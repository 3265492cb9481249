import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { main } from "../src/main.ts";
import { fleet, ownDirectory } from "./own.ts";

/** An engine that notes when it begins and ends, and does what its project's files say. */
const ENGINE = `#!/bin/sh
name=$(basename "$PWD")
if [ "$1" = status ]; then cat answer; exit; fi
echo "+$name" >> ../log
: > "../$name.began"
[ ! -e until ] || while [ ! -e "../$(cat until)" ]; do sleep 0.02; done
echo "-$name" >> ../log
case " $* " in
  *" --json "*) echo "{\\"schema_version\\":1,\\"agents\\":[]}" ;;
  *) echo "$name: $*" ;;
esac
exit "$(cat exit 2>/dev/null || echo 0)"
`;

const agentsToml = (prefix: string) =>
  `[defaults]\nsession_prefix = "${prefix}"\nlog_dir = ".s"\nbackend = "demo"\n[agents.a]\nkind = "persistent"\n`;

interface Given {
  readonly name: string;
  readonly keys?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** A fleet of projects with such engines. */
async function ownProjects(...projects: readonly Given[]): Promise<string> {
  const files: Record<string, string> = { "fleet.toml": "" };
  for (const { name, keys = "", files: more = {} } of projects) {
    files["fleet.toml"] += `[[project]]\nname = "${name}"\npath = "p/${name}"\n${keys}\n`;
    const own = {
      "engine/agents": ENGINE,
      "agents.toml": agentsToml(`${name}-`),
      answer: "nothing",
      ...more,
    };
    for (const [file, text] of Object.entries(own)) files[`p/${name}/${file}`] = text;
  }
  return ownDirectory(files);
}

/** What the engines noted: "+a" began, "-a" ended. */
const logOf = async (root: string) =>
  (await readFile(path.join(root, "p/log"), "utf8").catch(() => "")).trim().split("\n").filter(Boolean);

describe("up and down of many projects", () => {
  it("run side by side those that do not come after one another, the others in their order", async () => {
    // Each of the two waits for the other's beginning: one after the other would never end.
    const root = await ownProjects(
      { name: "web", keys: 'after = ["db"]' },
      { name: "db", files: { until: "b.began" } },
      { name: "b", files: { until: "db.began" } },
    );
    expect(await fleet(root, ["up", "--all"])).toMatchObject({ exit: 0 });
    const log = await logOf(root);
    expect(log.slice(0, 2).sort()).toEqual(["+b", "+db"]);
    expect(log.filter((line) => line !== "+b" && line !== "-b")).toEqual(["+db", "-db", "+web", "-web"]);
    await rm(path.join(root, "p/log"));
    expect(await fleet(root, ["down", "web", "db"])).toMatchObject({ exit: 0 });
    expect(await logOf(root)).toEqual(["+web", "-web", "+db", "-db"]);
  });

  it("go on when one fails: only what comes after it is left out, and the end says so", async () => {
    const root = await ownProjects(
      { name: "db", files: { exit: "3" } },
      { name: "web", keys: 'after = ["db"]' },
      { name: "shop", keys: 'after = ["web"]' },
      { name: "mail" },
    );
    const { exit, out, err } = await fleet(root, ["up", "--all"]);
    expect(exit).toBe(3);
    expect(out.split("\n").filter((line) => line.endsWith(":"))).toEqual(
      expect.arrayContaining(["db:", "mail:"]),
    );
    expect(out).not.toContain("shop");
    expect(err).toBe(
      "fleet: up: 1 of 4 done; failed: db (exit 3); left out: web (comes after db), shop (comes after db)\n",
    );
    const json = JSON.parse((await fleet(root, ["up", "--all", "--json"])).out);
    expect(json).toMatchObject({
      schema_version: 1,
      projects: [
        { project: "db", agents: [] },
        { project: "web", error: { code: "SKIPPED" } },
        { project: "shop", error: { code: "SKIPPED" } },
        { project: "mail", agents: [] },
      ],
    });
  });

  it("leave nobody running for another one's sake on the way down", async () => {
    const root = await ownProjects(
      { name: "db" },
      { name: "web", keys: 'after = ["db"]', files: { exit: "1" } },
    );
    expect(await fleet(root, ["down", "--all"])).toMatchObject({
      exit: 1,
      err: "fleet: down: 1 of 2 done; failed: web (exit 1)\n",
    });
    expect(await logOf(root)).toEqual(["+web", "-web", "+db", "-db"]);
  });

  it("take those with a tag, leave the disabled ones out, and refuse one by its name", async () => {
    const root = await ownProjects(
      { name: "a", keys: 'tags = ["ci"]' },
      { name: "b", keys: 'tags = ["ci", "night"]\nenabled = false' },
      { name: "c" },
    );
    expect(await fleet(root, ["up", "--tag", "ci"])).toEqual({
      exit: 0,
      out: "a: up\n",
      err: "fleet: left out, disabled: b\n",
    });
    expect(await fleet(root, ["up", "--tag", "night"])).toEqual({
      exit: 0,
      out: "",
      err: "fleet: left out, disabled: b\n",
    });
    expect(await fleet(root, ["up", "b", "c"])).toMatchObject({ exit: 4, out: "" });
    expect(await fleet(root, ["down", "--tag", "nihgt"])).toMatchObject({
      exit: 2,
      err: expect.stringContaining("did you mean `night`?"),
    });
    expect(await fleet(root, ["up", "a", "--tag", "ci"])).toMatchObject({ exit: 2 });
    expect(await logOf(root)).toEqual(["+a", "-a"]);
  });

  it("say in the last line of a terminal who is at work, and leave it empty", async () => {
    const root = await ownProjects({ name: "a" }, { name: "b" });
    let err = "";
    const say = (text: string) => {
      err += text;
    };
    const { PATH } = process.env;
    const world = { cwd: root, env: { PATH }, signal: new AbortController().signal, input: async () => "" };
    const exit = await main(["up", "--all"], { ...world, out: () => {}, err: say, color: false, live: true });
    expect(exit).toBe(0);
    expect(err).toContain("up: 0 of 2 done; at work: a, b");
    expect(err.endsWith("\r\u001b[K")).toBe(true);
  });
});

describe("what is said to many projects", () => {
  const given = [
    { name: "a", keys: 'tags = ["ci"]' },
    { name: "b", keys: 'after = ["a"]' },
    { name: "c", keys: "enabled = false" },
  ];

  it("goes to each that is enabled, side by side, and only to those of a tag", async () => {
    const root = await ownProjects(
      ...given.slice(0, 1),
      { name: "b", keys: 'after = ["a"]', files: { exit: "1" } },
      ...given.slice(2),
    );
    const said = await fleet(root, ["send", "--all-projects", "@builder", "go", "on"]);
    expect(said).toMatchObject({ exit: 1, err: "fleet: send: 1 of 2 done; failed: b (exit 1)\n" });
    for (const name of ["a", "b"]) expect(said.out).toContain(`${name}:\n${name}: send -- @builder go on\n`);
    expect((await fleet(root, ["send", "--tag", "ci", "--all", "go on"])).out).toBe(
      "a: send --all -- go on\n",
    );
    expect((await fleet(root, ["send", "a", "ada", "--", "--go"])).out).toBe("a: send -- ada --go\n");
    expect(await fleet(root, ["send"])).toMatchObject({
      exit: 2,
      err: expect.stringContaining("projects: a, b, c"),
    });
    expect(await fleet(root, ["send", "--all-projects", "--tag", "ci", "x"])).toMatchObject({ exit: 2 });
  });

  it("and a hold, where nobody waits for another", async () => {
    const root = await ownProjects(...given);
    const said = await fleet(root, ["hold", "--all", "--for", "2h", "--why", "a move"]);
    expect(said).toMatchObject({ exit: 0, err: "" });
    for (const name of ["a", "b", "c"]) expect(said.out).toContain(`${name}: hold --for=2h --why=a move\n`);
    expect((await fleet(root, ["resume", "c"])).out).toBe("c: resume\n");
    expect(await fleet(root, ["hold"])).toMatchObject({ exit: 2, err: expect.stringContaining("or --all") });
  });
});

describe("up refuses, before anything starts,", () => {
  it.each([
    [
      '{"since":"2026-11-22T10:05:35.745Z","by":"eve","why":"the key leaked"}',
      "at 2026-11-22T10:05Z by eve: the key leaked",
    ],
    ["{", "at an unknown time by somebody"],
    ['{"since": 5}', "at an unknown time by somebody"],
  ])("what was stopped with everything, whatever of that can be read: %s", async (text, words) => {
    const root = await ownProjects({ name: "a" });
    await mkdir(path.join(root, ".fleet"));
    await writeFile(path.join(root, ".fleet/standstill.json"), text);
    expect(await fleet(root, ["up", "a"])).toEqual({
      exit: 4,
      out: "",
      err: `fleet: everything of this fleet was stopped ${words}\n  lift it first: fleet stop-everything --lift\n`,
    });
    expect(await logOf(root)).toEqual([]);
  });

  it.each<[string, readonly Given[], RegExp]>([
    [
      "a session prefix that another one has",
      [{ name: "a" }, { name: "b", files: { "agents.toml": agentsToml("a-") } }],
      /^fleet: b and another project .*\n.*the session prefix `a-` is also that of `a`/,
    ],
    [
      "sessions that two would call the same, by prefixes of which one begins like the other",
      [
        { name: "a", files: { "agents.toml": agentsToml("x-").replace("agents.a]", "agents.b-c]") } },
        { name: "b", files: { "agents.toml": agentsToml("x-b-").replace("agents.a]", "agents.c]") } },
      ],
      /the session `x-b-c` is also one of `a`/,
    ],
  ])("%s", async (_sentence, projects, words) => {
    const root = await ownProjects(...projects, { name: "c" });
    const said = await fleet(root, ["up", "b"]);
    expect(said).toMatchObject({ exit: 4, out: "", err: expect.stringMatching(words) });
    expect(await logOf(root)).toEqual([]);
    // The others have nothing to do with it.
    expect(await fleet(root, ["up", "c"])).toMatchObject({ exit: 0 });
    expect(await fleet(root, ["up", "--all"])).toMatchObject({ exit: 4 });
    expect((await logOf(root)).filter((line) => line !== "+c" && line !== "-c")).toEqual([]);
  });

  it("a state directory that is another one's by a link, and names both", async () => {
    const root = await ownProjects({ name: "a", files: { ".s/x": "" } }, { name: "b" });
    await symlink("../a/.s", path.join(root, "p/b/.s"));
    const said = await fleet(root, ["up", "b"]);
    expect(said).toMatchObject({ exit: 4, err: expect.stringContaining("a and b have one state directory") });
    expect(await logOf(root)).toEqual([]);
  });

  it("nothing for the sake of a disabled project", async () => {
    const root = await ownProjects(
      { name: "a", keys: "enabled = false" },
      { name: "b", files: { "agents.toml": agentsToml("a-") } },
    );
    expect(await fleet(root, ["up", "b"])).toMatchObject({ exit: 0 });
  });
});

const answer = (
  ...agents: readonly (readonly [name: string, is: string, why: string, since: string | null])[]
) =>
  JSON.stringify({
    ...{
      schema_version: 1,
      project: "p",
      socket: "/s/tmux.sock",
      phase: null,
      notes: [],
      orphans: [],
      keeper: null,
    },
    agents: agents.map(([name, is, why, is_since]) => ({
      ...{ name, is, why, is_since, state: "RUNNING", enabled: true, session: `p-${name}` },
    })),
    watchdog: { pid: 7, epoch: 1, heartbeat: "2026-01-01T00:00:00Z", stale: false, trouble: null },
  });

/** Of five projects two want something, and one of them a person. */
const inTrouble = () =>
  ownProjects(
    { name: "well", files: { answer: answer(["a", "working", "works", null]) } },
    {
      name: "limited",
      files: { answer: answer(["a", "limited", "is at a usage limit", "2020-01-01T00:00:00.000Z"]) },
    },
    {
      name: "asks",
      keys: 'tags = ["x"]',
      files: { answer: answer(["a", "asking", "asks: Trust?", "2020-01-01T00:00:00.000Z"]) },
    },
  );

describe("fleet status of many", () => {
  const age = /for \d+d/g;

  it("shows first who needs a person, why, since when, and what to type", async () => {
    const { exit, out } = await fleet(await inTrouble(), ["status"]);
    expect(exit).toBe(0);
    expect(out.replaceAll(age, "for …").split("\n")).toEqual([
      "asks     RUNNING  -  1 RUNNING  needs you for …: a asks: Trust?; type: fleet attach asks a",
      "limited  RUNNING  -  1 RUNNING  ailing for …: a is at a usage limit; type: fleet why limited a",
      "well     RUNNING  -  1 RUNNING",
      "",
    ]);
  });

  it.each<[string, readonly string[], number, readonly string[]]>([
    ["--problems leaves out who is well", ["--problems"], 0, ["asks", "limited"]],
    ["--check says no when anything is wrong", ["--check"], 1, ["asks", "limited", "well"]],
    ["--check of one that is well says yes", ["well", "--check"], 0, ["well"]],
    ["--tag takes those with the tag", ["--tag", "x", "--check"], 1, ["asks"]],
    ["--problems --check of who is well", ["well", "--problems", "--check"], 0, ["nothing"]],
  ])("%s", async (_sentence, words, exit, names) => {
    const said = await fleet(await inTrouble(), ["status", ...words]);
    expect(said.exit).toBe(exit);
    expect(
      said.out
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual(names);
  });

  it("tells scripts the same", async () => {
    const { out } = await fleet(await inTrouble(), ["status", "--json", "--problems"]);
    expect(JSON.parse(out).projects).toMatchObject([
      {
        name: "asks",
        attention: {
          ...{ level: "needs-you", agent: "a", since: "2020-01-01T00:00:00.000Z", others: 0 },
          command: "fleet attach asks a",
        },
      },
      { name: "limited", attention: { level: "ailing" } },
    ]);
  });

  it("--watch says again only what has changed, and ends without a word", async () => {
    const root = await inTrouble();
    const over = new AbortController();
    let out = "";
    const say = (text: string) => {
      out += text;
    };
    const world = { cwd: root, env: { PATH: process.env.PATH }, signal: over.signal, input: async () => "" };
    const watching = main(["status", "--watch"], { ...world, out: say, err: say, color: false });
    const until = async (words: string) => {
      for (let tries = 0; !out.includes(words) && tries < 500; tries++) await wait(20);
      expect(out).toContain(words);
    };
    await until("well ");
    expect(out.trim().split("\n")).toHaveLength(3);
    await writeFile(path.join(root, "p/well/answer"), answer(["a", "unread", "shows …", null]));
    await until("type: fleet record well a");
    expect(out.trim().split("\n")).toHaveLength(4);
    over.abort();
    expect(await watching).toBe(130);
    expect(out.trim().split("\n")).toHaveLength(4);
  });
});
