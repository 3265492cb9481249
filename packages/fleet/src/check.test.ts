import { type FileFact, readAgentsFile, type WrittenFile } from "@fleet/engine";
import { describe, expect, it } from "vitest";
import { checkSnapshot } from "./check.ts";
import { NO_ENGINE } from "./facts/engine-facts.ts";
import type { Pin } from "./facts/read-pin.ts";
import type { ProjectSnapshot, Snapshot } from "./facts/snapshot.ts";
import { readFleetFile } from "./fleet-file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const ONE = "1".repeat(40);
const TWO = "2".repeat(40);

const agentsToml = (prefix: string, ...agents: readonly string[]) =>
  `[defaults]\nsession_prefix = "${prefix}"\nlog_dir = ".state"\n${agents.map((name) => `[agents.${name}]\nkind = "persistent"\n`).join("")}`;
const WRITTEN: WrittenFile = { is: "read", bytes: bytes(""), open: false, foreign: false, twin: null };
const MACHINE = { tmux: "tmux 3.5a", git: "git version 2.50.1" };
const SERVER = '[backends.opencode]\nserver = "http://127.0.0.1:4096"\n[services.oc]\nserves = "opencode"\n';

interface Given {
  readonly name: string;
  /** More lines of its table, from the fourth on. */
  readonly keys?: string;
  readonly folder?: ProjectSnapshot["folder"];
  readonly agents?: string;
  /** Of agents.toml, where it is not one that can be read. */
  readonly written?: WrittenFile;
  readonly files?: Readonly<Record<string, FileFact>>;
  readonly pin?: Pin;
  readonly real?: string;
}

async function snapshotOf(given: readonly Given[]): Promise<Snapshot> {
  const source = given
    .map(({ name, keys = "" }) => `[[project]]\nname = "${name}"\npath = "p/${name}"\n${keys}`)
    .join("");
  const fleet = await readFleetFile("fleet.toml", bytes(source));
  const projects = (fleet.fleet?.projects ?? []).map(async (project): Promise<ProjectSnapshot> => {
    const {
      name,
      folder = "directory",
      agents = agentsToml(`${project.name}-`, "a"),
      written,
      files = {},
      pin,
      real,
    } = given[project.index] ?? { name: "" };
    const file = `p/${name}/agents.toml`;
    return {
      project,
      folder,
      real: real ?? `/p/${name}`,
      strays: false,
      file,
      agents:
        written === undefined
          ? { written: WRITTEN, source: agents, ...(await readAgentsFile(file, bytes(agents))) }
          : { written, source: "", problems: [], document: null, project: null },
      files: new Map(Object.entries({ ".": { kind: "directory" }, ...files })),
      engine: NO_ENGINE,
      pin: pin ?? { is: "pinned", commit: ONE, checkedOut: ONE },
    };
  });
  return {
    file: "fleet.toml",
    written: WRITTEN,
    source,
    fleet,
    projects: await Promise.all(projects),
    machine: MACHINE,
  };
}

const gist = async (given: readonly Given[]) =>
  checkSnapshot(await snapshotOf(given)).problems.map(
    ({ code, severity, file, line, column, message, related }) =>
      `${severity === "warning" ? "warning " : ""}${code} ${file}:${line}:${column} ${message}${related.map((place) => ` [${place.message} ${place.file}:${place.line}:${place.column}]`).join("")}`,
  );

describe("a fleet", () => {
  it.each<[string, readonly Given[], ...string[]]>([
    ["is right", [{ name: "one" }, { name: "two" }]],
    [
      "misses a folder",
      [{ name: "one", folder: "missing", written: { is: "missing" } }],
      "FL0400 fleet.toml:3:8 there is no folder `p/one`",
    ],
    [
      "has a file for a folder",
      [{ name: "one", folder: "file", written: { is: "missing" } }],
      "FL0401 fleet.toml:3:8 `p/one` is a file, and should be a folder",
    ],
    [
      "misses agents.toml",
      [{ name: "one", written: { is: "missing" } }],
      "FL0004 p/one/agents.toml:1:1 there is no agents.toml [the project is here fleet.toml:2:8]",
    ],
    [
      "has something else for it",
      [{ name: "one", written: { is: "something else", what: "a pipe" } }],
      "FL0004 p/one/agents.toml:1:1 agents.toml is a pipe, and should be a file [the project is here fleet.toml:2:8]",
    ],
    [
      "has problems in every file at once",
      [
        { name: "one", agents: "name: x" },
        { name: "two", keys: "typo = 1\n", agents: `${agentsToml("two-", "a")}prompt = "p.md"\n` },
        { name: "three", agents: agentsToml("three-") },
      ],
      "FL0210 fleet.toml:7:1 unknown key `typo` in `project[1]`",
      "FL0100 p/one/agents.toml:1:5 expected `=` after the key",
      "FL0211 p/three/agents.toml:1:1 no agents",
      "FL0400 p/two/agents.toml:6:10 there is no file `p.md`",
    ],
  ])("%s", async (_, given, ...expected) => {
    expect(await gist(given)).toEqual(expected);
  });

  it("counts its projects, and keeps what problems point into", async () => {
    const files = { "k.md": { kind: "file", text: "{x}" } } as const;
    const { projects, sources } = checkSnapshot(await snapshotOf([{ name: "one", files }, { name: "two" }]));
    expect(projects).toBe(2);
    expect([...sources.keys()]).toEqual([
      "fleet.toml",
      "p/one/agents.toml",
      "p/one/k.md",
      "p/two/agents.toml",
    ]);
  });
});

describe("a pin", () => {
  it.each<[string, Given, ...string[]]>([
    [
      "is not asked of a project that runs this repository's engine",
      { name: "one", keys: 'engine = "workspace"\n', pin: { is: "not-a-repository" } },
    ],
    ["is the expected one", { name: "one", keys: `engine = "${ONE}"\n` }],
    [
      "needs a repository",
      { name: "one", pin: { is: "not-a-repository" } },
      "FL0404 fleet.toml:3:8 `p/one` is not a git repository of its own",
    ],
    [
      "needs an engine",
      { name: "one", pin: { is: "no-engine" } },
      "FL0405 fleet.toml:3:8 `p/one` has no engine",
    ],
    [
      "is a submodule",
      { name: "one", pin: { is: "not-a-submodule" } },
      "FL0405 fleet.toml:3:8 `p/one/engine` is not a submodule, so nothing says which engine it is",
    ],
    [
      "is another one",
      { name: "one", keys: `engine = "${TWO}"\n` },
      `FL0405 fleet.toml:4:10 \`one\` is pinned to ${ONE}, and ${TWO} is expected`,
    ],
    [
      "is not checked out",
      { name: "one", pin: { is: "pinned", commit: ONE, checkedOut: null } },
      "FL0405 fleet.toml:3:8 the engine of `one` is not checked out",
    ],
    [
      "is not what is checked out",
      { name: "one", pin: { is: "pinned", commit: ONE, checkedOut: TWO } },
      `FL0405 fleet.toml:3:8 the engine of \`one\` is at ${TWO}, and its pin is ${ONE}`,
    ],
  ])("%s", async (_, given, ...expected) => {
    expect(await gist([given])).toEqual(expected);
  });
});

describe("two projects", () => {
  it.each<[string, readonly Given[], ...string[]]>([
    [
      "with one prefix",
      [
        { name: "one", agents: agentsToml("x-", "a") },
        { name: "two", agents: agentsToml("x-", "a") },
      ],
      "FL0301 p/two/agents.toml:2:18 the session prefix `x-` is also that of `one` [`one` has it here p/one/agents.toml:2:18]",
    ],
    [
      "with one prefix, and one disabled",
      [
        { name: "one", keys: "enabled = false\n", agents: agentsToml("x-", "a") },
        { name: "two", agents: agentsToml("x-", "b") },
      ],
      "warning FL0301 p/two/agents.toml:2:18 the session prefix `x-` is also that of `one` [`one` has it here p/one/agents.toml:2:18]",
    ],
    [
      "with prefixes that make one session",
      [
        { name: "one", agents: agentsToml("a-", "z", "b-c") },
        { name: "two", agents: agentsToml("a-b-", "c") },
      ],
      "FL0301 p/two/agents.toml:4:1 the session `a-b-c` is also one of `one` [`one` has it here p/one/agents.toml:6:1]",
    ],
    [
      "with prefixes that begin alike and make different sessions",
      [
        { name: "one", agents: agentsToml("a-", "x") },
        { name: "two", agents: agentsToml("a-b-", "c") },
      ],
    ],
    [
      "with servers at one port",
      [
        { name: "one", agents: `${agentsToml("x-", "a")}${SERVER}` },
        { name: "two", agents: `${agentsToml("y-", "a")}${SERVER.replace("127.0.0.1", "localhost")}` },
      ],
      "FL0302 p/two/agents.toml:7:10 the port of `http://localhost:4096` is also that of a server of `one` [`one` has it here p/one/agents.toml:7:10]",
    ],
    [
      "in one folder, by a link",
      [
        { name: "one", real: "/p/one" },
        { name: "two", real: "/p/one" },
      ],
      "FL0302 fleet.toml:6:8 `two` is in the same folder as `one` [`one` is here fleet.toml:2:8]",
    ],
  ])("%s", async (_, given, ...expected) => {
    expect(await gist(given)).toEqual(expected);
  });
});
