import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { MUTANTS, type Mutant } from "./mutants.ts";
import type { Bounds } from "./plan.ts";

const ENGINE = new URL("../", import.meta.url);

/** From now on, whoever loads the file reads the mutant. What is returned is where it is to be met. */
export function mutate(name: string): Bounds {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`no mutant is called ${name}: ${MUTANTS.map((one) => one.name)}`);
  const url = new URL(mutant.file, ENGINE).href;
  const source = mutated(mutant);
  registerHooks({
    load: (asked, context, next) =>
      asked === url ? { format: "module-typescript", source, shortCircuit: true } : next(asked, context),
  });
  return { kinds: mutant.faults, points: mutant.points };
}

/** @throws when what it replaces does not stand there exactly once. */
export function mutated({ name, file, from, to }: Mutant): string {
  const parts = readFileSync(new URL(file, ENGINE), "utf8").split(from);
  if (parts.length !== 2) throw new Error(`${name}: ${file} has its text ${parts.length - 1} times`);
  return parts.join(to);
}
