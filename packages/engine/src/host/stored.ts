let loading: Promise<typeof import("../watch/stored.ts")> | null = null;

/** The readers of what is stored. A status of what this very version wrote does without them; who needs them loads them once. */
export const stored = (): Promise<typeof import("../watch/stored.ts")> => {
  loading ??= import("../watch/stored.ts");
  return loading;
};
