import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { createTable } from "./processes.ts";
import { createWitness, type Rules, type Subject, type Verdict, type Witness } from "./witness.ts";

/*
 * The observer: a process of its own that looks on from outside, fifty times a
 * second, and gives the verdict. It shares no code with the engine; it knows the
 * process table, what the demo agents noted, the remote, the state file and tmux.
 */

export type Order =
  | { readonly do: "watch"; readonly subject: Subject }
  | { readonly do: "judge"; readonly home: string; readonly rules: Rules };

export type Answer =
  | { readonly is: "watching"; readonly home: string }
  | { readonly is: "verdict"; readonly home: string; readonly verdict: Verdict };

const LOOK = 20;
const NEIGHBOUR_LOOK = 10;

const table = createTable();
const witnesses = new Map<string, Witness>();
let slowest = 0;

const tell = (answer: Answer): void => {
  process.send?.(answer);
};

process.on("message", (order: Order) => {
  if (order.do === "watch") {
    const { home } = order.subject;
    witnesses.set(home, createWitness(order.subject));
    return tell({ is: "watching", home });
  }
  const witness = witnesses.get(order.home);
  witnesses.delete(order.home);
  // A table that knows nobody: what it shows is so now.
  const verdict = witness?.judge(order.rules, createTable().look());
  if (verdict === undefined) return;
  tell({ is: "verdict", home: order.home, verdict: { ...verdict, facts: { ...verdict.facts, slowest } } });
});
process.on("disconnect", () => process.exit());

for (let nth = 0; ; nth += 1) {
  const began = performance.now();
  const runners = table.look();
  const at = Date.now();
  for (const witness of witnesses.values()) witness.see(runners, at);
  if (nth % NEIGHBOUR_LOOK === 0)
    await Promise.all([...witnesses.values()].map((witness) => witness.seeNeighbour()));
  const took = performance.now() - began;
  if (witnesses.size > 0) slowest = Math.max(slowest, Math.round(took));
  await wait(Math.max(1, LOOK - took));
}
