import { deniedBy } from "../../choose-args.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import type { Path } from "../../diagnostics/place.ts";
import { insidePath } from "../texts.ts";
import { isWritten, type Rule, warning } from "./facts.ts";

const onlyForTasks: Rule = (facts) =>
  Object.entries(facts.file.agents).flatMap(([name, { kind, schedule, tz }]): readonly Finding[] => {
    if (kind !== "task") {
      return ["schedule", "tz", "start"]
        .filter((key) => isWritten(facts, ["agents", name, key]))
        .map((key) => ({
          code: "FL0305",
          path: ["agents", name, key],
          at: "key",
          message: `\`${key}\` is for tasks; \`${name}\` is a ${kind} agent`,
          help: 'remove it, or write kind = "task"',
        }));
    }
    if (tz === undefined || schedule !== undefined) return [];
    return [
      warning({
        code: "FL0307",
        path: ["agents", name, "tz"],
        at: "key",
        message: "`tz` without a schedule has no effect",
      }),
    ];
  });

const watchOfKind: Rule = ({ file }) =>
  Object.entries(file.agents).flatMap(([name, { kind, watch }]) => {
    const path = ["agents", name, "watch"];
    if (kind === "persistent" && watch === "heal+stall") {
      const message = `\`${name}\` is persistent and may rest for long; the stall rule would restart it`;
      return [warning({ code: "FL0305", path, message, help: 'write `"heal"`' })];
    }
    if (kind === "task" && watch !== undefined && watch !== "none") {
      const message = `\`${name}\` is a task, and a task is never healed`;
      return [warning({ code: "FL0305", path, message, help: 'write `"none"`' })];
    }
    return [];
  });

const loopWithoutLoops: Rule = ({ file, partial }) =>
  file.loop === undefined || partial || Object.values(file.agents).some(({ kind }) => kind === "loop")
    ? []
    : [
        warning({
          code: "FL0307",
          path: ["loop"],
          message: "[loop] without a loop agent has no effect",
          help: 'give an agent kind = "loop"',
        }),
      ];

const sharedWorkdir: Rule = ({ file }) => {
  const first = new Map<string, string>();
  return Object.entries(file.agents)
    .filter(([, { kind }]) => kind === "loop")
    .flatMap(([name, { workdir }]) => {
      const where = insidePath(workdir ?? file.defaults.workdir) ?? "";
      const before = first.get(where);
      if (before === undefined) first.set(where, name);
      if (before === undefined) return [];
      return [
        warning({
          code: "FL0302",
          path: workdir === undefined ? ["agents", name] : ["agents", name, "workdir"],
          message: `the loop agents \`${before}\` and \`${name}\` share the folder \`${where}\``,
          help: "give each a clone of its own, with workdir",
        }),
      ];
    });
};

/** In the agent's own arguments, and in those that its backend gives to everyone. */
const deniedArguments: Rule = ({ file }) =>
  Object.entries(file.agents).flatMap(([name, { args, deny_args, backend = file.defaults.backend }]) => {
    const given: readonly (readonly [Path, readonly string[]])[] = [
      [["agents", name, "args"], args],
      [["backends", backend, "args"], file.backends[backend]?.args ?? []],
      [["backends", backend, "command"], file.backends[backend]?.command ?? []],
    ];
    return given.flatMap(([path, words]) =>
      words.flatMap((word, index): readonly Finding[] => {
        if (deniedBy(words, index, deny_args) === undefined) return [];
        const message = `\`${word}\` is denied to \`${name}\``;
        const related = [{ path: ["agents", name, "deny_args"], message: "denied here" }];
        return [{ code: "FL0212", path: [...path, index], message, related }];
      }),
    );
  });

const SECRET = /(^|_)(key|token|secret|password|passwd|cookie|credentials?)(_|$)/i;

const secretsInTheOpen: Rule = ({ file }) =>
  Object.entries(file.backends).flatMap(([backend, settings]) =>
    Object.entries(settings?.env ?? {})
      .filter(([name, value]) => SECRET.test(name) && value !== "")
      .map(([name]) =>
        warning({
          code: "FL0600",
          path: ["backends", backend, "env", name],
          at: "key",
          message: `\`${name}\` looks like a secret, and this file is no place for one`,
          help: "put it into a file that git ignores, and name that file in env_file",
        }),
      ),
  );

export const kindRules: readonly Rule[] = [
  onlyForTasks,
  watchOfKind,
  loopWithoutLoops,
  sharedWorkdir,
  deniedArguments,
  secretsInTheOpen,
];
