import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { execa } from "execa";
import { expect, it } from "vitest";
import { ask, isHeld, isHeldBy, take } from "../src/host/lock.ts";
import { ownDirectory, until } from "./real.ts";

const LOCK = path.join(import.meta.dirname, "../src/host/lock.ts");

/** Takes the lock at the given moment, says how it went, and lives until its input ends. */
const RACER = `
import { take } from ${JSON.stringify(LOCK)};
const [directory, moment] = process.argv.slice(1);
while (Date.now() < Number(moment)) {}
console.log((await take(directory, "watchdog")) === null ? "lost" : "won");
process.stdin.resume().on("end", () => process.exit());`;

const race = (directory: string, moment = 0) => {
  const child = execa(process.execPath, ["--input-type=module", "-e", RACER, directory, String(moment)], {
    reject: false,
    buffer: false,
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return {
    child,
    said: () => until("it has said how it went", async () => said !== "" && said.trim(), 15),
  };
};

it("lets one of twenty racers win", async () => {
  const directory = await ownDirectory();
  const racers = Array.from({ length: 20 }, () => race(directory, Date.now() + 2_000));
  const said = await Promise.all(racers.map((racer) => racer.said()));
  expect(said.filter((word) => word === "won")).toHaveLength(1);
  expect(said.filter((word) => word === "lost")).toHaveLength(19);
  expect(await take(directory, "watchdog")).toBe(null);
  for (const { child } of racers) child.stdin.end();
  await Promise.all(racers.map(({ child }) => child));
  expect(await isHeld(directory, "watchdog")).toBe(false);
});

it("is free at the moment its holder is killed", async () => {
  const directory = await ownDirectory();
  const { child, said } = race(directory);
  expect(await said()).toBe("won");
  expect(await isHeld(directory, "watchdog")).toBe(true);
  child.kill("SIGKILL");
  await child;
  const lock = await take(directory, "watchdog");
  expect(lock).not.toBe(null);
  await lock?.release();
});

it("is one lock for all the paths of a directory, and another for another directory or purpose", async () => {
  const home = await ownDirectory();
  const [real, link, other] = ["real", "link", "other"].map((name) => path.join(home, name));
  if (real === undefined || link === undefined || other === undefined) throw new Error("no paths");
  await mkdir(real);
  await mkdir(other);
  await symlink(real, link);
  const lock = await take(real, "watchdog");
  expect(await take(link, "watchdog")).toBe(null);
  expect(await take(`${home}/other/../real/`, "watchdog")).toBe(null);
  expect(await isHeld(link, "watchdog")).toBe(true);
  expect([await isHeld(other, "watchdog"), await isHeld(real, "command")]).toEqual([false, false]);
  const command = await take(link, "command");
  expect(command).not.toBe(null);
  await lock?.release();
  expect([await isHeld(link, "watchdog"), await isHeld(real, "command")]).toEqual([false, true]);
  await command?.release();
});

it("is not taken, nor disturbed, by asking whether it is held", async () => {
  const directory = await ownDirectory();
  for (let nth = 0; nth < 50; nth++) expect(await isHeld(directory, "watchdog")).toBe(false);
  const lock = await take(directory, "watchdog");
  expect(lock).not.toBe(null);
  const answers = await Promise.all(Array.from({ length: 50 }, () => isHeld(directory, "watchdog")));
  expect(answers.every(Boolean)).toBe(true);
  await lock?.release();
  expect(await isHeld(path.join(directory, "missing"), "watchdog")).toBe(false);
});

it("is known by its holder's own files, and not by a number that somebody wrote down", async () => {
  const directory = await ownDirectory();
  expect(await isHeldBy(directory, "watchdog", process.pid)).toBe(false);
  const lock = await take(directory, "watchdog");
  expect(await isHeldBy(directory, "watchdog", process.pid)).toBe(true);
  expect(await isHeldBy(directory, "command", process.pid)).toBe(false);
  for (const other of [1, process.ppid, 999_999_999])
    expect(await isHeldBy(directory, "watchdog", other)).toBe(false);
  await lock?.release();
});

it("has its holder's word for who asks, and none where nobody is or nothing is to be said", async () => {
  const directory = await ownDirectory();
  let word: string | null = null;
  expect(await ask(directory, "watchdog")).toBeNull();
  const lock = await take(directory, "watchdog", () => word);
  expect(await ask(directory, "watchdog")).toBeNull();
  word = "the disk is full";
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(directory, "watchdog")));
  expect(new Set(answers)).toEqual(new Set([word]));
  await lock?.release();
});
