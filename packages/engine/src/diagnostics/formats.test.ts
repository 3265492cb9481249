import { describe, expect, it } from "vitest";
import type { Problem } from "../problem.ts";
import { failsCheck, formatProblems, saysWhenFine } from "./formats.ts";

const place = (line: number, column: number, end_column: number, file = "fleet.toml") => ({
  file,
  line,
  column,
  end_line: line,
  end_column,
});
const problem = (more: Partial<Problem> = {}): Problem => ({
  ...place(5, 1, 4),
  code: "FL0210",
  severity: "error",
  message: "unknown key `pth`",
  help: "did you mean `path`?",
  related: [],
  ...more,
});
const TOOL = { name: "fleet", version: "0.1.0" };

const format = (kind: "pretty" | "github" | "sarif", problems: readonly Problem[], checkout?: string) =>
  formatProblems(kind, problems, new Map(), TOOL, {
    cwd: "/home/ada/fleet",
    env: { GITHUB_WORKSPACE: checkout },
    signal: new AbortController().signal,
    input: async () => "",
    out: () => {},
    err: () => {},
    color: false,
  });

describe("problems for a person", () => {
  it("end with the way to the rule behind them", async () => {
    expect(await format("pretty", [problem()])).toMatch(
      /\n\nthe rule behind a code: fleet explain FL0210\n$/,
    );
    expect(await format("pretty", [])).toBe("");
  });
});

describe("annotations of a forge", () => {
  it.each<[string, Problem, string]>([
    [
      "have the place, the code, and what to do",
      problem(),
      "::error file=fleet.toml,line=5,endLine=5,col=1,endColumn=3,title=FL0210::unknown key `pth`%0Ahelp: did you mean `path`?",
    ],
    [
      "name the other place",
      problem({ help: null, related: [{ ...place(2, 8, 9), message: "first defined here" }] }),
      "::error file=fleet.toml,line=5,endLine=5,col=1,endColumn=3,title=FL0210::unknown key `pth`%0Afirst defined here: fleet.toml:2:8",
    ],
    [
      "have no columns over several lines, which forges refuse",
      problem({ end_line: 7, severity: "warning", help: null }),
      "::warning file=fleet.toml,line=5,endLine=7,title=FL0210::unknown key `pth`",
    ],
    [
      "mark one character where nothing stands",
      problem({ ...place(1, 1, 1), help: null }),
      "::error file=fleet.toml,line=1,endLine=1,col=1,endColumn=1,title=FL0210::unknown key `pth`",
    ],
    [
      "can't be ended, or continued by another command, from within",
      problem({ file: "a,b:c.toml", message: "100%\r\n::set-env name=X::y\u001b[2J", help: null }),
      "::error file=a%2Cb%3Ac.toml,line=5,endLine=5,col=1,endColumn=3,title=FL0210::100%25\\u{d}%0A::set-env name=X::y\\u{1b}[2J",
    ],
  ])("%s", async (_, given, expected) => {
    expect(await format("github", [given])).toBe(`${expected}\n`);
  });

  it.each([
    ["as it is, where the checkout is unknown", undefined, "p/agents.toml"],
    ["as it is, in the root of the checkout", "/home/ada/fleet", "p/agents.toml"],
    ["from the root of the checkout", "/home/ada", "fleet/p/agents.toml"],
    ["as it is, outside of the checkout", "/srv/build", "p/agents.toml"],
  ])("name a file %s", async (_, checkout, expected) => {
    const said = await format("github", [problem({ file: "p/agents.toml" })], checkout);
    expect(said).toContain(`file=${expected},`);
  });

  it("are none where nothing is wrong", async () => {
    expect(await format("github", [])).toBe("");
  });
});

describe("a SARIF log", () => {
  const read = async (problems: readonly Problem[]) =>
    JSON.parse(await format("sarif", problems, "/home/ada"));

  it("has each code once as a rule, with its title, and each problem as a result of one", async () => {
    const log = await read([problem(), problem({ code: "FL0100" }), problem({ severity: "warning" })]);
    const [{ tool, results, columnKind }] = log.runs;
    expect(log.version).toBe("2.1.0");
    expect(columnKind).toBe("unicodeCodePoints");
    expect(tool.driver).toMatchObject({ name: "fleet", version: "0.1.0" });
    expect(tool.driver.rules).toMatchObject([
      { id: "FL0100", shortDescription: { text: "the file is not TOML" } },
      { id: "FL0210", shortDescription: { text: "an unknown key" } },
    ]);
    expect(results.map((one: Record<string, unknown>) => [one.ruleId, one.ruleIndex, one.level])).toEqual([
      ["FL0210", 1, "error"],
      ["FL0100", 0, "error"],
      ["FL0210", 1, "warning"],
    ]);
  });

  it("has the places as the forge knows them, the other place as well", async () => {
    const related = [{ ...place(2, 8, 13), message: "first defined here" }];
    const log = await read([problem({ file: "a #1/agents.toml", related })]);
    const at = (uri: string, startLine: number, startColumn: number, endColumn: number) => ({
      physicalLocation: {
        artifactLocation: { uri, uriBaseId: "%SRCROOT%" },
        region: { startLine, startColumn, endLine: startLine, endColumn },
      },
    });
    expect(log.runs[0].results[0]).toMatchObject({
      message: { text: "unknown key `pth`: did you mean `path`?" },
      locations: [at("fleet/a%20%231/agents.toml", 5, 1, 4)],
      relatedLocations: [
        { id: 0, message: { text: "first defined here" }, ...at("fleet/fleet.toml", 2, 8, 13) },
      ],
    });
  });

  it("is whole without problems, so that old ones are closed", async () => {
    expect((await read([])).runs[0].results).toEqual([]);
  });
});

describe("a check", () => {
  it.each<[string, readonly Problem[], boolean, boolean]>([
    ["passes without problems", [], true, false],
    ["fails for an error", [problem()], false, true],
    ["passes with a warning", [problem({ severity: "warning" })], false, false],
    ["fails for a warning when it is strict", [problem({ severity: "warning" })], true, true],
    [
      "passes where only the machine lacks something",
      [problem({ severity: "warning", code: "FL0500" })],
      true,
      false,
    ],
  ])("%s", (_, problems, strict, expected) => {
    expect(failsCheck(problems, strict)).toBe(expected);
  });

  it("says that all is well where the format itself does not", () => {
    expect((["pretty", "json", "github", "sarif"] as const).map(saysWhenFine)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
