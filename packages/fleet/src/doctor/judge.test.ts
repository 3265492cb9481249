import { describe, expect, it } from "vitest";
import type { Facts, MachineFacts, ProgramFacts, ProjectFacts } from "./facts.ts";
import { judge } from "./judge.ts";
import { compareVersions, KNOWN_BAD, versionIn } from "./known-versions.ts";
import { loginOf } from "./logins.ts";

const GB = 1024 ** 3;

const machine: MachineFacts = {
  root: false,
  node: "24.4.1",
  tmux: "tmux 3.7",
  git: "git version 2.50.1",
  gitQuotes: true,
  insideTmux: null,
  path: "/usr/bin:/bin",
  temporary: { path: "/tmp", is: "writable" },
  files: 20_000,
  inotify: { instances: 128, used: 3, watches: 190_000 },
  synchronized: true,
  systemd: true,
  disks: [{ path: "/srv", free: 40 * GB, files: 4_000_000 }],
};

const shop: ProjectFacts = {
  name: "shop",
  folder: "/srv/shop",
  agents: 2,
  running: 2,
  state: { path: "/srv/shop/.state", own: true, mode: 0o700, socketLength: 40, deadSocket: null },
  server: { socket: "/srv/s", version: "3.7", remainOnExit: true, destroyUnattached: false },
  wished: true,
  watched: true,
  unit: true,
  unfound: [],
  leftovers: [],
  orphans: [],
  unignored: [],
  nameless: [],
  remotes: [{ url: "git@host:shop.git", answers: true, because: "", byAgentOnly: false }],
};

const claude: ProgramFacts = {
  backend: "claude",
  command: "claude",
  projects: ["shop"],
  said: { version: "2.1.329" },
  login: { by: "file", name: "/home/ada/.claude/.credentials.json" },
};

const fleetOf = (project: Partial<ProjectFacts>, more: Partial<Facts["fleet"]> = {}): Facts["fleet"] => ({
  ...{ root: "/srv", problems: 0, strays: [] },
  projects: [{ ...shop, ...project }],
  ...more,
});

const factsOf = (more: {
  machine?: Partial<MachineFacts>;
  program?: Partial<ProgramFacts>;
  fleet?: Facts["fleet"];
}): Facts => ({
  machine: { ...machine, ...more.machine },
  programs: [{ ...claude, ...more.program }],
  fleet: more.fleet === undefined ? fleetOf({}) : more.fleet,
});

/** "wrong tmux: what it is". */
const said = (facts: Facts): readonly string[] =>
  judge(facts)
    .filter(({ level }) => level !== "ok")
    .map(({ level, about, what }) => `${level} ${about}: ${what}`);

it("finds nothing where all is well, and says what was looked at", () => {
  expect(said(factsOf({}))).toEqual([]);
  expect(judge(factsOf({})).map(({ about, what }) => `${about}: ${what}`)).toEqual([
    "node: 24.4.1",
    "tmux: 3.7",
    "git: 2.50.1",
    "open files: 20000 for each process",
    "inotify: 3 of 128 instances taken",
    "clock: synchronized",
    "disk of /srv: 40 GB free",
    "claude: 2.1.329",
    "claude: login: there is /home/ada/.claude/.credentials.json; whether it is valid is not known",
    "files: fleet.toml and every agents.toml are right",
    "shop: watched, 2 of 2 agents run",
  ]);
});

describe("of the machine it finds", () => {
  it.each<[string, Partial<MachineFacts>, string]>([
    ["a tmux that is not there", { tmux: null }, "wrong tmux: is not installed"],
    ["one that is too old", { tmux: "tmux 2.9a" }, "wrong tmux: 2.9a: fleet was never tried with it"],
    ["one that is broken", { tmux: "tmux 3.6" }, "wrong tmux: 3.6: its server ends as soon"],
    ["one with a trap", { tmux: "tmux 3.6b" }, "note tmux: 3.6b: a client in control mode"],
    ["a Node of which no fixes come", { node: "25.9.0" }, "note node: 25.9.0: no fixes come for it"],
    ["a git that runs what it clones", { gitQuotes: false }, "wrong git: lacks the fix of CVE-2025-48384"],
    ["that it is typed in a tmux", { insideTmux: "/tmp/tmux-0/default" }, "note TMUX: you are inside a tmux"],
    [
      "a PATH with the current folder",
      { path: "/bin::." },
      'wrong PATH: has folders that are not absolute: "", "."',
    ],
    [
      "a TMPDIR that is not there",
      { temporary: { path: "/t", is: "missing" } },
      "wrong TMPDIR: /t is not there",
    ],
    [
      "one that leaves no room for a socket",
      { temporary: { path: `/${"x".repeat(80)}`, is: "writable" } },
      "wrong TMPDIR: has 81 bytes",
    ],
    ["too few open files", { files: 256 }, "wrong open files: a process may have 256 open, and 2 agents"],
    [
      "too few inotify instances",
      { inotify: { instances: 128, used: 121, watches: 190_000 } },
      "wrong inotify: 121 of 128 instances are taken",
    ],
    [
      "too few watches",
      { inotify: { instances: 128, used: 1, watches: 8 } },
      "wrong inotify: 8 watches, and this fleet wants about 1088",
    ],
    ["a clock that runs on its own", { synchronized: false }, "note clock: is not synchronized"],
    ["a clock of which nobody knows", { synchronized: null }, "unknown clock: nothing here tells"],
    ["a full disk", { disks: [{ path: "/", free: 1024 ** 2, files: null }] }, "wrong disk of /: 1 MB free"],
    [
      "a disk without names",
      { disks: [{ path: "/", free: 9 * GB, files: 9 }] },
      "wrong disk of /: room for 9",
    ],
    ["a disk that fills", { disks: [{ path: "/", free: GB, files: null }] }, "note disk of /: 1 GB free"],
    ["root", { root: true }, "note user: you are root"],
  ])("%s", (_, more, expected) => {
    const found = said(factsOf({ machine: more, fleet: fleetOf({ server: null }) }));
    expect(found).toEqual([expect.stringContaining(expected)]);
  });

  it("the same without a fleet", () => {
    expect(said({ machine: { ...machine, git: null }, programs: [], fleet: null })).toEqual([
      "wrong git: is not installed",
    ]);
  });
});

describe("of an agent program it finds", () => {
  it.each<[string, Partial<ProgramFacts>, string]>([
    [
      "which of several it is",
      { command: "/opt/claude", said: "silent" },
      "wrong claude: does not say its version (/opt/claude)",
    ],
    ["that it is missing", { said: "missing" }, "wrong claude: there is no claude on PATH"],
    ["that it hangs", { said: "silent" }, "wrong claude: does not say its version"],
    [
      "a known-bad version",
      { said: { version: "2.1.60" } },
      "wrong claude: 2.1.60: a crafted .git/commondir",
    ],
    ["an unknown one", { said: { version: "2.3.0" } }, "note claude: 2.3.0 is newer than 2.1.329"],
    [
      "that nobody is logged in",
      { login: { by: "nothing", command: "claude, then /login", looked: ["/a", "KEY"] } },
      "wrong claude: login: there is none: not /a, nor KEY",
    ],
    [
      "that it can't know who is",
      { login: { by: "elsewhere", name: ".testenv" } },
      "unknown claude: login: may be in .testenv, which is not read",
    ],
  ])("%s", (_, more, expected) => {
    expect(said(factsOf({ program: more }))).toEqual([expect.stringContaining(expected)]);
  });
});

describe("of a project it finds", () => {
  const state = (more: Partial<NonNullable<ProjectFacts["state"]>>): Partial<ProjectFacts> => ({
    state: { path: "/srv/shop/.state", own: true, mode: 0o700, socketLength: 40, deadSocket: null, ...more },
  });
  const server = (more: Partial<NonNullable<ProjectFacts["server"]>>): Partial<ProjectFacts> => ({
    server: { socket: "/srv/s", version: "3.7", remainOnExit: true, destroyUnattached: false, ...more },
  });
  it.each<[string, Partial<ProjectFacts>, string]>([
    ["that a restart would be its end", { unit: false }, "note shop: restart: nothing brings it back"],
    ["that nobody watches", { watched: false }, "wrong shop: watchdog: its agents are asked for, and nobody"],
    [
      "a folder of state of another user",
      state({ own: false }),
      "wrong shop: state: /srv/shop/.state belongs",
    ],
    ["one in which others may write", state({ mode: 0o775 }), "wrong shop: state: others may write"],
    ["one in which others may read", state({ mode: 0o755 }), "note shop: state: others may read"],
    [
      "a path too long for a socket",
      state({ socketLength: 108 }),
      "wrong shop: socket: its path has 108 bytes",
    ],
    ["a socket that was left", state({ deadSocket: "/srv/s" }), "note shop: socket: /srv/s was left"],
    [
      "a server of another tmux",
      server({ version: "3.5a" }),
      "note shop: tmux server: runs tmux 3.5a, and 3.7",
    ],
    ["one that does not answer", server({ version: null }), "wrong shop: tmux server: does not answer"],
    [
      "an option that ends agents",
      server({ destroyUnattached: true }),
      "wrong shop: tmux server: somebody has",
    ],
    [
      "an option that hides ends",
      server({ remainOnExit: false }),
      "note shop: tmux server: somebody has set",
    ],
    [
      "a PATH without its program",
      { unfound: ["claude"] },
      "wrong shop: PATH: its watchdog runs with a PATH",
    ],
    [
      "processes",
      { leftovers: [{ pid: 7, agent: "ada" }] },
      "wrong shop: processes: 1 of ada outlived their run: 7",
    ],
    ["orphans", { orphans: ["shop-bob"] }, "note shop: sessions: no agent of agents.toml owns shop-bob"],
    [
      "what git does not ignore",
      { unignored: [{ path: ".state", tracked: false }] },
      "wrong shop: .gitignore: does not have .state",
    ],
    [
      "what git has taken",
      { unignored: [{ path: ".state", tracked: true }] },
      "wrong shop: .gitignore: git has taken .state",
    ],
    [
      "a clone without a name",
      { nameless: ["clones/a"] },
      "wrong shop: git: does not know who commits in clones/a",
    ],
    [
      "a remote that is silent",
      { remotes: [{ url: "git@h:s", answers: false, because: "not within 5 s", byAgentOnly: false }] },
      "wrong shop: remote: git@h:s does not answer: not within 5 s",
    ],
    [
      "one that wants the agent of this login",
      { remotes: [{ url: "git@h:s", answers: true, because: "", byAgentOnly: true }] },
      "note shop: remote: git@h:s answers only with the ssh agent of this login",
    ],
  ])("%s", (_, more, expected) => {
    expect(said(factsOf({ fleet: fleetOf(more) }))).toEqual([expect.stringContaining(expected)]);
  });

  it("what validate finds, and what git would take into the fleet", () => {
    const fleet = fleetOf({}, { problems: 2, strays: ["projects/shop/"] });
    expect(said(factsOf({ fleet }))).toEqual([
      "wrong files: validate finds 2 problems",
      "note fleet: .gitignore: does not have projects/shop/",
    ]);
  });

  it("each with why it matters and what mends it, and the harmless ones with a deed", () => {
    const fleet = fleetOf({ ...state({ mode: 0o777, deadSocket: "/srv/s" }), unfound: ["claude"] });
    const found = judge(factsOf({ fleet })).filter(({ level }) => level !== "ok");
    for (const { why, mend } of found) expect([why, mend]).toEqual([expect.any(String), expect.any(String)]);
    expect(found.map(({ fix }) => fix?.do ?? null)).toEqual(["chmod", "remove-socket", null]);
  });
});

describe("versions", () => {
  it.each([
    ["3.3", "3.3a", -1],
    ["3.3a", "3.4", -1],
    ["3.6b", "3.6a", 1],
    ["2.1.9", "2.1.10", -1],
    ["24.0.0", "24", 0],
    ["1.0.216-beta.1", "1.0.216", 0],
  ])("%s against %s", (one, other, expected) => {
    expect(compareVersions(one, other)).toBe(expected);
  });

  it.each([
    ["tmux 3.3a", "3.3a"],
    ["git version 2.39.5 (Apple Git-154)", "2.39.5"],
    ["2.1.329 (Claude Code)", "2.1.329"],
    ["codex-cli 0.169.0", "0.169.0"],
    ["tmux master", null],
  ])("of %s", (words, expected) => {
    expect(versionIn(words)).toBe(expected);
  });

  it("that are known to be bad say since when, why and where it stands", () => {
    for (const one of KNOWN_BAD) {
      expect(one.date).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect([one.why, one.source].every((text) => text.length > 5)).toBe(true);
    }
  });
});

describe("a login", () => {
  const home = "/home/ada";
  it.each([
    ["by a variable", { ANTHROPIC_API_KEY: "k" }, [], null, { by: "variable", name: "ANTHROPIC_API_KEY" }],
    [
      "by a file",
      {},
      [`${home}/.claude/.credentials.json`],
      null,
      { by: "file", name: `${home}/.claude/.credentials.json` },
    ],
    [
      "in a folder of its own",
      { CLAUDE_CONFIG_DIR: "/c" },
      ["/c/.credentials.json"],
      null,
      { by: "file", name: "/c/.credentials.json" },
    ],
    ["in a file of secrets, perhaps", {}, [], ".testenv", { by: "elsewhere", name: ".testenv" }],
    ["none", { ANTHROPIC_API_KEY: "" }, [], null, { by: "nothing" }],
  ])("of Claude Code is found %s", (_, env, files, secrets, expected) => {
    const exists = (file: string) => (files as readonly string[]).includes(file);
    expect(loginOf("claude", home, env, exists, secrets)).toMatchObject(expected);
  });

  it("is nothing that a stand-in needs", () => {
    expect(loginOf("demo", home, {}, () => false, null)).toBeNull();
  });
});
