import { normalPath } from "../normal-path.ts";

/** A name as ours may be: lower case, digits and dashes. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 32)
    .replaceAll(/-+$/g, "");

/** Is this the id of a conversation, and nothing that a program could take for an option? */
export const isConversation = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{7,99}$/.test(text);

/** A command as arguments. A line that a shell would read as more than words is left to a shell. */
export function toArgv(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (/["'`$\\|&;<>()*?[\]#~{}]/.test(value)) return ["sh", "-c", value];
  return value.trim().split(/\s+/);
}

/** Arguments, as a list or as one line. */
export const toArgs = (value: unknown): unknown =>
  typeof value === "string" ? value.split(/\s+/).filter((word) => word !== "") : value;

/** Seconds, as the old file counts. */
export const toDuration = (value: unknown): unknown => (typeof value === "number" ? `${value}s` : value);

/** The path from the old project's folder on, "." for the folder itself; null when it lies outside. */
export function within(root: string, path: string): string | null {
  const whole = normalPath(path.startsWith("/") ? path : `${root}/${path}`);
  if (whole === normalPath(root)) return ".";
  return whole.startsWith(`${normalPath(root)}/`) ? whole.slice(normalPath(root).length + 1) : null;
}
