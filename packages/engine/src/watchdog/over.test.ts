import { expect, it } from "vitest";
import { LOOP, NOW, PERSISTENT, ready, running, scene, up } from "../../test/scene.ts";
import { FRESH_RECORDS, NO_WISHES, type Records } from "../watch/records.ts";
import { think } from "../watch/think.ts";
import type { Host } from "./host.ts";
import { isOver } from "./over.ts";

const host = {
  site: { project: { agents: [LOOP, PERSISTENT] } },
  store: { next: async () => null },
} as unknown as Host;

const course = {
  ...{ phase: "one", turn: 1, since: NOW - 9_000, obeyed: null, asked: false, complete: NOW },
  ...{ paused: false, stale: null, lost: false },
};
const chief = { ...PERSISTENT, name: "chief" };
const thoughts = [
  { agent: chief, thought: think(scene({ agent: chief, sighting: ready, record: running(60_000) }), NOW) },
];
/** When chief was asked for, by the clock of that moment. */
const over = (asked: number, more: Partial<Records>) =>
  isOver(
    { ...FRESH_RECORDS, course, completed: true, heartbeat: NOW, ...more },
    { ...NO_WISHES, agents: { chief: up(asked) } },
    thoughts,
    host,
  );

it.each([
  ["ends when the sequence is complete", NOW - 1, { wished: [NOW - 1] }, "complete"],
  ["ends, though the clock was set back since it was asked", NOW + 5, { wished: [NOW + 5] }, "complete"],
  ["goes on for who is asked for since", NOW + 5, { wished: [NOW - 1] }, null],
  ["goes on for who is asked for since, by a clock that was set back", NOW - 5, { wished: [NOW - 1] }, null],
  ["ends by the time alone where an older engine wrote nothing else", NOW - 1, { wished: null }, "complete"],
  ["goes on by the time alone where an older engine wrote nothing else", NOW + 1, { wished: null }, null],
])("%s", async (_, asked, more, expected) => {
  expect(await over(asked, more)).toBe(expected);
});
