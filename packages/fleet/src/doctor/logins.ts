import path from "node:path";
import type { LoginFact } from "./facts.ts";

/** Where an agent program keeps that somebody is logged in. That a file is there is all that is asked. */
interface Place {
  readonly files: readonly string[];
  readonly variables: readonly string[];
  /** Settings that may name another way: a provider, a helper. */
  readonly elsewhere: readonly string[];
  readonly command: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PLACES: Readonly<Record<string, (home: string, env: Environment) => Place>> = {
  claude: (home, env) => {
    const folder = env.CLAUDE_CONFIG_DIR ?? path.join(home, ".claude");
    return {
      files: [path.join(folder, ".credentials.json")],
      variables: [
        ...["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
        ...["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX"],
      ],
      elsewhere: [],
      command: "claude, then /login",
    };
  },
  codex: (home, env) => {
    const folder = env.CODEX_HOME ?? path.join(home, ".codex");
    return {
      files: [path.join(folder, "auth.json")],
      variables: ["OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"],
      elsewhere: [path.join(folder, "config.toml")],
      command: "codex login",
    };
  },
  gemini: (home, env) => {
    const folder = path.join(env.GEMINI_CLI_HOME ?? home, ".gemini");
    return {
      files: [path.join(folder, "oauth_creds.json")],
      variables: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"],
      elsewhere: [path.join(folder, ".env")],
      command: "gemini, then choose how to log in",
    };
  },
  opencode: (home, env) => {
    const data = env.XDG_DATA_HOME ?? path.join(home, ".local/share");
    const config = env.XDG_CONFIG_HOME ?? path.join(home, ".config");
    return {
      files: [path.join(data, "opencode/auth.json")],
      variables: [
        ...["OPENCODE_API_KEY", "OPENCODE_AUTH_CONTENT", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"],
        ...["OPENROUTER_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY", "GROQ_API_KEY"],
        ...["MISTRAL_API_KEY", "XAI_API_KEY", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"],
      ],
      elsewhere: ["opencode.json", "opencode.jsonc"].map((name) => path.join(config, "opencode", name)),
      command: "opencode auth login",
    };
  },
};

/** Is somebody logged in, in this home and with these variables? Null for a program that needs no login. */
export function loginOf(
  backend: string,
  home: string,
  env: Environment,
  exists: (file: string) => boolean,
  secrets: string | null,
): LoginFact {
  const place = PLACES[backend]?.(home, env);
  if (place === undefined) return null;
  const variable = place.variables.find((name) => (env[name] ?? "") !== "");
  if (variable !== undefined) return { by: "variable", name: variable };
  const file = place.files.find(exists);
  if (file !== undefined) return { by: "file", name: file };
  const elsewhere = secrets ?? place.elsewhere.find(exists);
  if (elsewhere !== undefined) return { by: "elsewhere", name: elsewhere };
  return { by: "nothing", command: place.command, looked: [...place.files, place.variables[0] ?? ""] };
}
