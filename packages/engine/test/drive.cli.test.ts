import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { cliFolder } from "./agent-clis.ts";
import { newest, saidBy } from "./model-api/request.ts";
import { modelApi } from "./model-api/server.ts";
import { fail, shell } from "./model-api/step.ts";
import { agentsToml, ownProject, until } from "./real.ts";
import { type SeatWish, seat } from "./seat.ts";

/*
 * The real programs, driven by the real engine: a project whose agent is the
 * program itself, in the home of a seat, with a model that a test plays.
 */

/** Seconds; other tests may run on this machine. */
const SOON = 60;
/** As short as a program that needs seconds to come up can bear. */
const SUPERVISION = { stop_grace: '"5s"', quit_grace: '"5s"' };

async function driven(more: Partial<SeatWish> = {}) {
  const api = await modelApi();
  onTestFinished(() => api[Symbol.asyncDispose]());
  const own = await seat("claude", { api, ...more });
  onTestFinished(() => own.end());
  const env = Object.entries(own.env).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const program = path.join(await cliFolder(), "claude");
  const args = own.argv().slice(1, own.argv().indexOf("--model"));
  const toml = agentsToml(
    `
[backends.claude]
command = [${JSON.stringify(program)}]
args = ${JSON.stringify(args)}
env = { ${env.join(", ")} }
[models]
sonnet = "claude-opus-5-5"
[agents.ada]
kind = "persistent"
backend = "claude"
prompt = "prompt.md"
`,
    SUPERVISION,
  );
  const project = await ownProject(toml, { "prompt.md": "Say hello.\n" }, own.place.workdir);
  const turns = () => own.turns().map((turn) => newest(turn));
  /** What a person would want to see when it is otherwise. */
  const is = async (word: string, asked = 0) => {
    const so = async () => (await project.agent("ada")).is === word && own.turns().length >= asked;
    await until(`ada is ${word}`, so, SOON).catch(async (error) => {
      const screen = await own.tmux("-S", project.socket, "capture-pane", "-p", "-t", "p-ada").catch(String);
      const story = (await project.journal()).slice(-12).map((entry) => JSON.stringify(entry));
      throw new Error([error.message, screen.trimEnd(), ...story].join("\n"));
    });
  };
  return {
    api,
    own,
    project,
    turns,
    is,
    script: (...items: Parameters<typeof api.script>[1]) => api.script(own.place.key, items),
  };
}

it("starts without a dialog, is told its prompt and a message, and goes on with its conversation after a death", async () => {
  const { own, project, is, script } = await driven();
  script("Hello.", "I heard you.", "I am back.");
  await project.watchdog();
  await project.up();
  await is("ready", 1);
  expect(
    own.turns().map((turn) => saidBy(turn).filter((said) => said.includes("kickoff-p-ada.txt")).length),
  ).toEqual([1]);

  const sent = await project.run(["send", "ada", "one\n# and\ttwo"]);
  expect([sent.code, sent.out]).toEqual([0, expect.stringContaining("confirmed")]);
  await is("ready", 2);
  const heard = own.turns().map((turn) => saidBy(turn).filter((said) => said.includes("# and")).length);
  expect(heard).toEqual([0, 1]);

  const { pid } = await project.agent("ada");
  const id = await own.conversation();
  process.kill(pid ?? 0, "SIGKILL");
  await until("it is started again", async () => (await project.journal("resumed")).length === 1, SOON);
  await is("ready");
  expect(await own.conversation()).toBe(id);
  expect((await project.run(["send", "ada", "are you there?"])).code).toBe(0);
  await is("ready", 3);
  const last = own.turns().at(-1);
  expect(last && saidBy(last)).toEqual([
    expect.stringContaining("kickoff-p-ada.txt"),
    expect.stringContaining("one"),
    expect.stringContaining("are you there?"),
  ]);
  expect((await project.run(["down"])).code).toBe(0);
});

it("types nothing over a dialog, and tells a person what it asks", async () => {
  const { own, project, is, script } = await driven({ asks: true });
  script(shell("touch made"), "It is made.", "Yes.");
  await project.watchdog();
  await project.run(["up"]);
  await is("asking");
  expect(await project.agent("ada")).toMatchObject({ why: expect.stringContaining("touch made") });
  const queued = await project.run(["send", "--no-wait", "ada", "1"]);
  expect(queued.code).toBe(0);
  await project.looks(5);
  expect(await project.journal("typing")).toEqual([]);
  expect(own.turns()).toHaveLength(1);
  // A person answers.
  await own.tmux("-S", project.socket, "send-keys", "-t", "p-ada", "Enter");
  await until("the message is heard", async () => (await project.journal("submitted")).length === 1, SOON);
  // Claude wraps what it takes in the midst of a turn.
  const heard = () => own.turns().filter((turn) => saidBy(turn).some((said) => /\] 1\b/.test(said)));
  await until("the model was asked", async () => heard().length > 0, SOON);
  await is("ready");
  expect(
    saidBy(own.turns().at(-1) ?? { conversation: [] }).filter((said) => /\] 1\b/.test(said)),
  ).toHaveLength(1);
});

it("is held at a usage limit until the reset, and not restarted", async () => {
  const { project, is, script } = await driven();
  script("Hello.", fail("limit", { resets: 3_600 }));
  await project.watchdog();
  await project.up();
  await is("ready", 1);
  await project.run(["send", "ada", "go on"]);
  await is("limited", 2);
  await project.looks(3);
  expect(await project.journal("told-to-stop")).toEqual([]);
  expect((await project.run(["why", "ada"])).out).toContain("is at a usage limit");
});

it("never goes on with a poisoned conversation", async () => {
  const { own, project, is, script } = await driven();
  script("Hello.", fail("thinking400"), "A new start.");
  await project.watchdog();
  await project.up();
  await is("ready", 1);
  const old = await own.conversation();
  await project.run(["send", "ada", "go on"]);
  await until("it is stopped", async () => (await project.journal("stopped")).length === 1, SOON);
  await is("ready", 3);
  expect(await project.journal("told-to-stop")).toMatchObject([{ because: "fatal" }]);
  expect(await project.journal("resumed")).toEqual([]);
  const ids = (await project.journal("starting")).map(
    ({ run }) => (run as { conversation: string }).conversation,
  );
  expect(ids).toEqual([old, expect.not.stringContaining(old)]);
});
