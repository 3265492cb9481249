import { describe, expect, it } from "vitest";
import type { Lend } from "../src/command/command.ts";
import { agentsToml, ENV, ownProject } from "./real.ts";

/** What a person's terminal would have been lent to. */
function lending() {
  const lent: { program: string; words: string; env: Readonly<Record<string, string>> }[] = [];
  const lend: Lend = async (program, args, env) => {
    lent.push({ program, words: args.join(" "), env });
    return 0;
  };
  return { lend, lent };
}

describe("attach", () => {
  it("lends the terminal to tmux at the agent's session, as in no tmux", async () => {
    const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'));
    const { lend, lent } = lending();
    const env = { ...ENV, TMUX: `${project.home}/none,1,0`, TERM: "xterm" };
    expect(await project.run(["attach", "ada"], { lend, env })).toEqual({
      code: 1,
      out: "",
      err: "agents: ada does not run, so there is no terminal to be at: never started\n  start it: up ada; what happened: why ada\n",
    });
    await project.up();
    expect(await project.run(["attach", "ada", "-r"], { lend, env })).toEqual({ code: 0, out: "", err: "" });
    expect(await project.run(["attach", "ada"], { lend, env })).toEqual({ code: 0, out: "", err: "" });
    expect(lent.map(({ program }) => program)).toEqual(["tmux", "tmux"]);
    expect(lent[0]?.words).toContain("attach-session -r -t =p-ada:");
    expect(lent[1]?.words).toContain("attach-session -t =p-ada:");
    expect(lent[1]?.env).toMatchObject({ TERM: "xterm" });
    expect(lent[1]?.env).not.toHaveProperty("TMUX");
  });

  it("without a terminal fails, and names what works there", async () => {
    const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'));
    expect(await project.run(["attach", "ada"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/attach needs a terminal.*\n.*logs/),
    });
    expect(await project.run(["attach", "adda"])).toMatchObject({ code: 2 });
  });
});
