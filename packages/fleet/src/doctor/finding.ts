/** wrong: it bites, or will. note: it may, or a person should know. unknown: this machine does not tell. */
export type Level = "ok" | "note" | "wrong" | "unknown";

/** What one look of the doctor came to. */
export interface Finding {
  /** What was looked at: "tmux", "shop: remote". */
  readonly about: string;
  readonly level: Level;
  readonly what: string;
  /** Why it matters; null where all is well. */
  readonly why: string | null;
  /** The command that mends it, or what a person is to do; null where there is nothing to do. */
  readonly mend: string | null;
  /** The same as a deed, where it harms nobody and nothing. */
  readonly fix: Fix | null;
}

/** What `--fix` does. Each can be undone, and none touches what is not the fleet's own. */
export type Fix =
  | { readonly do: "chmod"; readonly path: string; readonly mode: number }
  | { readonly do: "append"; readonly file: string; readonly line: string }
  | { readonly do: "remove-socket"; readonly path: string; readonly state: string };

export const ok = (about: string, what: string): Finding => ({
  ...{ about, level: "ok", what, why: null, mend: null, fix: null },
});

export const unknown = (about: string, what: string, why: string | null = null): Finding => ({
  ...{ about, level: "unknown", what, why, mend: null, fix: null },
});

export const wrong = (
  about: string,
  what: string,
  why: string,
  mend: string,
  fix: Fix | null = null,
): Finding => ({ about, level: "wrong", what, why, mend, fix });

export const noted = (
  about: string,
  what: string,
  why: string,
  mend: string | null,
  fix: Fix | null = null,
): Finding => ({ about, level: "note", what, why, mend, fix });

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
