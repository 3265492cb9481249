import { describe, expect, it } from "vitest";
import { fleetJsonSchema, parseFleetFile, readFleetFile } from "./fleet-file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const project = (name: string, more = "") =>
  `[[project]]\nname = "${name}"\npath = "projects/${name}"\n${more}`;
const SHA = "0123456789abcdef0123456789abcdef01234567";

type Case = readonly [sentence: string, toml: string, ...expected: string[]];

const check = (cases: readonly Case[]) =>
  it.each(cases.map(([sentence, toml, ...expected]) => [sentence, toml, expected] as const))(
    "%s",
    async (_, toml, expected) => {
      const { problems } = await readFleetFile("fleet.toml", bytes(toml));
      expect(
        problems.map(
          ({ code, severity, line, column, end_column, message, help, related }) =>
            `${severity === "warning" ? "warning " : ""}${code} ${line}:${column}-${end_column} ${message}${help === null ? "" : ` (${help})`}${related.map((place) => ` [${place.message} ${place.line}:${place.column}]`).join("")}`,
        ),
      ).toEqual(expected);
    },
  );

describe("a project's own keys", () => {
  check([
    ["no projects at all", "", "warning FL0600 1:1-1 no projects (fleet create-project NAME makes one)"],
    [
      "an empty list",
      "project = []\n",
      "warning FL0600 1:11-13 no projects (fleet create-project NAME makes one)",
    ],
    [
      "one table instead of a list",
      `[project]\nname = "a"\n`,
      "FL0220 1:1-10 `project` must be an array, not a table (write `[[project]]` for each entry)",
    ],
    [
      "a table under a project",
      `${project("a")}${project("b")}[project.env.deep]\nx = 1\n`,
      "FL0210 7:10-13 unknown key `env` in `project[1]`",
    ],
    ["no name", `[[project]]\npath = "a"\n`, "FL0211 1:1-12 missing key `name` in `project[0]`"],
    [
      "a misspelt path",
      `[[project]]\nname = "a"\npth = "../a"\n`,
      "FL0210 3:1-4 unknown key `pth` in `project[0]` (did you mean `path`?)",
    ],
    [
      "a name with a space",
      project("my app"),
      "FL0223 2:8-16 `my app` is not a project name (write `my-app`)",
    ],
    ["a name in capitals", project("CC-CI"), "FL0223 2:8-15 `CC-CI` is not a project name (write `cc-ci`)"],
    ["a name that is an option", project("-rf"), "FL0223 2:8-13 `-rf` is not a project name (write `rf`)"],
    [
      "a name that tmux would run",
      project("#(id)"),
      "FL0223 2:8-15 `#(id)` is not a project name (write `id`)",
    ],
    ["a name that means something else", project("all"), "FL0223 2:8-13 the name `all` is reserved"],
    [
      "a number for a name",
      '[[project]]\nname = 5\npath = "a"\n',
      'FL0220 2:8-9 `project[0].name` must be a string, not an integer (write `"5"`)',
    ],
    [
      "a path from a shell",
      '[[project]]\nname = "a"\npath = "~/a"\n[[project]]\nname = "b"\npath = "$HOME/b"\n',
      "FL0400 3:8-13 `~/a` is not expanded (write a path relative to fleet.toml)",
      "FL0400 6:8-17 `$HOME/b` is not expanded (write a path relative to fleet.toml)",
    ],
    [
      "yes and no",
      project("a", 'enabled = "no"\n'),
      "FL0220 4:11-15 `project[0].enabled` must be true or false, not a string (write `false`)",
    ],
    [
      "a short commit",
      project("a", 'engine = "0123456"\n'),
      "FL0228 4:10-19 `0123456` is not a full commit (write all 40 digits: git rev-parse HEAD in the project's engine)",
    ],
    [
      "a branch for a commit",
      project("a", 'engine = "main"\n'),
      'FL0228 4:10-16 `main` is not a full commit (write a full commit, or "workspace")',
    ],
    [
      "a runner that is not there",
      project("a", 'runner = "slurm"\n'),
      'FL0221 4:10-17 `project[0].runner` cannot be "slurm" (write "local")',
    ],
    [
      "a workspace elsewhere",
      '[[project]]\nname = "a"\npath = "x/../../a"\nengine = "workspace"\n',
      "FL0305 4:10-21 `a` is not in this repository, so it cannot run its engine (pin the project to a commit)",
    ],
  ]);
});

describe("the engine", () => {
  const engine = (line: string) => `[engine]\n${line}\n${project("a")}`;
  check([
    [
      "a transport that runs commands",
      engine('url = "ext::sh -c x"'),
      "FL0227 2:7-21 `ext::sh -c x` is not a git URL that is allowed here (use https, ssh, or a path)",
    ],
    [
      "an option in disguise",
      engine('url = "--upload-pack=x"'),
      "FL0227 2:7-24 `--upload-pack=x` is not a git URL that is allowed here (use https, ssh, or a path)",
    ],
    [
      "a transport without secrecy",
      engine('url = "http://example.org/engine.git"'),
      "FL0227 2:7-38 `http://example.org/engine.git` is not a git URL that is allowed here (use https, ssh, or a path)",
    ],
    [
      "a password",
      engine('url = "https://me:secret@example.org/e.git"'),
      "FL0227 2:7-44 a URL must not hold a password (use a git credential helper)",
    ],
    [
      "a name that git does not take",
      engine('ref = "v1..2"'),
      "FL0228 2:7-14 `v1..2` is not a tag, a branch or a commit",
    ],
    ...[
      "https://example.org/e.git",
      "ssh://git@example.org/e.git",
      "git@example.org:team/e.git",
      "file:///srv/e.git",
      "/srv/e.git",
      "../e.git",
      "./.fleet/engine.git",
      "e.git",
    ].map((url): Case => [`takes ${url}`, engine(`url = "${url}"`)]),
  ]);
});

describe("between projects", () => {
  check([
    [
      "a name twice",
      `${project("a")}[[project]]\nname = "a"\npath = "b"\n`,
      "FL0300 5:8-11 two projects are called `a` [first defined here 2:8]",
    ],
    [
      "a folder twice",
      `${project("a")}[[project]]\nname = "b"\npath = "./projects//a/"\n`,
      "FL0302 6:8-24 `a` and `b` are in the same folder [the other path is here 3:8]",
    ],
    [
      "a folder in a folder, in any order",
      `${project("a")}[[project]]\nname = "b"\npath = "projects"\n[[project]]\nname = "c"\npath = "projects-c"\n`,
      "FL0302 6:8-18 `a` lies inside the folder of `b` [the other path is here 3:8]",
    ],
    [
      "an unknown predecessor",
      `${project("a")}${project("b", 'after = ["aa"]\n')}`,
      "FL0303 7:10-14 there is no project `aa` (did you mean `a`?)",
    ],
    [
      "a predecessor that is wrong itself is not unknown",
      `${project("a", "enabled = 1\n")}${project("b", 'after = ["a"]\n')}`,
      "FL0220 4:11-12 `project[0].enabled` must be true or false, not an integer",
    ],
    ["its own predecessor", project("a", 'after = ["a"]\n'), "FL0304 4:10-13 `a` cannot start after itself"],
    [
      "a circle, once",
      ["a", "b", "c"]
        .map((name, index, all) => project(name, `after = ["${all[(index + 1) % 3]}"]\n`))
        .join(""),
      "FL0304 12:10-13 a circle: `a` after `b` after `c` after `a`",
    ],
    [
      "no circle where two ways meet",
      `${project("a")}${project("b", 'after = ["a"]\n')}${project("c", 'after = ["a"]\n')}${project("d", 'after = ["b", "c"]\n')}`,
    ],
    [
      "a wrong project does not hide another's problem",
      `${project("a", "x = 1\n")}${project("b")}${project("b2", "").replace("projects/b2", "projects/b")}`,
      "FL0210 4:1-2 unknown key `x` in `project[0]`",
      "FL0302 10:8-20 `b` and `b2` are in the same folder [the other path is here 7:8]",
    ],
  ]);
});

describe("a good file", () => {
  it("is a fleet, with its defaults", async () => {
    const parsed = await parseFleetFile(
      "fleet.toml",
      bytes(
        `${project("a", `enabled = false\nengine = "${SHA}"\ntags = ["ci"]\n`)}${project("b", 'after = ["a"]\n')}`,
      ),
    );
    expect(parsed).toMatchObject({
      ok: true,
      warnings: [],
      value: {
        engine: { url: "./.fleet/engine.git", ref: "v0.1.0" },
        projects: [
          {
            name: "a",
            path: "projects/a",
            enabled: false,
            engine: SHA,
            tags: ["ci"],
            after: [],
            runner: "local",
            place: { line: 2, column: 8 },
          },
          { name: "b", enabled: true, engine: null, after: ["a"], place: { line: 8, column: 8 } },
        ],
      },
    });
  });

  it("may have a thousand projects, each after another", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) =>
      project(`p${index}`, index === 0 ? "" : `after = ["p${index - 1}"]\n`),
    );
    const parsed = await parseFleetFile("fleet.toml", bytes(many.join("")));
    expect(parsed.ok && parsed.value.projects.length).toBe(1_000);
  }, 10_000);

  it("may have as many ways through `after` as it likes", async () => {
    const layers = Array.from({ length: 60 }, (_, index) => {
      const after =
        index < 2 ? "" : `after = ["p${index - (index % 2) - 1}", "p${index - (index % 2) - 2}"]\n`;
      return project(`p${index}`, after);
    });
    const parsed = await parseFleetFile("fleet.toml", bytes(layers.reverse().join("")));
    expect(parsed.ok).toBe(true);
  });

  it("has a JSON schema", () =>
    expect(JSON.stringify(fleetJsonSchema())).toContain("What you call it on the command line."));
});
