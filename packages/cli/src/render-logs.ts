import { sanitize } from "@fleet/engine";
import type { LogLine } from "@fleet/fleet";

interface Manner {
  /** Several agents speak: each line says who. */
  readonly names: boolean;
  readonly json: boolean;
  readonly color: boolean;
}

const NAME = 12;
const WHO = 5;

/** Says one line after the other, as text or for scripts; days are told when they begin. */
export function createLogPrinter({ names, json, color }: Manner): (line: LogLine) => string {
  let day = "";
  return (line) => {
    const { at, agent, who, text } = line;
    const iso = at === null ? null : new Date(at).toISOString();
    if (json) return `${JSON.stringify({ at: iso, agent, who, text })}\n`;
    const time = iso === null ? " ".repeat(9) : `${iso.slice(11, 19)}Z`;
    const role = who === "terminal" ? "" : `${who.padEnd(WHO)}  `;
    const label = names ? `${sanitize(agent).padEnd(NAME)}  ` : "";
    const margin = " ".repeat(time.length + 2 + label.length + role.length);
    const words = sanitize(text.replaceAll(/\r\n?/g, "\n")).trimEnd().replaceAll("\n", `\n${margin}`);
    const paint = (tone: keyof typeof TONES, part: string) => (color ? TONES[tone](part) : part);
    const body =
      who === "tool" ? paint("quiet", role + words) : paint(who === "you" ? "you" : "plain", role) + words;
    const line_ = `${paint("quiet", time)}  ${paint("name", label)}${body}`;
    const heading =
      iso === null || (iso.startsWith(day) && day !== "")
        ? ""
        : `${paint("quiet", `-- ${iso.slice(0, 10)} --`)}\n`;
    if (iso !== null) day = iso.slice(0, 10);
    return `${heading}${line_.trimEnd().replaceAll(/[ \t]+\n/g, "\n")}\n`;
  };
}

const wrap = (on: number, off: number) => (part: string) =>
  part === "" ? "" : `\u001b[${on}m${part}\u001b[${off}m`;

const TONES = {
  quiet: wrap(2, 22),
  name: wrap(36, 39),
  you: wrap(32, 39),
  plain: (part: string) => part,
} as const;
