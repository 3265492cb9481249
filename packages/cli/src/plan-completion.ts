import { type Command, type Flag, operandsOf, pickCommand } from "@fleet/engine";

/** One way to go on, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What can stand at the cursor: these words, or names that only the disk knows. */
export type Sources = readonly Source[];

type Source =
  | { readonly of: "words"; readonly candidates: readonly Candidate[] }
  | { readonly of: "projects" }
  | { readonly of: "tags" }
  | { readonly of: "agents"; readonly project: string };

export interface Place {
  readonly sources: Sources;
  /** What is typed of it. */
  readonly typed: string;
  /** What stands before it in the same word: "--format=". */
  readonly before: string;
}

/** What the shell calls the line: all words, and the number of the one under the cursor. */
export interface TypedLine {
  readonly words: readonly string[];
  readonly at: number;
}

/** What may come where the cursor is. */
export function planCompletion(commands: readonly Command[], line: TypedLine): Place {
  const { done, typed, before } = split(line);
  const shown = commands.filter(({ hidden }) => !hidden);
  const place = (sources: Sources): Place => ({ sources, typed, before });
  const picked = pickCommand(shown, done);
  const more = secondWords(shown, done);
  if (picked === null) return place([words(done.length === 0 ? firstWords(shown) : more)]);
  const { command, rest } = picked;
  const { operands, open, ended } = readWords(command, rest);
  if (open !== null) return place(valuesOf(open.name, open.flag));
  if (before !== "") {
    const name = before.replace(/^--|=$/g, "");
    const flag = command.flags[name];
    return place(flag === undefined ? [] : valuesOf(name, flag));
  }
  if (typed.startsWith("-") && !ended) return place([words(flagsOf(command, rest))]);
  return place([...(rest.length === 0 ? [words(more)] : []), ...operandAt(command, operands)]);
}

const words = (candidates: readonly Candidate[]): Source => ({ of: "words", candidates });

const plain = (names: readonly string[]): Source => words(names.map((word) => ({ word, about: "" })));

/** bash takes a word apart at "="; zsh and fish do not. In both cases the value is what is typed. */
function split({ words: all, at }: TypedLine): {
  readonly done: readonly string[];
  readonly typed: string;
  readonly before: string;
} {
  const done = all.slice(1, at);
  const word = all[at] ?? "";
  if (word === "=" && done.at(-1)?.startsWith("--")) return { done, typed: "", before: "" };
  if (done.at(-1) === "=") return { done: done.slice(0, -1), typed: word, before: "" };
  const [, before = "", typed = word] = /^(--[\w-]+=)(.*)$/s.exec(word) ?? [];
  return { done, typed, before };
}

const firstWords = (commands: readonly Command[]): readonly Candidate[] => {
  const seen = new Map<string, string>();
  for (const { name, about } of commands) {
    const [first = "", second] = name.split(" ");
    if (!seen.has(first) || second === undefined) seen.set(first, second === undefined ? about : "");
  }
  return [...seen].map(([word, about]) => ({ word, about }));
};

/** "verify" after "pin". */
const secondWords = (commands: readonly Command[], done: readonly string[]): readonly Candidate[] =>
  done.length !== 1
    ? []
    : commands.flatMap(({ name, about }) => {
        const [first, second] = name.split(" ");
        return first === done[0] && second !== undefined ? [{ word: second, about }] : [];
      });

/** The operands so far, and the flag that waits for its value. */
function readWords(
  { flags }: Command,
  rest: readonly string[],
): {
  readonly operands: readonly string[];
  readonly open: { readonly name: string; readonly flag: Flag } | null;
  readonly ended: boolean;
} {
  const operands: string[] = [];
  let open: { name: string; flag: Flag } | null = null;
  let ended = false;
  for (const word of rest) {
    if (ended) operands.push(word);
    else if (open !== null) open = null;
    else if (word === "--") ended = true;
    else if (!word.startsWith("-")) operands.push(word);
    else {
      const [name, flag] =
        Object.entries(flags).find(([name, { short }]) => word === `--${name}` || word === `-${short}`) ?? [];
      if (name !== undefined && flag?.type === "string") open = { name, flag };
    }
  }
  return { operands, open, ended };
}

function valuesOf(name: string, { choices }: Flag): Sources {
  if (choices !== undefined) return [plain(choices)];
  if (name === "project") return [{ of: "projects" }];
  return name === "tag" ? [{ of: "tags" }] : [];
}

const flagsOf = ({ flags }: Command, rest: readonly string[]): readonly Candidate[] =>
  [...Object.entries(flags), ["help", { about: "show this help" }] as const]
    .filter(([name]) => !rest.includes(`--${name}`))
    .map(([name, { about }]) => ({ word: `--${name}`, about }));

/** The words of commands that take one of a few. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  phase: ["goto", "pause", "resume"],
  watchdog: ["restart", "start"],
  handoff: ["replay"],
  completion: ["bash", "zsh", "fish"],
};

function operandAt(command: Command, operands: readonly string[]): Sources {
  const wanted = operandsOf(command) ?? [];
  const last = wanted.at(-1);
  const operand = wanted[operands.length] ?? (last?.many ? last : undefined);
  if (operand === undefined) return [];
  if (operand.name === "project") return [{ of: "projects" }];
  if (operand.name === "agent") return [{ of: "agents", project: operands[0] ?? "" }];
  const isVerb = ["verb", "shell", "replay"].includes(operand.name);
  return isVerb ? [plain(VERBS[command.name] ?? [])] : [];
}
