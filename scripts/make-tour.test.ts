import { spawnSync } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";

it("types every command of docs/tour.md as a new user would, and each says what the page shows", () => {
  const script = path.join(import.meta.dirname, "make-tour.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=source", script, "--check"], {
    encoding: "utf8",
  });
  expect(`${stdout}${stderr}`).toBe("");
  expect(status).toBe(0);
}, 300_000);
