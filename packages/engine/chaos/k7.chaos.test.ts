import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { runAgents } from "../test/real.ts";
import type { Dice } from "./dice.ts";
import { readHeard } from "./observer/handoffs.ts";
import { onTrial, startUp, type Trial, times } from "./trial.ts";
import { until } from "./world.ts";

const NAMES = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal"] as const;
const LONGEST = 8_000;

/** What shells, tmux and terminals make something of. */
const TRAPS = [
  "-n ",
  "--help",
  "#{pid}",
  "#(touch /tmp/x)",
  "$(id)",
  "`id`",
  "'",
  '"',
  "\\n",
  "C-c",
  "%1",
  "❯ ",
  "~",
  "{",
  "}",
] as const;

function text(dice: Dice): string {
  const length = Math.ceil(LONGEST ** dice.throw());
  const sign = dice.pick([ascii, ascii, anything]);
  const trap = (): string => dice.pick([...TRAPS]);
  let words = dice.throw() < 0.3 ? trap() : "";
  while (words.length < length) words += dice.throw() < 0.05 ? dice.pick(["\n", trap(), ";"]) : sign(dice);
  return dice.throw() < 0.2 ? `${words};` : `${words}.`;
}

const ascii = (dice: Dice): string => String.fromCodePoint(dice.between(0x20, 0x7e));

/** Any letter of any script; no surrogates, no control characters, nothing that turns the direction of writing. */
function anything(dice: Dice): string {
  const sign = String.fromCodePoint(
    dice.pick([dice.between(0xa0, 0x2fff), dice.between(0x3000, 0xd7ff), dice.between(0x1f300, 0x1faff)]),
  );
  return /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(sign) ? "x" : sign;
}

/** As the demo agent notes it: a line a message. */
const noted = (words: string): string => words.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

/** Now and then the box is told to ignore some of the next Enters, as often as a coin falls on the same side. */
function letters(dice: Dice, count: number): readonly string[] {
  return Array.from({ length: count }, () => {
    let swallowed = 0;
    while (swallowed < 4 && dice.throw() < 0.5) swallowed += 1;
    return swallowed === 0 ? [text(dice)] : [`demo: swallow ${swallowed}`, text(dice)];
  }).flat();
}

/** Never more than the outbox takes. */
const AHEAD = 150;

async function sendAll({ world }: Trial, name: string, sent: readonly string[]): Promise<void> {
  for (const [nth, words] of sent.entries()) {
    await until(
      "the outbox has room",
      () => nth - (readHeard(world.state).get(name)?.length ?? 0) < AHEAD,
      120,
    );
    const { code, err } = await runAgents(["send", "--config", world.home, "--no-wait", name, "--", words]);
    if (code !== 0) throw new Error(`send to ${name} ended with ${code}: ${err}`);
    await wait(1);
  }
}

it(
  "submits whatever was sent to whom it was sent, whole, in order and once, to boxes that swallow every other Enter",
  async () => {
    const agents = NAMES.map((name) => `[agents.${name}]\nkind = "persistent"`).join("\n");
    await onTrial({ phases: [], agents, pace: "0.01" }, 0, async (trial) => {
      const { world, dice } = trial;
      await startUp(trial);
      const count = Math.ceil(times(1_000, 10_000) / NAMES.length);
      const sent = new Map(NAMES.map((name) => [name, letters(dice, count)] as const));
      await Promise.all(NAMES.map((name) => sendAll(trial, name, sent.get(name) ?? [])));
      for (const [name, words] of sent) {
        const heard = () => readHeard(world.state).get(name) ?? [];
        await until(
          `${name} has heard ${words.length} messages`,
          () => heard().length >= words.length,
          120,
        ).catch(() => {});
        expect(heard().map((line) => line.replace(/^\[fleet \S+\] /, ""))).toEqual(words.map(noted));
      }
      await trial.judge({});
    });
  },
  times(360_000, 7_200_000),
);
