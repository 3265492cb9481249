import type { Path } from "@fleet/engine";
import { normalPath } from "../normal-path.ts";
import { type Draft, remark } from "./draft.ts";
import { slug, within } from "./words.ts";

const lastOf = (path: string): string => normalPath(path).split("/").at(-1) ?? "";

/** Where an agent works. A folder outside stays where it is: the new project gets a clone of its own. */
export function toWorkdir(draft: Draft, value: unknown, path: Path): unknown {
  if (typeof value !== "string") return value;
  const inside = within(draft.root, value);
  if (inside === ".") return ".";
  const from = normalPath(value.startsWith("/") ? value : `${draft.root}/${value}`);
  const known = draft.workdirs.find((one) => one.from === from);
  if (known !== undefined) return known.to;
  const taken = draft.workdirs.map(({ to }) => to);
  const name = slug(lastOf(from)) || "clone";
  const wanted = inside ?? `clones/${name}`;
  let to = wanted;
  for (let nth = 2; taken.includes(to); nth++) to = `${wanted}-${nth}`;
  draft.workdirs.push({ from, to });
  if (inside === null)
    remark(
      draft,
      path,
      `\`${value}\` lies outside of the project, so the new one works in \`${to}\``,
      "a clone has to be made there before the first start: fleet cutover shows the command",
      "FL0402",
    );
  return to;
}

/** What git, the engine or we ourselves put into the new project, and what git ignores there. */
const RESERVED =
  /^(\.git|engine|\.ao-state|clones)(\/|$)|^(agents\.toml|\.git\w+)$|(^|\/)\.(env\b[^/]*|testenv)$/;

/** A file of the old project's that the new one gets a copy of. */
export function toCopy(draft: Draft, value: unknown, path: Path, folder: string): unknown {
  if (typeof value !== "string") return value;
  const inside = within(draft.root, value);
  const wanted = inside === null || RESERVED.test(inside) ? `${folder}/${lastOf(value)}` : inside;
  const isTaken = (to: string) => draft.copies.some((one) => one.to === to && one.from !== value);
  let to = wanted;
  // Two files of one name from two folders stay two.
  for (let nth = 2; isTaken(to); nth++) to = wanted.replace(/(\.[^./]*)?$/, `-${nth}$1`);
  draft.copies.push({ from: value, to, named: path });
  return to;
}

/** A prompt is a file, or the words themselves. */
export function toPrompt(draft: Draft, value: unknown, path: Path, agent: string): unknown {
  if (typeof value !== "string" || !/[\s]/.test(value.trim())) return toCopy(draft, value, path, "prompts");
  const to = `prompts/${agent}-startup.md`;
  draft.texts[to] = value.endsWith("\n") ? value : `${value}\n`;
  return to;
}

/** A program of the old project's own comes along; one in a clone is there already, and any other stays where it is. */
export function toCommand(draft: Draft, value: unknown, path: Path): unknown {
  if (!Array.isArray(value)) return value;
  const [program, ...args] = value;
  const inside = typeof program === "string" && program.includes("/") ? within(draft.root, program) : null;
  return inside !== null && !inside.startsWith("clones/")
    ? [toCopy(draft, program, path, "scripts"), ...args]
    : value;
}

/** Secrets stay where they are: their file is named, and never copied. */
export function toEnvFile(draft: Draft, value: unknown, path: Path): unknown {
  if (typeof value !== "string") return value;
  const to = within(draft.root, value) ?? lastOf(value);
  draft.secrets.push({ from: normalPath(value.startsWith("/") ? value : `${draft.root}/${value}`), to });
  remark(
    draft,
    path,
    `\`${value}\` may hold secrets, so it is not copied`,
    `put it beside the new agents.toml as \`${to}\`: git ignores \`.testenv\` and \`.env\` there`,
    "FL0400",
  );
  return to;
}
