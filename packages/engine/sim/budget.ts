/** How many worlds the gate runs through. */
export const SEEDS = 3_000;

/** A bug that so many worlds of the kind that it is met in do not notice, goes unnoticed. */
export const SEEDS_OF_A_MUTANT = 400;
