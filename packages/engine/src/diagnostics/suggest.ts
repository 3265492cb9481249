/** Edits between two words; swapping two neighbours is one edit. Stops counting at `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const edits = [
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      ];
      if (swapped) edits.push((before[column - 2] ?? 0) + 1);
      current.push(Math.min(...edits));
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The candidate that was probably meant, or null. Only one is ever offered. */
export function closest(word: string, candidates: readonly string[]): string | null {
  if (word.length > 64) return null;
  const folded = word.toLowerCase();
  let best: { readonly name: string; readonly edits: number } | null = null;
  for (const name of candidates.slice(0, 500)) {
    const limit = Math.max(1, Math.floor(Math.max(word.length, name.length) / 3));
    const edits = distance(folded, name.toLowerCase(), limit);
    if (edits <= limit && (best === null || edits < best.edits)) best = { name, edits };
  }
  return best?.name ?? null;
}

export const didYouMean = (word: string, candidates: readonly string[]): string | null => {
  const name = closest(word, candidates);
  return name === null ? null : `did you mean \`${name}\`?`;
};
