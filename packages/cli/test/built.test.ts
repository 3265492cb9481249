import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { run } from "@fleet/engine";
import { expect, it, onTestFinished } from "vitest";

const FLEET = path.join(import.meta.dirname, "../../../scripts/fleet");

/** A fleet of one small project, far from the checkout that serves it. */
async function ownFleet() {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-test-")));
  await mkdir(path.join(home, "shop"));
  await writeFile(
    path.join(home, "fleet.toml"),
    '[[project]]\nname = "shop"\npath = "shop"\nenabled = true\nengine = "workspace"\n',
  );
  await writeFile(
    path.join(home, "shop/agents.toml"),
    '[defaults]\nsession_prefix = "shop-"\nlog_dir = ".state"\nbackend = "demo"\n[agents.ada]\nkind = "persistent"\n',
  );
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, LC_ALL: "C.UTF-8", FLEET_NODE: process.execPath };
  const fleet = (...words: string[]) => run(FLEET, words, { cwd: home, env, timeout: 60_000 });
  onTestFinished(async () => {
    await fleet("down", "shop");
    await rm(home, { recursive: true, force: true });
  });
  return fleet;
}

it("serves a fleet elsewhere with the program that was built, from start to end", async () => {
  const fleet = await ownFleet();
  // The first call may have to build, and says so on the other stream.
  expect(await fleet("validate")).toMatchObject({ code: 0, stdout: "OK, 1 project\n" });
  expect(await fleet("up", "shop")).toMatchObject({ code: 0, stdout: "ada  started\n", stderr: "" });
  expect(await fleet("status")).toMatchObject({
    code: 0,
    stdout: "shop  RUNNING  -  1 RUNNING\n",
    stderr: "",
  });
  const sent = await fleet("send", "shop", "ada", "good morning");
  expect(sent).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^confirmed [0-9a-f]{7} after \d+ ms\n$/),
    stderr: "",
  });
  expect((await fleet("logs", "shop", "ada")).stdout).toContain("good morning");
  expect(await fleet("restart", "shop", "ada")).toMatchObject({
    code: 0,
    stdout: "ada  resumed\n",
    stderr: "",
  });
  expect((await fleet("events", "shop", "ada")).stdout).toContain("was told");
  expect(await fleet("down", "shop")).toMatchObject({ code: 0, stdout: "ada  stopped\n", stderr: "" });
  expect(await fleet("status")).toMatchObject({ code: 0, stdout: "shop  stopped  -  1 stopped\n" });
});

it("explains itself, and a wrong word, with the help that is loaded only then", async () => {
  const fleet = await ownFleet();
  expect(await fleet("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("create-project") });
  expect(await fleet("up", "--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("--follow") });
  expect(await fleet("stauts")).toMatchObject({ code: 2, stderr: expect.stringContaining("`fleet status`") });
});
