import { essenceOf } from "../../watch/essence.ts";
import type { Backend } from "../backend.ts";
import { hears } from "./claims.ts";
import { layoutOf, read } from "./read.ts";

/** opencode. Known: 1.18.33. */
export const opencode: Backend = {
  launch({ workdir, state, model, args, settings, first, resume }) {
    const [program, ...before] = settings?.command ?? ["opencode"];
    const plugin = `${state}/opencode-plugin.ts`;
    return {
      argv: [
        program,
        ...before,
        ...(resume?.id == null ? [] : ["--session", resume.id]),
        ...(model === null ? [] : ["--model", model]),
        ...(settings?.args ?? []),
        ...args,
        ...(first === null ? [] : ["--prompt", first]),
      ],
      cwd: workdir,
      env: {
        // It must not renew itself under a run.
        OPENCODE_DISABLE_AUTOUPDATE: "1",
        ...settings?.env,
        // What our plugin needs to tell a conversation that it has not heard of yet.
        ...(resume?.id == null ? {} : { FLEET_CONVERSATION: resume.id }),
        ...(model === null ? {} : { FLEET_MODEL: model }),
        OPENCODE_CONFIG_CONTENT: withPlugin(settings?.env.OPENCODE_CONFIG_CONTENT ?? "{}", plugin),
      },
      // The one imports the other.
      assets: { [plugin]: "opencode-plugin", [`${state}/opencode-door.ts`]: "opencode-door" },
      files: {},
    };
  },

  read,
  hears,

  /** A long paste, or one of several lines, stands in the box as a placeholder. */
  holds(draft, typed) {
    const found = /^\[Pasted ~(\d+) lines\]$/.exec(draft);
    return found !== null && Number(found[1]) === typed.split("\n").length;
  },

  /** What it was told stands above the box, behind a bar. */
  heard(screen, mark) {
    const said = layoutOf(screen.split("\n").map((line) => line.trimEnd()))?.above ?? [];
    return said.some((line) => line.trimStart().startsWith(`┃  ${mark}`));
  },

  /** The wheel in its footer turns. */
  essence: (screen) => essenceOf(screen.replaceAll(/[■⬝]/gu, "")),

  styled: false,
  conversations: "told",
  queues: true,
  door: true,
  submit: ["Enter"],
  settle: 150,
  showing: 3_000,
  quit: "/exit",
  passes: [
    ...["OPENCODE_CONFIG", "OPENCODE_CONFIG_DIR", "OPENCODE_AUTH_CONTENT", "OPENCODE_API_KEY"],
    ...["OPENCODE_MODELS_PATH", "OPENCODE_DISABLE_MODELS_FETCH", "OPENCODE_DISABLE_LSP_DOWNLOAD"],
    ...["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"],
    ...["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "GEMINI_API_KEY"],
    ...["GOOGLE_GENERATIVE_AI_API_KEY", "GROQ_API_KEY", "MISTRAL_API_KEY", "XAI_API_KEY"],
    ...["AWS_PROFILE", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
    ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ],
};

/**
 * It merges these settings with the person's own: no file of anybody's is
 * touched. What it could not read itself stays as it is.
 */
function withPlugin(settings: string, plugin: string): string {
  const url = `file://${encodeURI(plugin).replaceAll("#", "%23").replaceAll("?", "%3F")}`;
  try {
    const own = JSON.parse(settings) as { readonly plugin?: readonly unknown[] };
    return JSON.stringify({ ...own, plugin: [...(own.plugin ?? []), url] });
  } catch {
    return settings;
  }
}
