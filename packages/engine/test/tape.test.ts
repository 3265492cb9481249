import { execFile, execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { type Pane, parsePanes } from "../src/host/panes.ts";
import { createMarker } from "../src/host/tape.ts";
import type { Agent } from "../src/project.ts";
import { cutTape, tapeScript } from "../src/watch/tape.ts";
import { ownDirectory } from "./real.ts";

it("a tape makes way for more at its limit, twice, and loses no more than what stood in a pipe", async () => {
  const tape = path.join(await ownDirectory(), "it's 100% #1");
  const flood = Array.from({ length: 1_500_000 }, (_, nth) => `${nth}\n`).join("");
  const child = execFile("/bin/sh", ["-c", tapeScript(tape, "80x24", "7")]);
  child.stdin?.end(flood);
  await new Promise((resolve) => child.on("close", resolve));
  const sizes = await Promise.all([tape, `${tape}.1`].map(async (file) => (await stat(file)).size));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4 * 1024 * 1024);
  const kept = (await readFile(`${tape}.1`, "utf8")) + (await readFile(tape, "utf8"));
  expect(kept.endsWith("1499999\n")).toBe(true);
  expect(kept.length).toBeGreaterThan(4 * 1024 * 1024);
  // What ends in the midst of a line begins with a whole one after that.
  const first = kept.split("\n")[1] ?? "";
  expect(flood.length - flood.indexOf(`\n${first}\n`) - kept.length).toBeLessThan(256 * 1024);
  expect((await stat(tape)).mode & 0o777).toBe(0o600);
}, 60_000);

it("a tape is marked when something was printed since the last look, and only a tape that there is", async () => {
  const state = await ownDirectory();
  await mkdir(path.join(state, "tapes"));
  await writeFile(path.join(state, "tapes/log"), "one\n");
  execFileSync("mkfifo", [path.join(state, "tapes/pipe")]);
  const agents = ["log", "pipe", "none", "ada"].map(
    (name) => ({ name, session: `p-${name}`, backend: name === "ada" ? "claude" : null }) as Agent,
  );
  await writeFile(path.join(state, "tapes/ada"), "notes elsewhere");
  const at = (activity: number) => {
    const sessions = agents.map(({ session }, nth): [string, Pane] => [
      session,
      { session, id: `%${nth}`, activity, size: "80x24", dead: false } as Pane,
    ]);
    return { ...parsePanes(""), sessions: new Map(sessions) };
  };
  const marker = createMarker(state);
  for (const activity of [100, 100, 100, 107]) marker.mark(agents, at(activity));
  expect(cutTape(`${await readFile(path.join(state, "tapes/log"), "utf8")}two`)).toEqual([
    { is: "printed", text: "one\n", at: 100_000, size: { columns: 80, rows: 24 } },
    { is: "printed", text: "two", at: null, size: null },
  ]);
  expect((await readFile(path.join(state, "tapes/log"), "utf8")).match(/look/g)).toHaveLength(2);
  expect(await readFile(path.join(state, "tapes/ada"), "utf8")).toBe("notes elsewhere");
  expect((await readdir(path.join(state, "tapes"))).toSorted()).toEqual(["ada", "log", "pipe"]);
});
