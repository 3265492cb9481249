import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, totalmem } from "node:os";
import path from "node:path";
import { DRIVEN_CLIS } from "../driven.ts";
import { PARTS, type Part, type Row } from "./row.ts";

/*
 * docs/conformance.md, from the figures of the last run of each part with each
 * program: a run of one leaves the others' as they were.
 */

const FIGURES = path.join(import.meta.dirname, "figures.jsonl");
const PAGE = path.join(import.meta.dirname, "../../../../docs/conformance.md");

interface Kept extends Omit<Row, "wrong"> {
  /** The day. */
  readonly at: string;
  readonly machine: string;
  /** Of the machine, over the last quarter of an hour. */
  readonly load: number;
  /** The first line of each. */
  readonly wrong: readonly string[];
}

export async function writePage(rows: readonly Row[]): Promise<void> {
  const text = await readFile(FIGURES, "utf8").catch(() => "");
  const before = text.split("\n").flatMap((line): readonly Kept[] => (line === "" ? [] : [JSON.parse(line)]));
  const isNew = ({ cli, part }: Kept): boolean => rows.some((row) => row.cli === cli && row.part === part);
  const all = [...before.filter((kept) => !isNew(kept)), ...rows.map(keep)].sort(byPlace);
  await writeFile(FIGURES, all.map((kept) => `${JSON.stringify(kept)}\n`).join(""));
  await writeFile(PAGE, pageOf(all));
}

const keep = (row: Row): Kept => ({
  ...row,
  at: new Date().toISOString().slice(0, 10),
  machine: `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  load: Math.round(loadavg()[2] ?? 0),
  wrong: row.wrong.map((one) => one.split("\n")[0]?.slice(0, 200) ?? ""),
});

/** A stable sort keeps what a part found in its order. */
const byPlace = (a: Row, b: Row): number =>
  PARTS.indexOf(a.part) - PARTS.indexOf(b.part) || DRIVEN_CLIS.indexOf(a.cli) - DRIVEN_CLIS.indexOf(b.cli);

const INTRO = `# Conformance

What the real agent programs do in the hands of the engine: measured, not claimed. Written by \`pnpm conformance --write\`; don't edit it.

\`\`\`sh
pnpm conformance                                       # everything: hours, one of them the idle one; exit 1 when anything is wrong
pnpm conformance --cli codex --only delivery --trials 5
\`\`\`

The programs are the pinned ones of [agent-clis.md](agent-clis.md), each in a home of its own, without a network, with a model on loopback that is played. The engine is the
whole engine, with the ticks of its defaults: what comes sooner than 30 seconds comes because something woke it. Each figure stands as "median / 95th percentile".
`;

const SECTIONS: Readonly<Record<Part, string>> = {
  states: `## States

Each moment is lived through, and its screen read. In brackets the rule of the backend that knew it. Moments that a program does not have are empty.`,
  delivery: `## Messages

What counts is what the model heard: each message exactly once, and whole, character for character (a tab is four blanks, and Claude Code composes letters). "Multi-line" has lines
that begin as commands, menus and options do; "unicode" has families of code points, wide letters and both directions. Busy is by turns waiting for the model and running a tool, and
goes on when the message was sent: by an Enter, or at the door of a plugin. "Sent" and "proved" count from the moment it is queued: until it was sent, and until the program itself
said that it has heard it. Where a program shows that only later, the message is settled without a proof, as submitted.`,
  dialog: `## Dialogs

A dialog is up, and messages come, "1" and "y" among them. Right: the screen stays as it is, nothing is typed, the tool does not run. When a person has answered, the message that
still waits is told.`,
  idle: `## Idle

Requests that the program made of its model while it rested, and turns among them. The engine looks at it all the while.`,
  latency: `## The end of a turn

How long until the engine knows of it: from the model's last byte, which the program has yet to show and to note; and from the program's own word, a hook or a bell. The second is
the engine's part: half of them within 100 ms, or it is wrong; on a
machine so busy that five programs need longer to start, within that. Where the program has no such word, its screen and files are looked at every 30 seconds at the least.`,
  memory: `## Memory

After a turn with a tool, two of a kind at a time. As many fit into 24 GiB of which 6 are kept for what the agents run: by arithmetic, not by running that many.`,
};

function pageOf(all: readonly Kept[]): string {
  const sections = PARTS.flatMap((part) => {
    const rows = all.filter((row) => row.part === part);
    return rows.length === 0 ? [] : [SECTIONS[part], part === "states" ? matrix(rows) : table(rows)];
  });
  return `${[INTRO.trimEnd(), provenance(all), ...sections, ...failures(all)].join("\n\n")}\n`;
}

function provenance(all: readonly Kept[]): string {
  const lines = [...Map.groupBy(all, ({ cli, version }) => `${cli} ${version}`)].map(
    ([program, rows]) => `- ${program}: ${[...new Set(rows.map(({ at }) => at))].join(", ")}`,
  );
  const machines = [...new Set(all.map(({ machine }) => machine))].join("; ");
  const loads = all.map(({ load }) => load);
  const busy = `a load of ${Math.min(...loads)} to ${Math.max(...loads)}`;
  return [`Measured on ${machines}, with ${busy}, most of it other work:`, "", ...lines].join("\n");
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const head = (cells: readonly string[]): readonly string[] => [line(cells), line(cells.map(() => "---"))];

function table(rows: readonly Kept[]): string {
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  return [
    ...head(["Program", "", "Right", ...names]),
    ...rows.map(({ cli, what, good, trials, figures }) =>
      line([cli, what, `${good} of ${trials}`, ...names.map((name) => figures[name] ?? "")]),
    ),
  ].join("\n");
}

/** What each program showed at a moment, and what was read. */
function matrix(rows: readonly Kept[]): string {
  const clis = DRIVEN_CLIS.filter((cli) => rows.some((row) => row.cli === cli));
  return [
    ...head(["Moment", ...clis]),
    ...[...Map.groupBy(rows, ({ what }) => what)].map(([what, ones]) =>
      line([what, ...clis.map((cli) => cellOf(ones.find((row) => row.cli === cli)))]),
    ),
  ].join("\n");
}

const cellOf = (row: Kept | undefined): string => {
  if (row === undefined) return "";
  const { reading, rule } = row.figures;
  const said = reading === undefined ? "not seen" : `${reading} (${rule})`;
  return row.wrong.length === 0 ? said : `**wrong**: ${said}`;
};

function failures(all: readonly Kept[]): readonly string[] {
  const lines = all.flatMap(({ cli, part, what, wrong }) =>
    wrong.map((one) => `- ${cli}, ${part}, ${what}: ${one}`),
  );
  return lines.length === 0 ? [] : [`## Wrong\n\n${lines.join("\n")}`];
}
