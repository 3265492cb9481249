import { parseMoment } from "../../watch/calendar.ts";
import { essenceOf } from "../../watch/essence.ts";
import type { Mood, Reading } from "../../watch/sighting.ts";
import type { Instant } from "../../watch/time.ts";
import type { Backend } from "../backend.ts";

/** A stand-in agent in plain sh (agent.sh), so that every test and every newcomer can run the whole engine with nothing installed. */
export const demo: Backend = {
  launch({ agent, workdir, state, model, args, settings, first, resume }) {
    const script = `${state}/demo-agent.sh`;
    const [program, ...before] = settings?.command ?? ["sh"];
    return {
      argv: [
        program,
        ...before,
        script,
        ...(resume === null ? [] : ["--resume"]),
        ...(model === null ? [] : ["--model", model]),
        ...(settings?.args ?? []),
        ...args,
        ...(first === null ? [] : ["--", first]),
      ],
      cwd: workdir,
      env: { DEMO_AGENT: agent, DEMO_JOURNAL: `${state}/demo/${agent}.journal`, ...settings?.env },
      assets: { [script]: "demo-agent" },
      files: {},
    };
  },

  /** It has no account but one that is given to it, to see what comes of that. */
  account: ({ env }) => (env.DEMO_LOGIN ? { by: "name", value: env.DEMO_LOGIN } : null),

  /** Only the last lines count: what is said is indented, so that column 0 there is the program's own. */
  read({ screen }) {
    const lines = screen.trimEnd().split("\n");
    const [third = "", above = "", last = ""] = ["", "", ...lines].slice(-3);
    const question = /^\? (.+)$/.exec(third)?.[1];
    if (question !== undefined && above === "❯ 1. Yes" && last === "  2. No")
      return { ...NOTHING, mood: "asking", question, rule: "dialog" };
    const box = /^❯(?: (.*))?$/.exec(last);
    // A question right above the last line is a dialog that is only half drawn.
    if (box === null || above.startsWith("? ")) return { ...NOTHING, mood: "unclear" };
    const said = /^ {2}(.*)$/.exec(above)?.[1];
    const running = /^\* working \(tool: (.*)\)/.exec(above)?.[1] ?? null;
    return { ...moodOf(above), draft: box[1] ?? "", final: said ?? null, running };
  },

  /** A long paste stands in the box as a placeholder that counts its further lines. */
  holds(draft, typed) {
    const lines = /^\[Pasted text #\d+(?: \+(\d+) lines)?\]$/.exec(draft);
    return lines !== null && Number(lines[1] ?? 0) === typed.split("\n").length - 1;
  },

  /** What it hears it repeats, in column 0, behind a mark that no words of anybody can have there. */
  heard: (screen, mark) => `\n${screen}`.includes(`\n> ${mark}`),

  /** What it says it works on may turn a wheel. The end of a limit is no clock: another one is another limit. */
  essence(screen) {
    const until = /^! limited until (\S+)$/m.exec(screen)?.[1] ?? "";
    return essenceOf(screen.replaceAll(/^\* working .*$/gm, "*")) + until;
  },

  styled: false,
  conversations: "its own",
  queues: false,
  door: false,
  submit: ["Enter"],
  settle: 40,
  showing: 200,
  quit: "/quit",
  passes: ["DEMO_PACE", "DEMO_WAIT", "DEMO_SCENARIO", "DEMO_LOGIN"],
};

const NOTHING = { draft: null, final: null, running: null, rule: null } as const;

/** By the line above the box. */
function moodOf(line: string): Mood & Pick<Reading, "rule"> {
  if (/^\* working \(.*\)/.test(line)) return { mood: "busy", rule: "work" };
  const error = /^! fatal: (.+)$/.exec(line)?.[1];
  if (error !== undefined) return { mood: "fatal", error, rule: "trouble" };
  const limited = /^! limited(?: until (\S+))?$/.exec(line);
  return limited === null
    ? { mood: "ready", rule: "box" }
    : { mood: "limited", until: momentOf(limited[1]), rule: "usage limit" };
}

/** The screen writes moments in one way only. */
const momentOf = (text: string | undefined): Instant | null =>
  text === undefined ? null : parseMoment(text);
