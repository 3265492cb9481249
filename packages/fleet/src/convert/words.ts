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

/** The dots of a path worked out. */
export function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return (path.startsWith("/") ? "/" : "") + parts.join("/");
}

/** The path from the old project's folder on, "." for the folder itself; null when it lies outside. */
export function within(root: string, path: string): string | null {
  const whole = normal(path.startsWith("/") ? path : `${root}/${path}`);
  if (whole === normal(root)) return ".";
  return whole.startsWith(`${normal(root)}/`) ? whole.slice(normal(root).length + 1) : null;
}
