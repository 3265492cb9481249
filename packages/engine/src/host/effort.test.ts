import { expect, it } from "vitest";
import { createEffort } from "./effort.ts";

const used = new Map<number, number>();
const effort = () => createEffort(async (pid) => used.get(pid) ?? null);
const tree = (...pids: number[]) => new Map([["i-1", { pids, program: 1 }]]);

it("needs two looks to tell, and tells work from a program that only turns its wheel", async () => {
  const { of } = effort();
  used.set(1, 0).set(2, 0);
  expect((await of(tree(1, 2), 10_000)).get("i-1")).toBe(null);
  used.set(1, 9_000);
  expect((await of(tree(1, 2), 20_000)).get("i-1")).toBe(false);
  used.set(2, 99);
  expect((await of(tree(1, 2), 30_000)).get("i-1")).toBe(false);
  used.set(2, 200);
  expect((await of(tree(1, 2), 40_000)).get("i-1")).toBe(true);
});

it("counts what a new child used, and forgets what has ended", async () => {
  const { of } = effort();
  used.set(2, 5_000);
  await of(tree(1, 2), 10_000);
  used.delete(2);
  used.set(3, 150);
  expect((await of(tree(1, 3), 20_000)).get("i-1")).toBe(true);
  expect((await of(tree(1), 30_000)).get("i-1")).toBe(false);
});

it("says the same as before when it is asked again at once", async () => {
  const { of } = effort();
  used.set(2, 0);
  await of(tree(2), 10_000);
  used.set(2, 500);
  expect((await of(tree(2), 20_000)).get("i-1")).toBe(true);
  expect((await of(tree(2), 20_999)).get("i-1")).toBe(true);
  expect((await of(tree(2), 21_000)).get("i-1")).toBe(false);
});

it("knows nothing of who was not asked about last time", async () => {
  const { of } = effort();
  await of(tree(2), 10_000);
  await of(new Map(), 20_000);
  expect((await of(tree(2), 30_000)).get("i-1")).toBe(null);
});
