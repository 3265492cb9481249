/** How many worlds the gate runs through: about a minute and a half on two free processors, the mutants included. */
export const SEEDS = 1_500;

/** A bug that so many worlds of the kind that it is met in do not notice, goes unnoticed. */
export const SEEDS_OF_A_MUTANT = 400;
