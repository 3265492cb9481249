import { readdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { run } from "@fleet/engine";
import { describe, expect, it } from "vitest";
import { main } from "../src/main.ts";
import { fleet, ownDirectory } from "./own.ts";

const ownFleet = () => ownDirectory({ "fleet.toml": '[engine]\nurl = "/nowhere.git"\nref = "v0.1.0"\n' });

/** Types one line at a terminal, where a person answers so. */
async function atTerminal(words: readonly string[], answers: readonly string[]) {
  const root = await ownFleet();
  const questions: string[] = [];
  let out = "";
  const rest = [...answers];
  const exit = await main(words, {
    ...{ cwd: root, env: {}, signal: new AbortController().signal, input: async () => "", color: false },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      out += text;
    },
    async ask(question) {
      questions.push(question);
      const answer = rest.shift();
      if (answer === undefined) throw new Error(`nobody answers: ${question}`);
      return answer;
    },
  });
  return { exit, out, questions, left: rest };
}

describe("create-project at a terminal", () => {
  it("asks for all that was not said, and takes the beginning of a word", async () => {
    const { exit, out, questions } = await atTerminal(
      ["create-project", "--dry-run"],
      ["shop", "build", "co", "y"],
    );
    expect(exit).toBe(0);
    expect(questions).toEqual([
      "name of the project: ",
      "begin with: none (one agent to try), solo, builder-adversary, demo [none] ",
      "its agents are: claude, codex, demo, gemini, opencode [claude] ",
      "let fleet up start it: yes, no [no] ",
    ]);
    expect(out).toMatch(/^would create projects\/shop\n/);
    expect(out).toContain("  prompts/adversary.md\n");
    expect(out).toContain("registered in fleet.toml with enabled = true");
  });

  it("asks again for what it does not understand, and takes nothing for what it offers", async () => {
    const answers = ["", "shop", "d or s", "", "c", "demo", ""];
    const { out, left } = await atTerminal(["create-project", "--dry-run"], answers);
    expect(left).toEqual([]);
    expect(out).toContain("  agents.toml\n  engine\n");
    expect(out).toContain("enabled = false");
  });

  it.each([
    [
      "what was said already",
      ["create-project", "shop", "--template", "solo", "--backend", "demo", "--enable", "--dry-run"],
    ],
    ["nothing with -y", ["create-project", "shop", "-y", "--dry-run"]],
    ["nothing for a script", ["create-project", "shop", "--json", "--dry-run"]],
  ])("does not ask %s", async (_sentence, words) => {
    expect(await atTerminal(words, [])).toMatchObject({ exit: 0, questions: [] });
  });
});

describe("create-project without a terminal", () => {
  it("needs its name, and asks nothing", async () => {
    const said = await fleet(await ownFleet(), ["create-project"]);
    expect(said).toMatchObject({ exit: 2, out: "" });
    expect(said.err).toContain("create-project needs a name\n  fleet create-project website\n");
  });

  it("takes a folder from where it is typed", async () => {
    const root = await ownDirectory({ "fleet.toml": "", "sub/x": "" });
    const said = await fleet(`${root}/sub`, [
      "create-project",
      "shop",
      "--path",
      "here",
      "--dry-run",
      "--json",
    ]);
    expect(JSON.parse(said.out)).toMatchObject({
      ...{ schema_version: 1, is: "planned", name: "shop", path: "sub/here", engine: null, enabled: false },
      files: [".gitignore", ".gitmodules", "agents.toml", "engine"],
    });
    expect(await readdir(`${root}/sub`)).toEqual(["x"]);
  });
});

it("takes what is typed ahead at a real terminal for the answers to come", async () => {
  const bin = path.join(import.meta.dirname, "../src/bin.ts");
  const command = `${process.execPath} --conditions=source ${bin} create-project --dry-run`;
  const env = { PATH: process.env.PATH ?? "", TERM: "xterm" };
  const { code, stdout } = await run("script", ["-qec", command, "/dev/null"], {
    ...{ cwd: await ownFleet(), env, timeout: 20_000 },
    input: "shop\nsolo\ndemo\ny\n",
  });
  expect(code).toBe(0);
  expect(stdout).toContain("would create projects/shop");
  expect(stdout).toContain("prompts/worker.md");
  expect(stdout).toContain("enabled = true");
});
