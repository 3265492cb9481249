import { essenceOf } from "../../watch/essence.ts";
import type { Backend } from "../backend.ts";
import { conversation, readRecord } from "./claims.ts";
import { passages } from "./passages.ts";
import { layoutOf, queueIn, read } from "./read.ts";

/** Gemini CLI. Known: 0.61.0. */
export const gemini: Backend = {
  launch({ agent, state, workdir, instance, model, args, settings, first, kickoffs, resume }) {
    const [program, ...before] = settings?.command ?? ["gemini"];
    const trusted = settings?.trust_workdirs ? `${state}/gemini-trust-${agent}.json` : null;
    return {
      argv: [
        program,
        ...before,
        ...(resume?.id == null ? ["--session-id", instance] : ["--resume", resume.id]),
        ...(model === null ? [] : ["--model", model]),
        // It refuses to read anywhere else.
        ...["--include-directories", kickoffs],
        ...(settings?.args ?? []),
        ...args,
        ...(first === null ? [] : ["--prompt-interactive", first]),
      ],
      cwd: workdir,
      // Its own list of folders that it trusts, in the place of its person's.
      env: {
        ...LOOKS,
        ...(trusted === null ? {} : { GEMINI_CLI_TRUSTED_FOLDERS_PATH: trusted }),
        ...settings?.env,
      },
      assets: {},
      files: trusted === null ? {} : { [trusted]: trusting([workdir, kickoffs]) },
    };
  },

  read,
  transcript: readRecord,
  passages,
  kept: {
    root: ({ home, env }) => `${env.GEMINI_CLI_HOME ?? home}/.gemini/tmp`,
    // The folder's name is the project's, or a number of it.
    pattern: (id) => `*/chats/session-*-${id.slice(0, 8)}.jsonl`,
    conversation,
  },

  /** A long paste, or one of many lines, stands in the box as a placeholder. */
  holds(draft, typed) {
    const found = /^\[Pasted Text: (\d+) (lines|chars)(?: #\d+)?\]$/.exec(draft);
    if (found === null) return false;
    const length = found[2] === "lines" ? typed.split("\n").length : typed.length;
    return Math.abs(Number(found[1]) - length) <= 1;
  },

  /** What it was told stands above the box, behind the sign of the box. */
  heard: (screen, mark) =>
    layoutOf(screen.split("\n"))?.above.some(
      (line) => line.startsWith(` > ${mark}`) || line.startsWith(`> ${mark}`),
    ) === true,

  /** What it is told while it works waits above the box for the end of the turn, in its memory alone. */
  keeps: (screen, mark) => queueIn(screen.split("\n")).some((line) => line.startsWith(`    ${mark}`)),

  /** Beside what it thinks about stand jokes and tips, which change by themselves. */
  essence: (screen) =>
    essenceOf(screen.replaceAll(/^( \S .*) \(esc to cancel, .*$/gm, "$1").replaceAll(/ Tip: .*$/gm, "")),

  styled: false,
  conversations: "the run's",
  queues: true,
  door: false,
  submit: ["Enter"],
  settle: 150,
  showing: 3_000,
  quit: "/quit",
  account({ home, env }) {
    if (env.GOOGLE_GENAI_USE_VERTEXAI) return null;
    const key = env.GEMINI_API_KEY || env.GOOGLE_API_KEY;
    if (key) return { by: "key", value: `${env.GOOGLE_GEMINI_BASE_URL ?? ""} ${key}` };
    return { by: "folder", value: `${env.GEMINI_CLI_HOME || home}/.gemini` };
  },

  passes: [
    ...["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL"],
    ...["GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA", "GOOGLE_APPLICATION_CREDENTIALS"],
    ...["GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION", "GEMINI_CLI_HOME"],
    ...["GEMINI_CLI_SYSTEM_SETTINGS_PATH", "GEMINI_CLI_SYSTEM_DEFAULTS_PATH"],
    ...["GEMINI_CLI_TRUSTED_FOLDERS_PATH", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ],
};

/** Without it, the edges of its box depend on what it finds out about the terminal. */
const LOOKS = { COLORTERM: "truecolor" } as const;

const trusting = (folders: readonly string[]): string =>
  `${JSON.stringify(Object.fromEntries(folders.map((folder) => [folder, "TRUST_FOLDER"])), null, 1)}\n`;
