import { expect, it } from "vitest";
import { NOW } from "../../test/scene.ts";
import { askPushed, doneHere, type Unpushed } from "./unpushed.ts";

const unpushed: Unpushed = { phase: "a", since: NOW, told: false };
const told = { ...unpushed, told: true };
const FIVE = 300_000;

it.each<[string, Unpushed, string | null | undefined, number, Unpushed | null]>([
  ["waits five minutes", unpushed, null, NOW + FIVE, unpushed],
  ["is told after that", unpushed, null, NOW + FIVE + 1, told],
  ["is told when what is pushed does not say DONE", unpushed, "# a\n", NOW + FIVE + 1, told],
  ["is told once", told, null, NOW + 2 * FIVE, told],
  ["is not told while it is not known", unpushed, undefined, NOW + 2 * FIVE, unpushed],
  ["is over when it is pushed", unpushed, "## DONE\n", NOW + 1, null],
  ["is over when it is pushed late", told, "## DONE\n", NOW + 2 * FIVE, null],
])("a DONE that is not pushed %s", (_, before, pushed, now, after) => {
  expect(askPushed(before, pushed, now)).toEqual(after);
});

it("is about the phase that was done last", () => {
  expect(doneHere(told, { at: NOW + 1, what: "phase-done", phase: "b" })).toEqual({
    ...{ phase: "b", since: NOW + 1, told: false },
  });
  expect(doneHere(told, { at: NOW, what: "phase-lost", phase: "a" })).toBe(told);
});
