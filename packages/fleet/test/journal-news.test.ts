import { appendFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { type Cursor, readNews } from "../src/journal-news.ts";
import { ownDirectory } from "./own.ts";

/** A reader that keeps its cursor as text, as one that was killed in between does. */
async function ownJournal() {
  const state = await ownDirectory();
  const file = path.join(state, "journal.jsonl");
  let kept = "null";
  const line = (nth: number) => `${JSON.stringify({ at: nth, agent: null, what: "phase-done" })}\n`;
  return {
    file,
    write: (...nths: number[]) => appendFile(file, nths.map(line).join("")),
    append: (text: string) => appendFile(file, text),
    rotate: () => rename(file, `${file}.1`),
    line,
    async news(): Promise<readonly number[]> {
      const heard: number[] = [];
      const cursor: Cursor | null = await readNews(state, JSON.parse(kept), {
        wanted: /"phase-done"/,
        hear: ({ at }) => heard.push(at),
      });
      kept = JSON.stringify(cursor);
      return heard;
    },
  };
}

it("reads each line once, and only what is wanted", async () => {
  const { write, append, news } = await ownJournal();
  expect(await news()).toEqual([]);
  await write(1, 2);
  await append('{"at":9,"agent":null,"what":"decided"}\nnot a line "phase-done"\n');
  expect(await news()).toEqual([1, 2]);
  expect(await news()).toEqual([]);
  await write(3);
  expect(await news()).toEqual([3]);
});

it("waits for the end of a line that is being written", async () => {
  const { append, line, news } = await ownJournal();
  await append(line(1) + line(2).slice(0, 20));
  expect(await news()).toEqual([1]);
  await append(line(2).slice(20));
  expect(await news()).toEqual([2]);
});

it("loses nothing and repeats nothing when the journal is rotated between two looks", async () => {
  const { write, rotate, news } = await ownJournal();
  await write(1);
  expect(await news()).toEqual([1]);
  await write(2);
  await rotate();
  expect(await news()).toEqual([]);
  await write(3);
  expect(await news()).toEqual([2, 3]);
  await write(4);
  await rotate();
  await write(5);
  expect(await news()).toEqual([4, 5]);
});

it("begins with the older file when it comes for the first time", async () => {
  const { write, rotate, news } = await ownJournal();
  await write(1);
  await rotate();
  await write(2);
  expect(await news()).toEqual([1, 2]);
});

it("goes on with what is left when it was rotated twice meanwhile", async () => {
  const { write, rotate, news } = await ownJournal();
  await write(1);
  expect(await news()).toEqual([1]);
  for (const nth of [2, 3]) {
    await write(nth);
    await rotate();
  }
  await write(4);
  expect(await news()).toEqual([3, 4]);
});

it("reads a journal that was begun anew from its first line, even in the same place of the disk", async () => {
  const { file, write, line, news } = await ownJournal();
  await write(1, 2);
  expect(await news()).toEqual([1, 2]);
  const { ino } = await stat(file);
  await truncate(file);
  await writeFile(file, line(7) + line(8) + line(9), { flag: "r+" });
  expect((await stat(file)).ino).toBe(ino);
  expect(await news()).toEqual([7, 8, 9]);
  await rm(file);
  expect(await news()).toEqual([]);
  await write(5);
  expect(await news()).toEqual([5]);
});

it("reads what is larger than it takes at once", async () => {
  const { write, append, news } = await ownJournal();
  await append(`{"what":"phase-done","at":1,"text":"${"é".repeat(2_000_000)}"}\n`);
  await write(2);
  expect(await news()).toEqual([1, 2]);
});
