import { type Path, type PlacedDocument, type Problem, type Project, placeIn } from "@fleet/engine";
import type { ProjectSnapshot, Snapshot } from "../facts/snapshot.ts";
import { normalPath } from "../normal-path.ts";
import { at } from "./problems.ts";

/** A project whose agents.toml could be used, at least in part. */
interface Known {
  readonly snapshot: ProjectSnapshot;
  readonly document: PlacedDocument;
  readonly project: Project;
}

/** What is wrong between projects. A clash with a disabled project cannot happen today, so it is a warning. */
export function clashes(snapshot: Snapshot): readonly Problem[] {
  const known = snapshot.projects.flatMap((one): readonly Known[] => {
    const { agents } = one;
    if (agents.document === null || agents.project === null) return [];
    return [{ snapshot: one, document: agents.document, project: agents.project }];
  });
  // Of one folder everything is there twice, and that is told once.
  const apart = twinless(known, (one) => one.snapshot.real);
  return [...samePrefixes(apart), ...sameSessions(apart), ...samePorts(apart), ...sameFolders(snapshot)];
}

function clash(
  code: string,
  first: Known,
  second: Known,
  paths: readonly [Path, Path],
  message: string,
  help: string | null,
): Problem {
  const enabled = first.snapshot.project.enabled && second.snapshot.project.enabled;
  return {
    ...placeIn(second.document, paths[1]),
    code,
    severity: enabled ? "error" : "warning",
    message,
    help,
    related: [
      { ...placeIn(first.document, paths[0]), message: `\`${first.snapshot.project.name}\` has it here` },
    ],
  };
}

/** Calls back for each that has the key of an earlier one. */
function twins<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  found: (first: T, second: T) => Problem,
): readonly Problem[] {
  const first = new Map<string, T>();
  return items.flatMap((item) => {
    const key = keyOf(item);
    const before = first.get(key);
    if (before === undefined) first.set(key, item);
    return before === undefined ? [] : [found(before, item)];
  });
}

const PREFIX: Path = ["defaults", "session_prefix"];

const samePrefixes = (known: readonly Known[]): readonly Problem[] =>
  twins(
    known,
    ({ project }) => project.session_prefix,
    (first, second) => {
      const message = `the session prefix \`${second.project.session_prefix}\` is also that of \`${first.snapshot.project.name}\``;
      return clash(
        "FL0301",
        first,
        second,
        [PREFIX, PREFIX],
        message,
        `write \`"${second.snapshot.project.name}-"\``,
      );
    },
  );

interface Session {
  readonly known: Known;
  readonly name: string;
  readonly path: Path;
}

const sessionsOf = (known: Known): readonly Session[] =>
  known.project.agents.map(({ name, kind, session }) => ({
    known,
    name: session,
    path: [kind === "service" ? "services" : "agents", name],
  }));

/** Different prefixes can still make the same session: "a-" with b-c, and "a-b-" with c. */
const sameSessions = (known: readonly Known[]): readonly Problem[] =>
  twins(
    // Where prefixes are equal, that is what to say. Within one project its own rules have said it.
    twinless(known, ({ project }) => project.session_prefix).flatMap((one) =>
      twinless(sessionsOf(one), ({ name }) => name),
    ),
    ({ name }) => name,
    (first, second) => {
      const message = `the session \`${second.name}\` is also one of \`${first.known.snapshot.project.name}\``;
      const help = "choose another session_prefix for one of the two projects";
      return clash("FL0301", first.known, second.known, [first.path, second.path], message, help);
    },
  );

interface Server {
  readonly known: Known;
  readonly url: string;
  readonly path: Path;
}

/** A server is at one place, and the second one there would not come up. */
const samePorts = (known: readonly Known[]): readonly Problem[] =>
  twins(
    known.flatMap((one) =>
      // Within one project its own rules have said it.
      [...new Set(one.project.agents.map(({ serves }) => serves))].flatMap((serves): readonly Server[] => {
        const url = serves === null ? null : (one.project.backends[serves]?.server ?? null);
        return url === null ? [] : [{ known: one, url, path: ["backends", serves ?? "", "server"] }];
      }),
    ),
    ({ url }) => new URL(url).port,
    (first, second) => {
      const message = `the port of \`${second.url}\` is also that of a server of \`${first.known.snapshot.project.name}\``;
      const help = "choose another port for one of the two projects";
      return clash("FL0302", first.known, second.known, [first.path, second.path], message, help);
    },
  );

function twinless<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].toReversed();
}

/** Two paths of fleet.toml that differ and are one folder, by a link. */
const sameFolders = (snapshot: Snapshot): readonly Problem[] =>
  twins(
    twinless(
      snapshot.projects.filter(({ folder }) => folder === "directory"),
      ({ project }) => normalPath(project.path),
    ),
    ({ real }) => real,
    (first, second) => ({
      ...at(
        snapshot,
        second.project,
        "path",
        "FL0302",
        `\`${second.project.name}\` is in the same folder as \`${first.project.name}\``,
      ),
      related: [{ ...first.project.place, message: `\`${first.project.name}\` is here` }],
    }),
  );
