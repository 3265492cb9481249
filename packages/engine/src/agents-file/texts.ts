import { checkedText, type Refusal } from "../diagnostics/checked.ts";

// The texts of agents.toml that are more than any string, and what is said of a bad one.

/** Lower case, with dashes for all the rest: what a bad name was probably meant to be. */
const slug = (text: string) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");

const named = (
  what: string,
  pattern: RegExp,
  rule: string,
  reserved: readonly string[] = [],
  better: (text: string) => string = slug,
) =>
  checkedText({ pattern: pattern.source }, (text): Refusal | null => {
    if (reserved.includes(text)) return { code: "FL0223", message: `the name \`${text}\` is reserved` };
    if (pattern.test(text)) return null;
    const meant = better(text);
    const help = meant !== text && pattern.test(meant) ? `write \`${meant}\`` : rule;
    if (text === "") return { code: "FL0223", message: `${what} must not be empty`, help };
    return { code: "FL0223", message: `\`${text}\` is not ${what}`, help };
  });

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const NAME_RULE = "1 to 32 of a-z, 0-9 and -, starting with a letter or digit";

// "constructor" is a key of every JavaScript object; no folder on Windows may be called "con".

/** Of agents, services, sessions: the engine's own watchdog has a session too. */
export const AgentName = named("a name", NAME, NAME_RULE, ["watchdog", "constructor"]);
export const Name = named("a name", NAME, NAME_RULE, ["constructor"]);
export const ProjectName = named("a project name", NAME, NAME_RULE, [
  "all",
  "fleet",
  "self",
  "con",
  "constructor",
]);
export const SessionPrefix = named(
  "a session prefix",
  /^[a-z0-9][a-z0-9-]{0,40}$/,
  "1 to 41 of a-z, 0-9 and -, starting with a letter or digit",
  [],
  (text) => `${slug(text)}-`,
);
export const PhaseId = named(
  "a phase id",
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/,
  "1 to 40 of A-Z, a-z, 0-9, ., _ and -, starting with a letter or digit",
);
export const Alias = named(
  "an alias",
  /^[a-z0-9][a-z0-9._-]{0,39}$/,
  "1 to 40 of a-z, 0-9, ., _ and -, starting with a letter or digit",
);

// biome-ignore lint/complexity/noUselessEscapeInRegex: editors read it from the schema, some in a dialect where [ in a class begins another
const MODEL = /^[A-Za-z0-9][A-Za-z0-9._:/@\[\]-]{0,99}$/;

export const ModelName = checkedText({ pattern: MODEL.source }, (text) => {
  if (MODEL.test(text)) return null;
  const trimmed = text.trim();
  const help = MODEL.test(trimmed)
    ? `write \`${trimmed}\``
    : "an alias of [models], or a full id such as claude-opus-4-8";
  return { code: "FL0306", message: `\`${text}\` is not a model`, help };
});

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

export const VariableName = checkedText({ pattern: VARIABLE.source }, (text) =>
  VARIABLE.test(text)
    ? null
    : { code: "FL0229", message: `\`${text}\` is not the name of an environment variable` },
);

/** The path with its dots worked out, or null when it leads out of where it starts. */
export function insidePath(path: string): string | null {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return path.startsWith("/") ? null : parts.length === 0 ? "." : parts.join("/");
}

function pathRefusal(text: string): Refusal | null {
  if (text === "") return { code: "FL0222", message: "a path must not be empty" };
  if (text.includes("\n")) return { code: "FL0002", message: "a path must not hold a line end" };
  if (text.startsWith("-"))
    return { code: "FL0402", message: "a path must not start with `-`", help: `write \`./${text}\`` };
  if (/^~|^\$/.test(text)) {
    return {
      code: "FL0402",
      message: `\`${text}\` is not expanded`,
      help: "write a path relative to this file",
    };
  }
  if (insidePath(text) !== null) return null;
  const help = "write a path relative to this file, inside its folder";
  return { code: "FL0402", message: `\`${text}\` leads out of the project`, help };
}

/** Relative to the project, and never out of it: as far as the text tells. Links are judged on the disk. */
export const ProjectPath = checkedText({}, pathRefusal);

/** The state directory belongs to the watchdog alone. */
export const StatePath = checkedText({}, (text) => {
  const refusal = pathRefusal(text);
  if (refusal !== null) return refusal;
  const path = insidePath(text) ?? "";
  if (path === ".")
    return {
      code: "FL0402",
      message: "the state directory must be a folder of its own",
      help: 'write `".ao-state"`',
    };
  const [top = ""] = path.split("/");
  return top === ".git" || top === "engine"
    ? {
        code: "FL0302",
        message: `the state directory must not be in \`${top}\``,
        help: 'write `".ao-state"`',
      }
    : null;
});

/** A file at the top of a branch. */
export const TopFile = checkedText({ pattern: "^[^/]+$" }, (text) => {
  if (text === "..") return { code: "FL0402", message: "`..` is not a file" };
  if (!text.includes("/") && text !== "" && text !== ".") return null;
  return {
    code: "FL0402",
    message: `\`${text}\` is not at the top of the branch`,
    help: "write a file name without a folder",
  };
});

/** As `git check-ref-format` has it, and nothing that git could take for an option. */
export const isRefName = (text: string): boolean =>
  /^[^\s~^:?*[\\\p{Cc}]+$/u.test(text) &&
  !/^[-/.]|[/.]$|\.\.|\/\/|\/\.|@\{|\.lock(\/|$)/.test(text) &&
  text !== "@";

export const Branch = checkedText({}, (text) =>
  isRefName(text) ? null : { code: "FL0228", message: `\`${text}\` is not a branch` },
);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A shared opencode server runs commands for whoever asks, so plain http stays on this machine. */
export const ServerUrl = checkedText({ pattern: "^https?://" }, (text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return {
      code: "FL0227",
      message: `\`${text}\` is not an http or https URL`,
      help: 'as in "http://127.0.0.1:4096"',
    };
  }
  if (url.username !== "" || url.password !== "") {
    return { code: "FL0227", message: "a URL must not hold a password", help: "use env_file" };
  }
  if (url.protocol === "https:" || LOOPBACK.test(url.hostname)) return null;
  return {
    code: "FL0227",
    message: `\`${url.host}\` is not this machine`,
    help: "use https, or a loopback address",
  };
});

export const TimeZone = checkedText({}, (text) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return null;
  } catch {
    // Intl has no way to ask; it throws for what it does not know.
    return {
      code: "FL0225",
      message: `\`${text}\` is not a time zone`,
      help: 'as in "UTC" or "Europe/Berlin"',
    };
  }
});
