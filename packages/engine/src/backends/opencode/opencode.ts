import type { BackendSettings } from "../../project.ts";
import { essenceOf } from "../../watch/essence.ts";
import type { Attachment, Backend, Launch, LaunchRequest } from "../backend.ts";
import { hears } from "./claims.ts";
import { passages, RECORDS } from "./passages.ts";
import { layoutOf, read } from "./read.ts";

/** opencode. Known: 1.18.33. */
export const opencode: Backend = {
  launch: (request) => (request.server === null ? alone(request) : attached(request, request.server)),

  serve({ url, password, state, seats, tmp, cwd, settings }) {
    const [program, ...before] = settings?.command ?? ["opencode"];
    const { hostname, port } = new URL(url);
    return {
      argv: [
        ...([program, ...before, "serve"] as const),
        ...["--hostname", hostname.replace(/^\[|\]$/g, ""), "--port", port || "80"],
      ],
      cwd,
      env: {
        ...environment(settings),
        OPENCODE_SERVER_PASSWORD: password,
        // Each of its starts leaves some twenty megabytes there, and a folder of a fixed name.
        TMPDIR: tmp,
        FLEET_SEATS: seats,
        OPENCODE_CONFIG_CONTENT: withPlugin(settings, state),
      },
      assets: plugins(state),
      files: {},
    };
  },

  read,
  hears,
  passages,
  database: {
    file: ({ home, env }) => `${env.XDG_DATA_HOME ?? `${home}/.local/share`}/opencode/opencode.db`,
    records: RECORDS,
  },

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

/** In a process of its own, with our plugin in it. */
function alone({ workdir, state, model, args, settings, first, resume }: LaunchRequest): Launch {
  const [program, ...before] = settings?.command ?? ["opencode"];
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
      ...environment(settings),
      // What our plugin needs to tell a conversation that it has not heard of yet.
      ...(resume?.id == null ? {} : { FLEET_CONVERSATION: resume.id }),
      ...(model === null ? {} : { FLEET_MODEL: model }),
      OPENCODE_CONFIG_CONTENT: withPlugin(settings, state),
    },
    assets: plugins(state),
    files: {},
  };
}

/** It only shows what goes on in the server, where our plugin is: prompt and model are told there. */
function attached(
  { workdir, args, settings }: LaunchRequest,
  { url, password, conversation, tmp }: Attachment,
): Launch {
  const [program, ...before] = settings?.command ?? ["opencode"];
  return {
    argv: [
      ...([program, ...before, "attach", url, "--dir", workdir, "--session", conversation] as const),
      ...(settings?.args ?? []),
      ...args,
    ],
    cwd: workdir,
    env: { ...environment(settings), OPENCODE_SERVER_PASSWORD: password, TMPDIR: tmp },
    assets: {},
    files: {},
  };
}

/** It must not renew itself under a run. */
const environment = (settings: BackendSettings | null) => ({
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  ...settings?.env,
});

/** The one imports the others. */
const plugins = (state: string): Launch["assets"] =>
  Object.fromEntries(
    ["opencode-plugin", "opencode-door", "opencode-seats"].map((name) => [`${state}/${name}.ts`, name]),
  );

/**
 * It merges these settings with the person's own: no file of anybody's is
 * touched. What it could not read itself stays as it is.
 */
function withPlugin(settings: BackendSettings | null, state: string): string {
  const given = settings?.env.OPENCODE_CONFIG_CONTENT ?? "{}";
  const plugin = `${state}/opencode-plugin.ts`;
  const url = `file://${encodeURI(plugin).replaceAll("#", "%23").replaceAll("?", "%3F")}`;
  try {
    const own = JSON.parse(given) as { readonly plugin?: readonly unknown[] };
    return JSON.stringify({ ...own, plugin: [...(own.plugin ?? []), url] });
  } catch {
    return given;
  }
}
