import { BUILT_IN_MODELS, resolveModel } from "../../choose-model.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import type { Path } from "../../diagnostics/place.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { type Facts, namesIn, type Rule } from "./facts.ts";

/** A full id has a version, a vendor or a path in it. A bare word is an alias, or a slip of the pen. */
const isBareWord = (model: string) => !/[-./:@\d]/.test(model);

interface Mention {
  readonly model: string;
  readonly path: Path;
  /** Agents that run it by this mention. */
  readonly agents: readonly string[];
}

/** Every place where the file names a model for agents. */
function mentions({ file }: Facts): readonly Mention[] {
  const agents = Object.entries(file.agents);
  const inheriting = agents.filter(([, { model }]) => model === undefined).map(([name]) => name);
  const loops = agents.filter(([, { kind }]) => kind === "loop").map(([name]) => name);
  const { model } = file.defaults;
  return [
    ...(model === undefined ? [] : [{ model, path: ["defaults", "model"], agents: inheriting }]),
    ...agents.flatMap(([name, agent]) =>
      agent.model === undefined
        ? []
        : [{ model: agent.model, path: ["agents", name, "model"], agents: [name] }],
    ),
    ...(file.loop?.phases ?? []).flatMap(({ models }, index): readonly Mention[] => {
      const path = ["loop", "phases", index, "models"];
      return typeof models === "string"
        ? [{ model: models, path, agents: loops }]
        : Object.entries(models).map(([name, one]) => ({
            model: one,
            path: [...path, name],
            agents: [name],
          }));
    }),
  ];
}

const aliasesOf = (facts: Facts) => [...Object.keys(BUILT_IN_MODELS), ...namesIn(facts, "models")];

const unknownAlias: Rule = (facts) => {
  const aliases = aliasesOf(facts);
  return mentions(facts)
    .filter(({ model }) => isBareWord(model) && !aliases.includes(model))
    .map(({ model, path }): Finding => {
      const meant = closest(model, aliases);
      const help = meant === null ? "add it to [models], or write a full id" : `did you mean \`${meant}\`?`;
      return { code: "FL0306", path, message: `\`${model}\` is not an alias of [models]`, help };
    });
};

/** An alias stands for a full id, not for another alias. */
const aliasOfAlias: Rule = ({ file }) =>
  Object.entries(file.models)
    .filter(([, model]) => isBareWord(model))
    .map(([alias, model]) => {
      const full = { ...BUILT_IN_MODELS, ...file.models }[model];
      const help = full === undefined || isBareWord(full) ? "as in claude-opus-4-8" : `write \`"${full}"\``;
      return {
        code: "FL0306",
        path: ["models", alias],
        message: `\`${model}\` is not a full model id`,
        help,
      };
    });

/** Models that a backend certainly does not run. What is unknown here may be known there. */
const FOREIGN: Readonly<Record<string, RegExp>> = {
  claude: /^(gpt|o\d|codex|gemini)\b/,
  codex: /^(claude|gemini)\b/,
};

const wrongBackend: Rule = (facts) => {
  const { file } = facts;
  const models = { ...BUILT_IN_MODELS, ...file.models };
  return mentions(facts).flatMap(({ model, path, agents }) =>
    agents.flatMap((name): readonly Finding[] => {
      const agent = file.agents[name];
      const backend = agent?.backend ?? file.defaults.backend;
      const id = resolveModel(models, model);
      if (agent === undefined || !FOREIGN[backend]?.test(id)) return [];
      const message = `\`${name}\` runs on ${backend}, which does not run \`${id}\``;
      const inherited = path[0] === "defaults";
      const help = inherited
        ? `give [agents.${name}] a model of its own`
        : "name another model, or another backend";
      return [{ code: "FL0306", path: inherited ? ["agents", name] : path, message, help }];
    }),
  );
};

export const modelRules: readonly Rule[] = [unknownAlias, aliasOfAlias, wrongBackend];
