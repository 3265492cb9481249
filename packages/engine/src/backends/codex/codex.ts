import { essenceOf } from "../../watch/essence.ts";
import type { Backend } from "../backend.ts";
import { conversation, isTranscript, readRecord } from "./claims.ts";
import { passages } from "./passages.ts";
import { layoutOf, read, TALL } from "./read.ts";

/** Codex. Known: 0.169.0. */
export const codex: Backend = {
  launch({ workdir, model, args, settings, first, resume, hook }) {
    const [program, ...before] = settings?.command ?? ["codex"];
    const theirs = [...(settings?.args ?? []), ...args];
    return {
      argv: [
        program,
        ...before,
        ...(resume?.id == null ? [] : ["resume"]),
        // It refuses a switch that it is given twice.
        ...SWITCHES.filter((one) => !theirs.includes(one)),
        ...["-c", "check_for_update_on_startup=false"],
        // It replaces the person's own, for this run: a bell, which wakes the watchdog at the end of a turn.
        ...["-c", `notify=[${JSON.stringify(hook)}]`],
        ...(settings?.trust_workdirs ? ["-c", trusting(workdir)] : []),
        ...(model === null ? [] : ["--model", model]),
        ...theirs,
        // Some options take all words that follow.
        ...(resume?.id == null && first === null ? [] : ["--"]),
        ...(resume?.id == null ? [] : [resume.id]),
        ...(first === null ? [] : [first]),
      ],
      cwd: workdir,
      env: { ...settings?.env },
      assets: {},
      files: {},
    };
  },

  account({ home, env }) {
    const folder = env.CODEX_HOME || `${home}/.codex`;
    const key = env.CODEX_API_KEY || env.CODEX_ACCESS_TOKEN;
    if (key) return { by: "key", value: key };
    // Whether it uses this one is for its own settings to say: alone it makes no two the same.
    if (env.OPENAI_API_KEY) return { by: "key", value: `${env.OPENAI_API_KEY} ${folder}` };
    return { by: "folder", value: folder };
  },

  version: (settings) => [...(settings?.command ?? ["codex"]), "--version"],
  read,
  /** The bell tells nothing more than that: it rings for the thread that makes titles too, and not for a turn that failed. */
  hears: () => null,
  opens: { isTranscript, conversation },
  transcript: readRecord,
  passages,

  /** A long paste stands in the box as a placeholder; of a tall one only a part is seen, its lines broken to fit. */
  holds(draft, typed) {
    const found = /^\[Pasted Content (\d+) chars\]$/.exec(draft);
    if (found !== null) return Number(found[1]) === [...typed].length;
    const solid = (text: string): string => text.replaceAll(/\s+/g, "");
    return draft.split("\n").length > TALL && solid(typed).includes(solid(draft));
  },

  /** What it was told stands above the box, behind the sign of the box. */
  heard(screen, mark) {
    const lines = screen.split("\n");
    return layoutOf(lines, lines)?.above.some((line) => line.startsWith(`› ${mark}`)) === true;
  },

  /** What it is told while it works waits above the box for the end of the tool, in its memory alone. */
  keeps(screen, mark) {
    const lines = screen.split("\n");
    return layoutOf(lines, lines)?.above.some((line) => line.startsWith(`  ↳ ${mark}`)) === true;
  },

  /** The dot before what it does blinks. */
  essence: (screen) => essenceOf(screen.replaceAll(/^[•◦] /gm, "")),

  styled: true,
  conversations: "told",
  queues: true,
  door: false,
  submit: ["Enter"],
  settle: 150,
  showing: 3_000,
  quit: "/quit",
  passes: [
    ...["OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN", "CODEX_HOME", "CODEX_SQLITE_HOME"],
    ...["CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ],
};

const trusting = (workdir: string): string => `projects={${JSON.stringify(workdir)}={trust_level="trusted"}}`;

/** Its shared server copies itself into the home and outlives every run; its plain screen leaves what was said to tmux. */
const SWITCHES: readonly string[] = ["--no-daemon", "--no-alt-screen"];
