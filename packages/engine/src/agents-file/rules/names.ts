import type { Finding } from "../../diagnostics/finding.ts";
import type { Path } from "../../diagnostics/place.ts";
import { type Facts, namesIn, type Rule, warning } from "./facts.ts";

const noAgents: Rule = (facts) => {
  if (namesIn(facts, "agents").length > 0) return [];
  const help = "add a table such as [agents.builder]";
  return [{ code: "FL0211", path: ["agents"], at: "key", message: "no agents", help }];
};

const sharedNames: Rule = (facts) =>
  namesIn(facts, "services")
    .filter((name) => namesIn(facts, "agents").includes(name))
    .map((name) => ({
      code: "FL0300",
      path: ["services", name],
      message: `\`${name}\` is both an agent and a service`,
      help: "rename one of them",
      related: [{ path: ["agents", name], message: "the agent is here" }],
    }));

interface Named {
  readonly name: string;
  readonly path: Path;
}

/** One finding for each that comes after another of the same name. */
function twins(all: readonly Named[], message: (name: string) => string): readonly Finding[] {
  const first = new Map<string, Path>();
  return all.flatMap(({ name, path }): readonly Finding[] => {
    const before = first.get(name);
    if (before === undefined) first.set(name, path);
    return before === undefined
      ? []
      : [
          {
            code: "FL0300",
            path,
            message: message(name),
            related: [{ path: before, message: "first defined here" }],
          },
        ];
  });
}

/** Session names beside those that are equal because an agent and a service are. */
const sharedSessions: Rule = ({ file }) => {
  const sessions = (["agents", "services"] as const).flatMap((table) =>
    Object.entries(file[table]).map(([name, { session }]) => ({
      name: session ?? name,
      path: session === undefined ? [table, name] : [table, name, "session"],
    })),
  );
  const clashes = twins(
    sessions,
    (name) => `two sessions would be called \`${file.defaults.session_prefix}${name}\``,
  );
  return clashes.filter(
    ({ path: [table, name, key] }) =>
      !(table === "services" && key === undefined && Object.hasOwn(file.agents, String(name))),
  );
};

/** Phases become file names, and some disks do not tell upper from lower case. */
const sharedPhases: Rule = ({ file }) =>
  twins(
    (file.loop?.phases ?? []).map(({ id }, index) => ({
      name: id.toLowerCase(),
      path: ["loop", "phases", index, "id"],
    })),
    (name) => `two phases are called \`${name}\` (upper and lower case are the same here)`,
  );

const prefixWithoutDash: Rule = ({ file: { defaults } }) =>
  defaults.session_prefix.endsWith("-")
    ? []
    : [
        warning({
          code: "FL0600",
          path: ["defaults", "session_prefix"],
          message: "the session prefix does not end with `-`",
          help: `write \`"${defaults.session_prefix}-"\``,
        }),
      ];

export const nameRules: readonly Rule[] = [
  noAgents,
  sharedNames,
  sharedSessions,
  sharedPhases,
  prefixWithoutDash,
];

/** What the rules say of a file without a usable [defaults]: only what needs nothing else. */
export const bareRules = (raw: unknown): readonly Finding[] => noAgents({ raw, partial: true } as Facts);
