import { chown, mkdir, readdir, readFile, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { Failure, isCode, writeWhole } from "@fleet/engine";
import { dropInOf, MARK, markOf, TARGET, TEMPLATE, type Units, unitOf } from "./units.ts";

/** What lies in the folder of units by these names. */
export async function readUnits(folder: string, names: readonly string[]): Promise<Units> {
  const texts = await Promise.all(
    names.map(async (name): Promise<readonly (readonly [string, string])[]> => {
      const text = await readOrNull(path.join(folder, name));
      return text === null ? [] : [[name, text]];
    }),
  );
  return Object.fromEntries(texts.flat());
}

/** The projects of this fleet that have units there, whatever fleet.toml says by now. */
export async function projectsIn(folder: string, file: string): Promise<readonly string[]> {
  const mark = markOf(file);
  const all = await dropInsIn(folder);
  const own = await Promise.all(
    all.map(async (name) => firstLine(await readOrNull(path.join(folder, dropInOf(name)))) === mark),
  );
  return all.filter((_, nth) => own[nth]);
}

/** Of all fleets. */
async function dropInsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => /^fleet-project@(.+)\.service\.d$/.exec(name)?.[1] ?? []).sort();
}

/**
 * Refuses to write over what is not this fleet's.
 * @throws Failure TAKEN
 */
export function checkOurs(folder: string, planned: Units, there: Units, file: string): void {
  for (const name of Object.keys(planned)) {
    const line = firstLine(there[name] ?? null);
    if (line === null || line === markOf(file) || (isShared(name) && line === MARK)) continue;
    const other = line.startsWith(`${MARK} of `)
      ? `is of another fleet: ${line.slice(`${MARK} of `.length)}`
      : "was not made by fleet";
    throw new Failure("TAKEN", `${path.join(folder, name)} ${other}`, {
      hint: line.startsWith(MARK)
        ? "rename the project in one of the two; or remove it there: fleet service remove"
        : "move it away, then try again",
    });
  }
}

/** The two that all fleets of a user have in common. */
const isShared = (name: string): boolean => name === TARGET || name === TEMPLATE;

/** Writes what is other than planned; the names of that. @throws Failure NOT_WRITABLE */
export async function writeUnits(folder: string, planned: Units, there: Units): Promise<readonly string[]> {
  const changed = Object.keys(planned).filter((name) => planned[name] !== there[name]);
  for (const name of changed) {
    const at = path.join(folder, name);
    try {
      await mkdir(path.dirname(at), { recursive: true });
      await writeWhole(at, planned[name] ?? "", 0o644);
    } catch (cause) {
      if (!isCode(cause, "EACCES") && !isCode(cause, "EROFS")) throw cause;
      throw new Failure("NOT_WRITABLE", `${at} can't be written`, {
        hint: 'for the system: sudo env "PATH=$PATH" fleet service install --system; for you alone: fleet service install --user',
        cause,
      });
    }
  }
  return changed;
}

/** Takes this fleet's units of these projects away, some others of its own, and what is shared when no fleet needs it any more. */
export async function deleteUnits(
  folder: string,
  projects: readonly string[],
  others: readonly string[],
  file: string,
): Promise<readonly string[]> {
  const removed: string[] = [];
  const remove = async (name: string, mark: string) => {
    if (firstLine(await readOrNull(path.join(folder, name))) !== mark) return;
    await rm(path.join(folder, name));
    removed.push(name);
  };
  for (const project of projects) {
    await remove(dropInOf(project), markOf(file));
    // A person's own drop-in beside ours stays.
    await rmdir(path.join(folder, `${unitOf(project)}.d`)).catch(() => {});
  }
  for (const name of others) await remove(name, markOf(file));
  if ((await dropInsIn(folder)).length > 0) return removed;
  await remove(TEMPLATE, MARK);
  await remove(TARGET, MARK);
  return removed;
}

/** Names the unit to the engine, in the state directory; as whose the project is. */
export async function nameUnit(
  state: string,
  unit: { readonly file: string; readonly scope: string; readonly unit: string },
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const made = await mkdir(state, { recursive: true, mode: 0o700 });
  const at = path.join(state, "service.json");
  await writeWhole(at, `${JSON.stringify({ schema: 1, ...unit })}\n`);
  if (uid === process.getuid?.()) return;
  for (const place of [made, state, at]) if (place !== undefined) await chown(place, uid, gid);
}

export const forgetUnit = (state: string): Promise<void> =>
  rm(path.join(state, "service.json"), { force: true });

const firstLine = (text: string | null): string | null => text?.split("\n")[0] ?? null;

const readOrNull = (file: string): Promise<string | null> => readFile(file, "utf8").catch(() => null);
