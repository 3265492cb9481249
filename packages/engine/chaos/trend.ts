/** A number at a moment. */
export interface Measured {
  readonly at: number;
  readonly value: number;
}

/** By how much it rises in a unit of time, by least squares, and how much of that may be chance. */
export function risesBy(all: readonly Measured[]): { readonly slope: number; readonly noise: number } {
  if (all.length < 3) return { slope: 0, noise: 0 };
  const mean = (of: (one: Measured) => number): number =>
    all.reduce((sum, one) => sum + of(one), 0) / all.length;
  const at = mean((one) => one.at);
  const value = mean((one) => one.value);
  const spread = all.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
  const slope = all.reduce((sum, one) => sum + (one.at - at) * (one.value - value), 0) / spread;
  const left = all.reduce((sum, one) => sum + (one.value - value - slope * (one.at - at)) ** 2, 0);
  return { slope, noise: Math.sqrt(left / (all.length - 2) / spread) };
}
