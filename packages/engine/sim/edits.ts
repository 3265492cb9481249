import { type Config, withModel } from "./config.ts";
import type { Strikes } from "./faults.ts";

/** What people do to agents.toml while everything runs. */

const PHASES = /^phases = \[(.*)\]$/m;

/** The phases as they stand in the text, an item each. */
const rephase =
  (change: (phases: readonly string[], amount: number) => readonly string[]): Strikes =>
  ({ config }, _, { amount }) =>
    config.edit((good) =>
      good.replace(PHASES, (_whole, all: string) => {
        const items = all.match(/\{[^}]*\}/g) ?? [];
        return `phases = [${change(items, amount).join(", ")}]`;
      }),
    );

/** Neither those who hand over to each other nor the one who is told at the end. */
const removable = ({ good }: Config): readonly string[] =>
  [...good.matchAll(/^\[agents\.(\w+)\]$/gm)]
    .flatMap(([, name]) => name ?? [])
    .filter((name) => !["builder", "adversary", "ora"].includes(name));

export const EDITS = {
  "file-is-broken": ({ config }) => config.break(),
  "file-is-touched": ({ config }, _, { amount }) => config.edit((good) => `${good}# edit ${amount % 100}\n`),
  "agent-is-edited": ({ config }, _, { agent }) =>
    config.edit((good) => {
      const edited = `[agents.${agent}]\nmodel = "opus"\n`;
      return good.includes(edited) ? good.replace(edited, `[agents.${agent}]\n`) : withModel(good, agent);
    }),
  "agent-is-taken-out": ({ config, hours }, _, { amount }) => {
    const names = removable(config);
    const name = names[amount % Math.max(1, names.length)];
    if (name === undefined) return;
    config.edit((good) => good.replace(new RegExp(`^\\[agents\\.${name}\\]\\n(?:.+\\n)*`, "m"), ""));
    if (amount % 2 === 0) hours.after(amount, () => config.restore());
  },
  "phase-is-added": rephase((phases, amount) => {
    const id = `x${amount % 10}`;
    if (phases.some((phase) => phase.includes(`"${id}"`))) return phases;
    return phases.toSpliced(amount % (phases.length + 1), 0, `{ id = "${id}", plan = "${id}.md" }`);
  }),
  "phase-is-dropped": rephase((phases) => (phases.length > 1 ? phases.slice(0, -1) : phases)),
  "phases-change-places": rephase((phases) => phases.toReversed()),
} satisfies Readonly<Record<string, Strikes>>;
