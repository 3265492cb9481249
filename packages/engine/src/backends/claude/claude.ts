import { essenceOf } from "../../watch/essence.ts";
import type { Backend, LaunchRequest } from "../backend.ts";
import { EVENTS, hears, readOwner, readRecord, readStatus } from "./claims.ts";
import { passages } from "./passages.ts";
import { BUSY, read, SPINNER } from "./read.ts";

/** Claude Code. Known: 2.1.329. */
export const claude: Backend = {
  launch(request) {
    const { agent, workdir, state, instance, model, args, settings, first, resume } = request;
    const own = `${state}/claude-${agent}.json`;
    const [program, ...before] = settings?.command ?? ["claude"];
    return {
      argv: [
        program,
        ...before,
        ...["--settings", own],
        ...(resume?.id == null ? ["--session-id", instance] : ["--resume", resume.id]),
        ...(model === null ? [] : ["--model", model]),
        ...(settings?.args ?? []),
        ...args,
        // Some options take all words that follow.
        ...(first === null ? [] : ["--", first]),
      ],
      cwd: workdir,
      env: { ...QUIET, ...settings?.env },
      assets: {},
      files: { [own]: settingsFor(request) },
    };
  },

  account({ home, env }) {
    // Its limits are the cloud's, and of as many kinds as that has.
    if (env.CLAUDE_CODE_USE_BEDROCK || env.CLAUDE_CODE_USE_VERTEX) return null;
    const key = env.ANTHROPIC_API_KEY || env.ANTHROPIC_AUTH_TOKEN || env.CLAUDE_CODE_OAUTH_TOKEN;
    if (key) return { by: "key", value: `${env.ANTHROPIC_BASE_URL ?? ""} ${key}` };
    return { by: "folder", value: env.CLAUDE_CONFIG_DIR || `${home}/.claude` };
  },

  version: (settings) => [...(settings?.command ?? ["claude"]), "--version"],
  read,
  hears,
  status: {
    file: ({ home, pid, env }) => `${sessions(home, env)}/${pid}.json`,
    read: readStatus,
  },
  registry: { folder: ({ home, env }) => sessions(home, env), read: readOwner },
  transcript: readRecord,
  passages,

  /** A long paste, or one of several lines, stands in the box as a placeholder. */
  holds(draft, typed) {
    const found = /^\[Pasted text #\d+(?: \+(\d+) lines)?\]$/.exec(draft);
    return found !== null && Math.abs(Number(found[1] ?? 0) - (typed.split("\n").length - 1)) <= 1;
  },

  /** What it was told stands above the box, behind the sign of the box. */
  heard: (screen, mark) => shownAs(screen, mark) === "heard",
  /** What it is told while it works it keeps in its memory, and says so below. */
  keeps: (screen, mark) => shownAs(screen, mark) === "kept",

  /** Its verbs change by themselves, and so do its tips. */
  essence: (screen) =>
    essenceOf(screen.replaceAll(/^(?:[·✢✳✶✻✽*] \S+… .*|[·✢✳✶✻✽*] \S+…| {2}⎿\s+Tip: .*)$/gm, "")),

  styled: true,
  conversations: "the run's",
  queues: true,
  door: false,
  submit: ["Enter"],
  settle: 150,
  showing: 3_000,
  quit: "/exit",
  passes: [
    ...["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_CUSTOM_HEADERS"],
    ...["CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_TMPDIR", "IS_SANDBOX"],
    ...[
      "CLAUDE_CODE_USE_BEDROCK",
      "CLAUDE_CODE_USE_VERTEX",
      "ANTHROPIC_VERTEX_PROJECT_ID",
      "CLOUD_ML_REGION",
    ],
    ...["AWS_PROFILE", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
    ...["GOOGLE_APPLICATION_CREDENTIALS", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ],
};

/**
 * Behind the sign of the box, and above it: as it shows what it was told, and what it keeps for later. The note that
 * says so comes a moment late: while it works, only what it says after that shows that it was heard.
 */
function shownAs(screen: string, mark: string): "heard" | "kept" | null {
  const lines = screen.split("\n");
  const bottom = lines.findLastIndex((line) => RULE.test(line));
  const top = lines.findLastIndex((line, index) => index < bottom && RULE.test(line));
  const at = lines.findLastIndex((line, index) => index < top && line.startsWith(`❯ ${mark}`));
  if (at < 0) return null;
  const after = lines.slice(at + 1, top);
  if (after.some((line) => line.startsWith("● "))) return "heard";
  // Several that wait have one note, below the last of them.
  if (after.some((line) => /^ {2}⎿ {1,2}Queued\b/.test(line))) return "kept";
  const works =
    after.some((line) => SPINNER.test(line)) || lines.slice(bottom + 1).some((line) => BUSY.test(line));
  return works ? null : "heard";
}

const RULE = /^─{10,}/;

const sessions = (home: string, env: Readonly<Record<string, string | undefined>>): string =>
  `${env.CLAUDE_CONFIG_DIR ?? `${home}/.claude`}/sessions`;

/** It must not renew itself under a run, and its classic screen leaves what was said to tmux. */
const QUIET = { DISABLE_AUTOUPDATER: "1", CLAUDE_CODE_DISABLE_ALTERNATE_SCREEN: "1" } as const;

/** Our hooks, in a file of the project's own that is given on the command line: nobody's other settings are touched. */
function settingsFor({ hook, kickoffs }: LaunchRequest): string {
  const run = [{ hooks: [{ type: "command", command: `'${hook.replaceAll("'", "'\\''")}'` }] }];
  const hooks = Object.fromEntries(EVENTS.map((event) => [event, run]));
  // Else it asks at its very first step. A second slash: from the root on.
  const permissions = { allow: [`Read(/${kickoffs}/**)`] };
  return `${JSON.stringify({ hooks, permissions }, null, 1)}\n`;
}
