import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  agentsToml,
  ENV,
  type OwnProject,
  ownDirectory,
  ownProject,
  type Ran,
  runAgents,
  signal,
  until,
} from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\n';
const asAcme = (body: string) => agentsToml(body).replace("env = {", 'env = { DEMO_LOGIN = "acme",');

/** Two projects of one user. */
async function ownTwo(): Promise<
  readonly [OwnProject, OwnProject, (...words: readonly string[]) => Promise<Ran>]
> {
  const root = await ownDirectory();
  const env = { ...ENV, XDG_STATE_HOME: path.join(root, "xdg") };
  const own = async (name: string, toml: string): Promise<OwnProject> => {
    const project = await ownProject(toml, {}, path.join(root, name));
    return { ...project, run: (argv, world) => project.run(argv, { env, ...world }) };
  };
  const shop = await own("shop", asAcme(ADA));
  const blog = await own("blog", asAcme(`${ADA}[agents.eve]\nkind = "persistent"\n`));
  return [shop, blog, (...words) => runAgents(["limits", ...words], { env })];
}

describe("a login at its usage limit", () => {
  it("holds all its agents in all projects: nobody is started or told anything, who works goes on, until a person clears it", async () => {
    const [shop, blog, limits] = await ownTwo();
    for (const project of [shop, blog]) expect((await project.run(["up"])).code).toBe(0);
    const { pid } = await blog.agent("eve");
    await shop.run(["send", "ada", "--no-wait", "demo: limit 45"]);
    const because = /^its login \(demo as acme\) is at its usage limit, as shop\/ada met it; let go at \S+Z$/;
    const restraint = {
      by: "limit",
      because: expect.stringMatching(because),
      until: expect.stringMatching(/Z$/),
    };
    await until(
      "the other project has heard of it",
      async () => {
        const { agents } = JSON.parse((await blog.run(["status", "--json"])).out);
        return agents.every((agent: { restraint: unknown }) => agent.restraint !== null);
      },
      20,
    );
    expect(await blog.agent("eve")).toMatchObject({ pid, state: "RUNNING", restraint });
    // Nobody waits for a receipt that takes an hour.
    expect(await blog.run(["send", "eve", "go on"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^queued \w+: its login \(demo as acme\) is at its usage limit/),
    });
    signal((await blog.agent("ada")).pid ?? 0, "SIGKILL");
    await until("it is held", async () => (await blog.agent("ada")).is === "held");
    await blog.looks(3);
    expect(await blog.journal("starting")).toHaveLength(2);
    expect(await blog.heard("eve")).toEqual([]);
    expect((await shop.run(["status", "-o", "wide"])).out).toContain(
      "is at a usage limit; nothing is begun with it: its login",
    );
    const { out: listed } = await limits();
    expect(listed).toMatch(
      /^demo:[0-9a-f]{12} {2}demo as acme {2}until \S+Z, in \d+ min {2}as shop\/ada met it/,
    );
    const [login = ""] = listed.split(" ");
    expect((await limits("clear", login)).out).toBe(`${login} (demo as acme) may go on\n`);
    await until("it is started", async () => (await blog.agent("ada")).state === "RUNNING", 20);
    await until(
      "it was told",
      async () => (await blog.heard("eve")).some((text) => text.endsWith("go on")),
      20,
    );
    expect((await limits()).out).toBe("no login is at a usage limit\n");
    expect(await limits("clear", login)).toMatchObject({ code: 2 });
  });
});
