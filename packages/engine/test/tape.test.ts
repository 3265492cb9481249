import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { tapeScript } from "../src/watch/tape.ts";
import { ownDirectory } from "./real.ts";

it("a tape makes way for more at its limit, twice, and loses no more than what stood in a pipe", async () => {
  const tape = path.join(await ownDirectory(), "it's 100% #1");
  const flood = Array.from({ length: 1_500_000 }, (_, nth) => `${nth}\n`).join("");
  const child = execFile("/bin/sh", ["-c", tapeScript(tape, "80x24")]);
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
