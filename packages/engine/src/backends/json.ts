/** What a program says of itself: nothing in it is taken for granted. */
export type Json = Readonly<Record<string, unknown>>;

/** Null where the text is none, or no object. */
export function parse(text: string): Json | null {
  try {
    return jsonOf(JSON.parse(text));
  } catch {
    return null;
  }
}

export const jsonOf = (value: unknown): Json | null =>
  typeof value === "object" && value !== null ? (value as Json) : null;

export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
