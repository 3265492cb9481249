import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { run, take } from "@fleet/engine";
import { expect, it, onTestFinished } from "vitest";
import { fleet, ownDirectory } from "./own.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

/** As the old engine printed it, word for word; the lines of its columns are not known. */
const TABLE = `phase: poe2e [19/19] plan=plan-phase-poe2e-end-to-end.md (in progress)
orchestrator persistent claude claude-opus-4-8 heal RUNNING
builder loop claude claude-opus-4-8 heal+stall RUNNING
adversary loop claude claude-sonnet-4-6 heal+stall RUNNING
assistant persistent claude claude-sonnet-4-6 none stopped (disabled)
upgrader task claude claude-sonnet-4-6 none RUNNING (disabled)
report task claude claude-opus-4-8 none RUNNING (disabled)
cleanlogs service - - - RUNNING
watchdog service - - - RUNNING
`;

/** The sessions that were there then. The third was none of the assistant's. */
const SESSIONS = [
  "adv",
  "builder",
  "assistant3",
  "cleanlogs",
  "orchestrator",
  "report",
  "upgrader",
  "watchdog",
];

const words = (table: string) => table.replaceAll(/ +/g, " ");

it("shows the project that fleet succeeds as its own engine did, where nothing runs", async () => {
  const { exit, out } = await fleet(ROOT, ["status", "cc-ci-example"]);
  expect(words(out)).toBe(TABLE.replaceAll("RUNNING", "stopped"));
  expect(exit).toBe(0);
});

it("shows it word for word with the sessions that were there", async () => {
  const root = await ownDirectory({
    "fleet.toml": '[[project]]\nname = "old"\npath = "old"\nengine = "workspace"\nenabled = false\n',
  });
  await cp(path.join(ROOT, "projects/cc-ci-example"), path.join(root, "old"), { recursive: true });
  const state = path.join(root, "old/.ao-state");
  const { PATH = "" } = process.env;
  const tmux = (...args: readonly string[]) =>
    run("tmux", ["-S", path.join(state, "tmux.sock"), "-f", "/dev/null", ...args], {
      env: { PATH, LC_ALL: "C.UTF-8" },
      timeout: 10_000,
    });
  onTestFinished(async () => void (await tmux("kill-server")));
  for (const name of SESSIONS)
    expect(await tmux("new-session", "-d", "-s", `cc-ci-${name}`, "sleep 600")).toMatchObject({ code: 0 });
  const records = JSON.parse(await readFile(path.join(state, "records.json"), "utf8"));
  await writeFile(path.join(state, "records.json"), JSON.stringify({ ...records, heartbeat: Date.now() }));
  const lock = await take(state, "watchdog");
  onTestFinished(() => lock?.release());
  const { out } = await fleet(root, ["status", "old"]);
  expect(words(out)).toBe(TABLE);
});

it("is checked with the others, and never started", async () => {
  expect(await fleet(ROOT, ["validate", "--strict"])).toMatchObject({ exit: 0, out: "OK, 2 projects\n" });
  expect(await fleet(ROOT, ["up", "cc-ci-example"])).toMatchObject({
    exit: 4,
    err: expect.stringContaining("cc-ci-example is disabled in fleet.toml, so it is never started"),
  });
  const { err } = await fleet(ROOT, ["up", "--all", "--dry-run"]);
  expect(err).toContain("left out, disabled: cc-ci-example");
});

it("has all nineteen phases, once each, and what the notes say of them", async () => {
  const { out } = await fleet(ROOT, ["phase", "cc-ci-example", "--json"]);
  const { phases } = JSON.parse(out);
  const ids: readonly string[] = phases.map(({ id }: { readonly id: string }) => id);
  expect(new Set(ids).size).toBe(19);
  expect(ids.slice(0, 11)).toEqual(["1c", "1b", "1d", "1e", "2w", "2", "2b", "3", "3r", "4", "5"]);
  expect(phases.at(-1)).toMatchObject({ id: "poe2e", models: { builder: "opus", adversary: "sonnet" } });
  expect(phases.find(({ id }: { readonly id: string }) => id === "dstamp").models).toEqual({
    builder: "opus",
    adversary: "opus",
  });
  const file = await readFile(path.join(ROOT, "projects/cc-ci-example/agents.toml"), "utf8");
  expect(file.match(/^\[backends\.(claude|opencode)\]$/gm)).toHaveLength(2);
});
