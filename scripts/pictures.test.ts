import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { cellsOf } from "./pictures/cells.ts";
import { drawFilm } from "./pictures/draw.ts";
import { SCENES } from "./pictures/scenes.ts";
import { openStudio, shorten } from "./pictures/studio.ts";

const ROOT = path.join(import.meta.dirname, "..");
const SIZE = { columns: 20, rows: 2 };

const inks = async (text: string) =>
  ((await cellsOf(text, SIZE))[0] ?? []).map(({ column, width, text: said, ink }) => {
    const more = [ink.bold && "bold", ink.dim && "dim", ink.italic && "italic", ink.underline && "underline"];
    return [column, width, said.trim(), ink.color, ink.ground, ...more.filter((word) => word !== false)];
  });

it.each([
  ["plain words", "ab", [[0, 2, "ab", null, null]]],
  [
    "a named colour",
    "a\x1b[31mb",
    [
      [0, 1, "a", null, null],
      [1, 1, "b", "#ff7b72", null],
    ],
  ],
  ["one of 256 colours", "\x1b[38;5;214mb", [[0, 1, "b", "#ffaf00", null]]],
  ["a grey", "\x1b[38;5;240mb", [[0, 1, "b", "#585858", null]]],
  ["a colour of its own", "\x1b[38;2;1;2;3mb", [[0, 1, "b", "#010203", null]]],
  ["a ground", "\x1b[44m \x1b[0m", [[0, 1, "", null, "#79b8ff"]]],
  ["what is turned around", "\x1b[7mb", [[0, 1, "b", "#0d1117", "#d5dae1"]]],
  ["styles", "\x1b[1;2;3;4mb", [[0, 1, "b", null, null, "bold", "dim", "italic", "underline"]]],
  ["wide characters", "日x", [[0, 3, "日x", null, null]]],
])("reads %s off a screen", async (_, text, expected) => {
  expect(await inks(text)).toEqual(expected);
});

it("has the first row of a screen that is full", async () => {
  const lines = await cellsOf("one\ntwo\n", SIZE);
  expect(lines.map((line) => line.map(({ text }) => text.trim()))).toEqual([["one"], ["two"]]);
});

it("draws a film whose frames follow each other, and what stands in it is only text", async () => {
  const frames = [
    { at: 0, screen: "<script>&\n" },
    { at: 250, screen: "<script>&\nsecond" },
  ];
  const drawn = await drawFilm({ title: 'a "film"', size: SIZE, frames, rest: 750 });
  expect(drawn).toContain("<title>a &quot;film&quot;</title>");
  expect(drawn).toContain("&lt;script&gt;&amp;");
  expect(drawn).not.toContain("<script");
  expect(drawn.match(/&lt;script/g)).toHaveLength(1);
  expect(drawn).toMatch(/play 1\.00s step-end infinite/);
  expect(drawn).toMatch(/0% { transform: translateX\(0px\) } 25% { transform: translateX\(-200px\) }/);
});

it("draws one frame without any motion", async () => {
  const drawn = await drawFilm({ title: "still", size: SIZE, frames: [{ at: 0, screen: "a" }], rest: 1 });
  expect(drawn).not.toContain("keyframes");
});

it("cuts pauses short, types as a person does, and does nothing else", () => {
  const shots = [100, 150, 5_150, 5_200].map((at) => ({ at, screen: `${at}`, typed: false }));
  expect(shorten(shots, 1_000).map(({ at }) => at)).toEqual([0, 50, 1_050, 1_100]);
  const typed = shots.map((shot) => ({ ...shot, typed: true }));
  expect(shorten(typed, 1_000).map(({ at }) => at)).toEqual([0, 50, 120, 170]);
});

it("films a terminal: what is typed there, and what it answers", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "fleet-test-"));
  try {
    await using studio = await openStudio({ columns: 40, rows: 5 }, folder, { PATH: process.env.PATH ?? "" });
    await studio.until(/^\$\s*$/);
    studio.roll();
    await studio.type("printf '\\033[32m%s\\n' hel''lo");
    await studio.until(/^hello$/m);
    const screens = studio.cut(1_000).map(({ screen }) => screen);
    expect(screens[0]).toMatch(/^\$ ?p?\s*$/);
    expect(screens.at(-1)).toContain("\x1b[32mhello");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("has a picture of each scene, and README and the pages show no others", async () => {
  const files = (await readdir(path.join(ROOT, "docs/pictures"))).sort();
  expect(files).toEqual(SCENES.map(({ name }) => `${name}.svg`).sort());
  const readme = await readFile(path.join(ROOT, "README.md"), "utf8");
  const shown = [...readme.matchAll(/docs\/pictures\/([\w-]+\.svg)/g)].map(([, name]) => name);
  expect(shown.length).toBeGreaterThan(1);
  expect(files).toEqual(expect.arrayContaining(shown));
});
