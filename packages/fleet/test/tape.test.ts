import { appendFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { openTape } from "../src/logs/tape.ts";
import { ownDirectory } from "./own.ts";

it("a tape is read on where it was left, through marks that are cut in two and a tape that makes way", async () => {
  const tape = path.join(await ownDirectory(), "tape");
  const mark = `\u001b]7447;${Date.now() - 5_000};80x24;look\u0007`;
  await writeFile(tape, `one \u00e9${mark.slice(0, 9)}`);
  const reader = openTape(tape);
  const texts = () =>
    reader.news(Date.now()).map((piece) => (piece.is === "printed" ? piece.text : piece.is));
  expect(texts()).toEqual(["one \u00e9"]);
  await appendFile(tape, `${mark.slice(9)}two`);
  expect(texts()).toEqual(["two"]);
  await appendFile(tape, " three");
  await rename(tape, `${tape}.1`);
  await writeFile(tape, "four");
  expect(texts().join("")).toBe(" threefour");
  expect(texts()).toEqual([]);
});
