import { describe, expect, it } from "vitest";
import { fleet, ownDirectory } from "./own.ts";

const ours = () =>
  ownDirectory({
    "fleet.toml": `[engine]
url = "./releases.git"
ref = "v0.1.0"

[[project]]
name = "demo"
path = "demo"
engine = "workspace"

[[project]]
name = "bare"
path = "bare"
tags = ["x"]
`,
    "bare/agents.toml": "",
  });

describe("fleet pin", () => {
  it("has a line for each project, also for one without a pin", async () => {
    expect(await fleet(await ours(), ["pin"])).toEqual({
      exit: 0,
      err: "",
      out: "demo  workspace  -  runs this repository's own engine\nbare  none       -  is not a git repository of its own\n",
    });
  });

  it("takes those with a tag", async () => {
    const { out } = await fleet(await ours(), ["pin", "--tag", "x"]);
    expect(out).toBe("bare  none  -  is not a git repository of its own\n");
  });

  it("verify says what is wrong, and exits 1", async () => {
    expect(await fleet(await ours(), ["pin", "verify"])).toEqual({
      exit: 1,
      err: "",
      out: "bare:\n  is not a git repository of its own\n    fleet create-project shows how a project looks\n",
    });
    expect(await fleet(await ours(), ["pin", "verify", "demo"])).toMatchObject({
      exit: 0,
      out: "OK, 0 engines\n",
    });
  });
});

it.each<[string, readonly string[], number, string]>([
  ["an upgrade of nothing", ["upgrade"], 2, "fleet: upgrade needs the name of a project, or --all\n"],
  [
    "two ways at once",
    ["upgrade", "bare", "--to", "x", "--rollback"],
    2,
    "fleet: upgrade takes --to or --rollback, not both\n",
  ],
  [
    "a window that is none",
    ["upgrade", "bare", "--window", "soon"],
    2,
    'fleet: --window takes a time such as 90s or 10m, not "soon"\n',
  ],
  [
    "a project that has no pin to move",
    ["upgrade", "demo"],
    2,
    "fleet: demo: demo runs this repository's own engine, so there is nothing to move\n",
  ],
  [
    "a project that is none",
    ["upgrade", "bare"],
    3,
    "fleet: bare: bare is not a git repository of its own\n",
  ],
  [
    "a place that git must not be given",
    ["engine", "publish", "ext::sh"],
    2,
    "fleet: `ext::sh` is not a git URL that is allowed here\n",
  ],
  ["no place", ["engine", "publish"], 2, "usage: fleet engine publish <git-url>"],
  ["a pin of nobody", ["pin", "dmo"], 2, "did you mean `demo`?"],
])("%s is explained", async (_, words, exit, said) => {
  const got = await fleet(await ours(), words);
  expect(got.err).toContain(said);
  expect(got.exit).toBe(exit);
});

it("an upgrade that can't be is JSON as well", async () => {
  const { exit, out } = await fleet(await ours(), ["upgrade", "--plan", "--json"]);
  expect(exit).toBe(3);
  expect(JSON.parse(out)).toEqual({
    schema_version: 1,
    projects: [
      {
        name: "bare",
        result: "failed",
        error: {
          code: "ENGINE_MISSING",
          message: "bare is not a git repository of its own",
          hint: null,
          problems: [],
        },
      },
    ],
  });
});
