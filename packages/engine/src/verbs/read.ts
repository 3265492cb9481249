import { readFile } from "node:fs/promises";
import path from "node:path";
import { BACKENDS } from "../backends/index.ts";
import { viewOf } from "../backends/view.ts";
import { defineCommand } from "../command/command.ts";
import { closest } from "../diagnostics/suggest.ts";
import { systemClock } from "../host/clock.ts";
import { isCode } from "../host/files.ts";
import { Failure } from "../problem.ts";
import type { Reading } from "../watch/sighting.ts";

export const read = defineCommand({
  name: "read",
  about: "say what a captured screen means to a backend: its mood, and the rule that knew it",
  operands: "<backend> [file]",
  flags: {
    title: { type: "string", about: "the title that the program gave its terminal", value: "TEXT" },
    json: { type: "boolean", about: "for scripts" },
  },
  examples: [
    ["tmux capture-pane -p -e | agents read claude", "colours tell placeholders from drafts: -e"],
    ["agents read claude screen.txt --json", '{"mood":"ready","rule":"box","draft":"", …}'],
  ],
  async run([name = "", file = "-"], { title = "", json }, world) {
    const backend = BACKENDS[name];
    if (backend === undefined) {
      const known = Object.keys(BACKENDS);
      const near = closest(name, known);
      const hint = near === null ? `backends: ${known.join(", ")}` : `did you mean ${near}?`;
      throw new Failure("WRONG_USAGE", `no backend is called "${name}"`, { hint });
    }
    const captured =
      file === "-" ? await world.input() : await readScreen(path.resolve(world.cwd, file), file);
    const reading = backend.read(viewOf(captured, title, systemClock.now()));
    world.out(json ? `${JSON.stringify(forScripts(reading))}\n` : `${sayReading(reading)}\n`);
    return 0;
  },
});

const readScreen = (file: string, shown: string): Promise<string> =>
  readFile(file, "utf8").catch((error: unknown) => {
    if (!isCode(error, "ENOENT") && !isCode(error, "EISDIR")) throw error;
    const hint = "capture one: tmux capture-pane -p -e > screen.txt";
    throw new Failure("FILE_MISSING", `there is no ${shown}`, { hint, cause: error });
  });

const time = (until: number | null): string | null => (until === null ? null : new Date(until).toISOString());

const forScripts = (reading: Reading): object =>
  reading.mood === "limited" ? { ...reading, until: time(reading.until) } : reading;

export function sayReading(reading: Reading): string {
  const { mood, rule, draft, running } = reading;
  const more = [
    rule === null ? "no rule knows this screen" : `rule: ${rule}`,
    ...("question" in reading ? [reading.question] : []),
    ...("error" in reading ? [reading.error] : []),
    ...("until" in reading ? [`until ${time(reading.until) ?? "nobody knows when"}`] : []),
    ...(running === null ? [] : [`at work: ${running}`]),
    ...(draft === null || draft === "" ? [] : [`in its box: ${draft}`]),
  ];
  return `${mood} (${more.join("; ")})`;
}
