import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { type Look, parseLook } from "../src/pin/health.ts";
import { type Settling, settle } from "../src/pin/settle.ts";
import { ownDirectory, ownWorld } from "./own.ts";

/*
 * How long an upgraded project is watched, and what ends that. The engine is a
 * script here that answers as it is told, a different thing at each look.
 */

const ENGINE = `#!/bin/sh
case $1 in
  status)
    n=$(($(cat looks) + 1)); echo $n >looks
    [ -f answer.$n ] && exec cat answer.$n
    exec cat answer ;;
  watchdog)
    [ ! -f refusal ] || { cat refusal >&2; exit 1; } ;;
esac
`;

interface Answer {
  readonly epoch?: number;
  readonly version?: string;
  readonly ada?: "RUNNING" | "stopped";
}

const answer = ({ epoch = 2, version = "0.2.0", ada = "RUNNING" }: Answer = {}) =>
  JSON.stringify({
    agents: [{ name: "ada", kind: "loop", state: ada, why: "it rests" }],
    watchdog: { epoch, version },
  });

const BEFORE = parseLook(answer({ epoch: 1, version: "0.1.0" })) as Look;

async function settled(
  answers: readonly Answer[],
  more: Partial<Settling> & { readonly refusal?: string; readonly signal?: AbortSignal } = {},
) {
  const folder = await ownDirectory();
  const { refusal, signal, ...settling } = more;
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
  await write("agents", ENGINE);
  await write("looks", "0");
  for (const [index, one] of answers.entries()) await write(`answer.${index + 1}`, answer(one));
  await write("answer", answer(answers.at(-1)));
  if (refusal !== undefined) await write("refusal", refusal);
  const world = ownWorld(folder);
  const verdict = await settle(
    { engine: folder, project: folder },
    { before: BEFORE, version: "0.2.0", window: 50, patience: 60_000, strict: true, ...settling },
    signal === undefined ? world : { ...world, signal },
  );
  return { verdict, looks: Number(await readFile(path.join(folder, "looks"), "utf8")) };
}

const BAD = { ada: "stopped" } as const;
const BECAUSE = "ada does not run: it rests";

it("a project that is well is watched until the window is over", async () => {
  const { verdict, looks } = await settled([{}], { window: 300 });
  expect([verdict, looks >= 2]).toEqual([{ is: "well" }, true]);
});

it("one that becomes well in time is, also when it was not for a moment", async () => {
  expect((await settled([BAD, BAD, {}])).verdict).toEqual({ is: "well" });
  const { verdict, looks } = await settled([{}, BAD, BAD, BAD, {}], { window: 100 });
  expect([verdict, looks >= 5]).toEqual([{ is: "well" }, true]);
});

it("one whose agent has gone is not well for longer than one may be patient", async () => {
  const { verdict } = await settled([BAD], { patience: 300 });
  expect(verdict).toEqual({ is: "not-yet", because: BECAUSE });
});

it("one whose watchdog is started again and again is given up at once, but not on the way back", async () => {
  const flapping = { epoch: 9 };
  const because = "its watchdog had to be started 8 times";
  expect((await settled([flapping])).verdict).toEqual({ is: "lost", because });
  expect((await settled([flapping, flapping, {}], { strict: false })).verdict).toEqual({ is: "well" });
});

it("one whose watchdog is not restarted is given up with the reason", async () => {
  const old = { epoch: 1, version: "0.1.0" };
  expect((await settled([old], { refusal: "agents: it has no keeper\n  help" })).verdict).toEqual({
    is: "lost",
    because: "its watchdog was not restarted: agents: it has no keeper",
  });
});

it("who interrupts is not kept waiting", async () => {
  const { verdict } = await settled([BAD], { signal: AbortSignal.timeout(100) });
  expect(verdict).toEqual({ is: "not-yet", because: "nobody watches over the upgrade any longer" });
});
