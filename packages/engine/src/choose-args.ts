import { variablePrefix } from "./choose-model.ts";
import type { Agent, BackendSettings } from "./project.ts";

/** More than this nobody types by hand. */
const WORDS_MOST = 100;
const LENGTH_MOST = 8_192;

/** What `<NAME>_ARGS` adds to a task. White space divides, and nothing else: no shell reads it, so that quotes, `;` and `$` are letters. */
export function argsFrom(agent: Agent, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (agent.kind !== "task") return [];
  const text = env[`${variablePrefix(agent.name)}_ARGS`] ?? "";
  return text.split(/\s+/).filter((word) => word !== "");
}

/** Which word of deny_args forbids this one. `--flag` forbids `--flag=value` too, and `--flag=value` forbids the two words. */
export const deniedBy = (
  words: readonly string[],
  index: number,
  denied: readonly string[],
): string | undefined => {
  const word = words[index] ?? "";
  return denied.find(
    (deny) => word === deny || word.startsWith(`${deny}=`) || `${word}=${words[index + 1]}` === deny,
  );
};

/** Why an agent must not be started with the arguments that it would get; null when it may be. */
export function refusalOf(agent: Agent, settings: BackendSettings | null): string | null {
  const words = [...(settings?.command?.slice(1) ?? []), ...(settings?.args ?? []), ...agent.args];
  const denied = words.find((_, index) => deniedBy(words, index, agent.deny_args) !== undefined);
  if (denied !== undefined) return `\`${denied}\` is denied to ${agent.name}`;
  if (words.length > WORDS_MOST || words.join(" ").length > LENGTH_MOST)
    return `${agent.name} has too many arguments: ${WORDS_MOST} words and ${LENGTH_MOST} characters are the most`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  return words.some((word) => /[\u0000-\u001f\u007f]/.test(word))
    ? `an argument of ${agent.name} holds a control character`
    : null;
}
