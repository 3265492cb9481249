import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { backendTable, DRIVEN, type DrivenCli } from "./driven.ts";
import { loopModel } from "./loop-model.ts";
import { type ApiRequest, newest, saidBy } from "./model-api/request.ts";
import { modelApi } from "./model-api/server.ts";
import { endProcesses } from "./processes.ts";
import { agentsToml, ENV, ownDirectory, ownProject, until } from "./real.ts";
import { type Seat, seat } from "./seat.ts";

/*
 * The main job, done by the real programs: the demo's plan, in two phases, by
 * a builder and an adversary that know each other through git only. The model
 * is ours, and does what it is told; all else is as it is in life.
 */

/** Seconds; other tests may run on this machine. */
const SOON = 420;
const DEMO = path.join(import.meta.dirname, "../../../projects/demo");
const ROLES = ["builder", "adversary"] as const;

/** In the shell of Gemini git knows nobody's ~/.gitconfig. */
const ADA = {
  ...{ GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.com" },
  ...{ GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.com" },
};

/** Who plays, and the model of each in the second phase. */
const SECOND: Readonly<Record<DrivenCli, string>> = {
  claude: "claude-sonnet-5",
  codex: "fake-model-2",
  gemini: "gemini-2.5-flash",
  opencode: "fake/fake-model-2",
};
type Team = Readonly<Record<(typeof ROLES)[number], DrivenCli>>;

const modelsOf = (cli: DrivenCli): readonly [string, string] => [DRIVEN[cli].model, SECOND[cli]];

/** In the first phase each has the model of its own, in the second the one that the phase names. */
const projectToml = (team: Team, backends: readonly string[]): string => {
  const agents = ROLES.map(
    (role) => `[agents.${role}]
kind = "loop"
backend = "${team[role]}"
model = "${modelsOf(team[role])[0]}"
workdir = "clones/${role}"
`,
  );
  const models = ROLES.map((role) => `${role} = "${modelsOf(team[role])[1]}"`);
  return agentsToml(
    `${backends.join("")}
${agents.join("")}[agents.orchestrator]
kind = "persistent"
prompt = "prompts/startup.md"
[services.forge]
command = ["scripts/forge.sh"]
[loop]
kickoff_template = "prompts/kickoff.md"
roles_dir = "prompts"
done_by = "builder"
phases = [
  { id = "one", plan = "one.md" },
  { id = "two", plan = "two.md", models = { ${models.join(", ")} } },
]
on_complete = { agent = "orchestrator", message = "All phases are done." }
[loop.handoff]
repo = "clones/builder"
`,
    { stop_grace: '"5s"', quit_grace: '"60s"' },
  );
};

async function ownHouse(team: Team) {
  const home = path.join(await ownDirectory(), "house");
  const api = await modelApi();
  onTestFinished(() => api[Symbol.asyncDispose]());
  // Gemini wants to trust the state directory, too.
  const trusts = [home, ...ROLES.map((role) => path.join(home, "clones", role))];
  const seats: Seat[] = [];
  const backends: string[] = [];
  for (const cli of new Set(Object.values(team))) {
    const own = await seat(cli, { api, trusts, env: ADA });
    onTestFinished(() => own.end());
    api.script(own.place.key, [loopModel]);
    seats.push(own);
    backends.push(await backendTable(cli, own));
  }
  for (const part of ["plans", "prompts", "scripts"])
    await cp(path.join(DEMO, part), path.join(home, part), { recursive: true });
  const project = await ownProject(projectToml(team, backends), {}, home);
  // Before the seats: what is still watched would be started again in a home that is gone.
  onTestFinished(() => endProcesses(home));
  /** What the programs asked for in a role, a list for each conversation. */
  const conversations = (role: string): readonly (readonly ApiRequest[])[] => {
    const all: ApiRequest[][] = [];
    for (const turn of api.turns()) {
      const said = saidBy(turn);
      if (!said[0]?.includes(`kickoffs/p-${role}.txt`)) continue;
      if (said.length === 1 && newest(turn).rounds === 0) all.push([]);
      all.at(-1)?.push(turn);
    }
    return all;
  };
  const story = async () => {
    const screens = ROLES.map((role) =>
      project.tmux("capture-pane", "-p", "-t", `=p-${role}:`).catch(String),
    );
    const journal = (await project.journal()).slice(-20).map((entry) => JSON.stringify(entry));
    return [...(await Promise.all(screens)), ...journal].join("\n");
  };
  return { api, seats, project, conversations, story };
}

const commitsOf = async (home: string) => {
  const log = ["--git-dir", path.join(home, "remote.git"), "log", "--reverse", "--format=%H %s", "main"];
  const { stdout } = await execa("git", log, { env: ENV, extendEnv: false });
  return stdout.split("\n").map((line) => ({ sha: line.slice(0, 40), subject: line.slice(41) }));
};

/** What a conversation was told, one by one. */
const toldIn = (turns: readonly ApiRequest[]): readonly string[] =>
  turns.filter((turn) => newest(turn).rounds === 0).map((turn) => newest(turn).words);

/** What stands in the remote at the end. The very first try is sloppy, and is rejected. */
const STORY = [
  "Begin with the plans",
  ...["claim(one.1): lay the ground stone", "review(one.1): rejected"],
  ...["claim(one.1): lay the ground stone", "review(one.1): accepted"],
  ...["claim(one.2): raise the walls", "review(one.2): accepted"],
  "status: phase one done",
  ...["claim(two.1): set the beams", "review(two.1): accepted"],
  ...["claim(two.2): lay the tiles", "review(two.2): accepted"],
  "status: phase two done",
];

describe.each<Team>([
  { builder: "claude", adversary: "codex" },
  { builder: "codex", adversary: "opencode" },
  { builder: "opencode", adversary: "gemini" },
  { builder: "gemini", adversary: "claude" },
])("$builder builds, $adversary reviews", (team) => {
  it("two phases of the demo's plan: each handoff told once, each phase in fresh conversations and with its model", async () => {
    const { seats, project, conversations, story } = await ownHouse(team);
    const watchdog = await project.watchdog();
    await project.up();
    const complete = async () => existsSync(path.join(project.state, "SEQUENCE-COMPLETE"));
    await until("the sequence is complete", complete, SOON).catch(async (error) => {
      throw new Error(`${error.message}\n${await story()}`);
    });
    expect(await watchdog.exit).toBe(0);

    // All that was done is pushed, DONE too, and nobody was ended in the midst of a turn.
    const commits = await commitsOf(project.home);
    expect(commits.map(({ subject }) => subject)).toEqual(STORY);
    for (const what of ["rescued", "told-to-stop", "died", "taken-back", "alarm"])
      expect(
        (await project.journal(what)).map((entry) => JSON.stringify(entry)),
        what,
      ).toEqual([]);

    for (const role of ROLES) {
      const held = conversations(role);
      // opencode says who provides it, and its API is not told that.
      const models = modelsOf(team[role]).map((model) => [path.basename(model)]);
      expect(held.map((turns) => [...new Set(turns.map(({ model }) => model))])).toEqual(models);
      const kind = role === "builder" ? "review" : "claim";
      const pings = commits
        .filter(({ subject }) => subject.startsWith(`${kind}(`))
        .map(({ sha }) => expect.stringContaining(`[fleet ${sha.slice(0, 7)}] New ${kind} on origin/main.`));
      const kickoff = expect.stringContaining(`kickoffs/p-${role}.txt`);
      expect(held.map(toldIn)).toEqual([
        [kickoff, ...pings.slice(0, 3)],
        [kickoff, ...pings.slice(3)],
      ]);
      // One that is slow to come up may work until its phase is over: what is told to it then, it hears at once.
      const waits = (await project.journal("said")).filter(
        ({ agent, wait }) => agent === role && wait !== null,
      );
      expect(waits.length, `${role} is seen to wait`).toBeGreaterThan(0);
    }
    const states = (await project.journal("pinged")).map(({ state }) => state);
    expect(states).toEqual(Array(10).fill("confirmed"));
    const started = (await project.journal("started")).map(({ agent }) => agent);
    expect(started.sort()).toEqual([...ROLES, ...ROLES, "forge", "orchestrator"].sort());

    const status = await project.run(["status"]);
    expect(status.out).toMatch(/^phase: two \[2\/2\] plan=two.md \(complete\)\n/);
    expect((await project.run(["why"])).out).toMatch(/^nobody watches, for all phases are done since /);
    expect((await project.heard("orchestrator")).at(-1)).toMatch(/^\[fleet \S+\] All phases are done\.$/);
    expect((await project.run(["down"])).code).toBe(0);
    for (const own of seats)
      await until(`nothing of ${own.cli} is left`, async () => (await own.pids()).length === 0, 20);
  });
});
