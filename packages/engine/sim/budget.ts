/** How many worlds the gate runs through: as many as two free processors get done in two minutes, the mutants included. */
export const SEEDS = 3_000;

/** A bug that so many worlds of the kind that it is met in do not notice, goes unnoticed. */
export const SEEDS_OF_A_MUTANT = 400;
