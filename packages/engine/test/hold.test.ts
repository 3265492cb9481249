import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { agentsToml, ENV, ownProject, signal, until } from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\n';
const BOB = '[agents.bob]\nkind = "persistent"\nenabled = false\n';

describe("a project on hold", () => {
  it("starts nobody and says nothing until it is resumed, and lets who works go on", async () => {
    const project = await ownProject(agentsToml(ADA + BOB));
    await project.up();
    const { out, err } = await project.run(["hold", "--why", "a review", "--json"], {
      env: { ...ENV, USER: "eve" },
    });
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({ project: "project", hold: { by: "eve", until: null } });
    const said = /^on hold since \d{4}-\d\d-\d\dT\d\d:\d\dZ by eve: a review$/;
    // What it is doing, it goes on doing; what it is told waits.
    await project.run(["send", "ada", "--no-wait", "go on"]);
    const up = await project.run(["up", "bob", "--json"]);
    expect(JSON.parse(up.out).agents).toEqual([
      { agent: "bob", outcome: "held", because: expect.stringMatching(said) },
    ]);
    expect(await project.agent("ada")).toMatchObject({ state: "RUNNING" });
    await signal((await project.agent("ada")).pid ?? 0, "SIGKILL");
    await until("its death is noted", async () => (await project.journal("died")).length === 1);
    // Behind the pause after a death.
    await until("it is held", async () => said.test((await project.agent("ada")).why ?? ""));
    await project.looks(3);
    expect(await project.agent("ada")).toMatchObject({ is: "held", why: expect.stringMatching(said) });
    expect(JSON.parse((await project.run(["status", "--json"])).out)).toMatchObject({
      hold: { by: "eve", until: null, why: "a review", since: expect.stringMatching(/Z$/) },
      notes: [expect.stringContaining("nothing is started, ended or typed in it until: resume")],
    });
    expect(await project.journal("hold-began")).toMatchObject([{ by: "eve", why: "a review" }]);
    expect(await project.journal("starting")).toHaveLength(1);
    expect((await project.run(["resume"])).out).toBe("project goes on\n");
    await until("both are there", async () => {
      const agents = await Promise.all(["ada", "bob"].map((name) => project.agent(name)));
      return agents.every(({ state }) => state === "RUNNING");
    });
    await until("it was told", async () =>
      (await project.heard("ada")).some((text) => text.endsWith("go on")),
    );
    expect((await project.run(["resume"])).out).toBe("project is not on hold\n");
  });

  it("goes down all the same, is on hold when it comes up again, and goes on when its time has come", async () => {
    const project = await ownProject(agentsToml(ADA));
    await project.up();
    const { out } = await project.run(["hold", "--for", "3d"]);
    expect(out).toMatch(/^project is on hold until .*; go on with: resume\n$/);
    expect(await project.run(["down"])).toMatchObject({ code: 0, out: "ada  stopped\n" });
    expect((await project.run(["up"])).out).toMatch(/^ada {2}held \(on hold since .*, until .*Z\)\n$/);
    const { hold } = JSON.parse((await project.run(["status", "--json"])).out);
    expect(await project.agent("ada")).toMatchObject({ is: "held", until: hold.until });
    await project.run(["hold", "--for", "1s"]);
    await until("its time has come", async () => (await project.agent("ada")).state === "RUNNING", 60);
    expect(await project.journal("hold-ended")).toMatchObject([{ by: null }]);
  });

  it.each([
    [["--until", "18:00", "--for", "2h"], "hold takes --until or --for, not both"],
    [["--until", "yesterday"], '--until takes a time such as 18:00 or 2026-11-22T18:00, not "yesterday"'],
    [["--for", "soon"], '--for takes a time such as 90s or 10m, not "soon"'],
    [["--why", "x".repeat(201)], "--why has 201 characters, and 200 are the most"],
  ])("is none with %j", async (words, message) => {
    const project = await ownProject(agentsToml(ADA));
    const { code, err } = await project.run(["hold", ...words]);
    expect([code, err.split("\n")[0]]).toEqual([2, `agents: ${message}`]);
    await expect(execa("ls", [project.state])).rejects.toThrow("No such file");
  });
});
