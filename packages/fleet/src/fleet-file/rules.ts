import { checkShape, closest, type Finding } from "@fleet/engine";
import { normalPath } from "../normal-path.ts";
import { notifyFindings } from "./notify.ts";
import { Project } from "./schema.ts";

/** An entry, and where it stands. What was wrong in it is left out. */
export interface Entry {
  readonly index: number;
  readonly entry: Project;
}

const tablesOf = (raw: unknown): readonly unknown[] => {
  const list = typeof raw === "object" && raw !== null && "project" in raw ? raw.project : [];
  return Array.isArray(list) ? list : [];
};

/** The entries that can be used; what is wrong in one has findings of its own, and must not hide the rest. */
export const entriesOf = (raw: unknown): readonly Entry[] =>
  tablesOf(raw).flatMap((table, index) => {
    const { value } = checkShape(table, Project);
    return value === null ? [] : [{ index, entry: value }];
  });

const MOST = 1_000;

/** So that whatever is done for each project stays bounded. Said before anything else is looked at. */
export function tooManyProjects(raw: unknown): readonly Finding[] {
  const { length } = tablesOf(raw);
  if (length <= MOST) return [];
  const message = `${length} projects, and a fleet has ${MOST} at most`;
  return [{ code: "FL0222", path: ["project", MOST], message, help: "make two fleets of them" }];
}

/** What is wrong between the projects of a fleet.toml. */
export function fleetFindings(raw: unknown): readonly Finding[] {
  const entries = entriesOf(raw);
  return [
    ...noProjects(raw),
    ...sharedNames(entries),
    ...overlaps(entries),
    ...overEngine(raw, entries),
    ...unknownAfter(raw, entries),
    ...circles(entries),
    ...strayWorkspaces(entries),
    ...notifyFindings(raw),
  ];
}

const noProjects = (raw: unknown): readonly Finding[] =>
  typeof raw === "object" && raw !== null && "project" in raw && !Array.isArray(raw.project)
    ? []
    : tablesOf(raw).length > 0
      ? []
      : isMisspelt(raw)
        ? []
        : [
            {
              code: "FL0600",
              severity: "warning",
              path: ["project"],
              message: "no projects",
              help: "fleet create-project NAME makes one",
            },
          ];

/** `[[projects]]` is told as an unknown key, and means that there are some. */
const isMisspelt = (raw: unknown): boolean =>
  typeof raw === "object" &&
  raw !== null &&
  Object.keys(raw).some((key) => key !== "project" && closest(key, ["project", "engine"]) === "project");

function sharedNames(entries: readonly Entry[]): readonly Finding[] {
  const first = new Map<string, number>();
  return entries.flatMap(({ index, entry: { name } }): readonly Finding[] => {
    const before = first.get(name);
    if (before === undefined) first.set(name, index);
    if (before === undefined) return [];
    const related = [{ path: ["project", before, "name"], message: "first defined here" }];
    return [
      {
        code: "FL0300",
        path: ["project", index, "name"],
        message: `two projects are called \`${name}\``,
        related,
      },
    ];
  });
}

/** In the folder of fleet.toml, as far as that goes without the disk. */
export const isInside = (path: string): boolean => !/^(\/|\.\.(\/|$))/.test(normalPath(path));

/** Sorted by path, a folder comes right before all that lies in it. */
function overlaps(entries: readonly Entry[]): readonly Finding[] {
  const sorted = entries
    .map((one) => ({ ...one, key: `${normalPath(one.entry.path)}/`.replace(/^\/$/, "") }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
  const around: typeof sorted = [];
  return sorted.flatMap((one): readonly Finding[] => {
    while (around.length > 0 && !one.key.startsWith(around.at(-1)?.key ?? "")) around.pop();
    const outer = around.at(-1);
    around.push(one);
    if (outer === undefined) return [];
    const [early, late] = outer.index < one.index ? [outer, one] : [one, outer];
    const message =
      outer.key === one.key
        ? `\`${early.entry.name}\` and \`${late.entry.name}\` are in the same folder`
        : `\`${one.entry.name}\` lies inside the folder of \`${outer.entry.name}\``;
    const related = [{ path: ["project", early.index, "path"], message: "the other path is here" }];
    return [{ code: "FL0302", path: ["project", late.index, "path"], message, related }];
  });
}

/** Where engines come from is nobody's project. */
function overEngine(raw: unknown, entries: readonly Entry[]): readonly Finding[] {
  const table = typeof raw === "object" && raw !== null && "engine" in raw ? raw.engine : null;
  const url = typeof table === "object" && table !== null && "url" in table ? table.url : null;
  if (typeof url !== "string" || /[:~$]/.test(url)) return [];
  const engine = `${normalPath(url)}/`;
  return entries.flatMap(({ index, entry: { name, path } }): readonly Finding[] => {
    const folder = `${normalPath(path)}/`;
    if (folder !== engine && !folder.startsWith(engine)) return [];
    const message = `\`${name}\` lies where engines come from`;
    const related = [{ path: ["engine", "url"], message: "they come from here" }];
    return [{ code: "FL0302", path: ["project", index, "path"], message, related }];
  });
}

function unknownAfter(raw: unknown, entries: readonly Entry[]): readonly Finding[] {
  const names = tablesOf(raw).flatMap((table) =>
    typeof table === "object" && table !== null && "name" in table && typeof table.name === "string"
      ? [table.name]
      : [],
  );
  const known = new Set(names);
  return entries.flatMap(({ index, entry }) =>
    entry.after.flatMap((name, at): readonly Finding[] => {
      const path = ["project", index, "after", at];
      if (name === entry.name)
        return [{ code: "FL0304", path, message: `\`${name}\` cannot start after itself` }];
      if (known.has(name)) return [];
      const meant = closest(name, names);
      const help = meant === null ? null : `did you mean \`${meant}\`?`;
      return [{ code: "FL0303", path, message: `there is no project \`${name}\``, help }];
    }),
  );
}

/** Each circle once, at the `after` that closes it. Without recursion: a chain may be as long as the file. */
function circles(entries: readonly Entry[]): readonly Finding[] {
  const byName = new Map(entries.map((one) => [one.entry.name, one]));
  const done = new Set<string>();
  const findings: Finding[] = [];
  for (const start of entries) {
    const way: { readonly at: Entry; next: number }[] = done.has(start.entry.name)
      ? []
      : [{ at: start, next: 0 }];
    const onWay = new Set(way.map(({ at }) => at.entry.name));
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const { at } = step;
      const position = step.next++;
      const name = at.entry.after[position];
      if (name === undefined) {
        done.add(at.entry.name);
        onWay.delete(at.entry.name);
        way.pop();
        continue;
      }
      const target = byName.get(name);
      if (target === undefined || name === at.entry.name || done.has(name)) continue;
      if (onWay.has(name)) {
        const names = way.map((one) => one.at.entry.name);
        const circle = [...names.slice(names.indexOf(name)), name].map((one) => `\`${one}\``).join(" after ");
        findings.push({
          code: "FL0304",
          path: ["project", at.index, "after", position],
          message: `a circle: ${circle}`,
        });
        continue;
      }
      way.push({ at: target, next: 0 });
      onWay.add(name);
    }
  }
  return findings;
}

/** Only a project of this repository can run this repository's engine. */
const strayWorkspaces = (entries: readonly Entry[]): readonly Finding[] =>
  entries
    .filter(({ entry: { engine, path } }) => engine === "workspace" && !isInside(path))
    .map(({ index, entry }) => ({
      code: "FL0305",
      path: ["project", index, "engine"],
      message: `\`${entry.name}\` is not in this repository, so it cannot run its engine`,
      help: "pin the project to a commit",
    }));
