import { expect, it } from "vitest";
import { runAgents } from "../test/real.ts";
import type { Dice } from "./dice.ts";
import { readHeard } from "./observer/handoffs.ts";
import { onTrial, startUp, type Trial, times } from "./trial.ts";
import { until } from "./world.ts";

const NAMES = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal"] as const;
/** In bytes; a letter has up to four. */
const LONGEST = 100_000;

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
  const sign = dice.pick([ascii, ascii, anything]);
  const length = Math.ceil((sign === anything ? LONGEST / 4 : LONGEST) ** dice.throw());
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

/** Before every other message the box is told to ignore some of the next Enters; that order is a message as well. */
function letters(dice: Dice, count: number): readonly string[] {
  return Array.from({ length: count }, (_, nth) => {
    let swallowed = 0;
    while (swallowed < 4 && dice.throw() < 0.5) swallowed += 1;
    return nth % 2 === 0 && swallowed > 0 ? `demo: swallow ${swallowed}` : text(dice);
  });
}

/** Never more than the outbox takes. */
const AHEAD = 35;

/** In turn, one message for each, as a person would who writes to all of them. */
async function sendAll({ world }: Trial, sent: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const most = Math.max(...[...sent.values()].map(({ length }) => length));
  for (let nth = 0; nth < most; nth += 1)
    for (const [name, all] of sent) {
      const words = all[nth];
      if (words === undefined) continue;
      const hasRoom = () => nth - (readHeard(world.state).get(name)?.length ?? 0) < AHEAD;
      if (nth % 10 === 0) await until(`the outbox of ${name} has room`, hasRoom, 120);
      const { code, err } = await runAgents(["send", "--config", world.home, "--no-wait", name, "--", words]);
      if (code !== 0) throw new Error(`send to ${name} ended with ${code}: ${err}`);
    }
}

it(
  "submits whatever was sent to whom it was sent, whole, in order and once, to boxes that swallow Enters",
  async () => {
    const agents = NAMES.map((name) => `[agents.${name}]\nkind = "persistent"`).join("\n");
    await onTrial({ phases: [], agents, pace: "0.01" }, 0, async (trial) => {
      const { world, dice } = trial;
      await startUp(trial);
      const count = Math.ceil(times(1_000, 10_000) / NAMES.length);
      const sent = new Map(NAMES.map((name) => [name, letters(dice, count)] as const));
      await sendAll(trial, sent);
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
  times(600_000, 7_200_000),
);
