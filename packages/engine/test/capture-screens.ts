import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { CLI_NAMES, type CliName, pinnedVersion } from "./agent-clis.ts";
import { modelApi } from "./model-api/server.ts";
import { type Seat, seat } from "./seat.ts";
import { JOURNEYS, type Journey } from "./tours.ts";

/*
 * Captures what the real programs show, for the tests of who reads it. After a
 * new pin: run it, and read the diff.
 *
 *   scripts/offline node packages/engine/test/capture-screens.ts [claude …] [--only work] [--size 80x24]
 *
 * Screens are kept with their colours; screens.json has the titles and the
 * places of the cursor.
 */

const SIZES = ["80x24", "120x40", "200x50"];
const BACKENDS = path.join(import.meta.dirname, "../src/backends");

interface Fact {
  readonly version: string;
  readonly title: string;
  readonly cursor: string;
  readonly fullscreen: boolean;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, size: { type: "string" } },
});
const clis = positionals.length > 0 ? (positionals as readonly CliName[]) : CLI_NAMES;
const sizes = values.size === undefined ? SIZES : [values.size];
let missed = 0;
for (const cli of clis)
  for (const journey of JOURNEYS.filter((one) => one.clis.includes(cli)))
    if (values.only === undefined || values.only === journey.name)
      for (const size of sizes) await travel(cli, journey, size);
process.exitCode = missed > 0 ? 1 : 0;

async function travel(cli: CliName, { name, wish, tour }: Journey, size: string): Promise<void> {
  const [columns = 80, rows = 24] = size.split("x").map(Number);
  await using api = await modelApi();
  await using own = await seat(cli, { ...wish, api, columns, rows });
  const interrupted = () => void own.end().then(() => process.exit(130));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    for await (const moment of tour(own, api)) await keep(own, `${moment}.${size}`);
  } catch (error) {
    missed++;
    process.stdout.write(`${cli} ${name} ${size} MISSED: ${String(error)}\n`);
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  }
}

/** One file of facts for all screens of a program, so that its changes are read in one place. */
async function keep(own: Seat, name: string): Promise<void> {
  const folder = path.join(BACKENDS, own.cli, "captured");
  const facts = path.join(folder, "screens.json");
  await mkdir(folder, { recursive: true });
  const [colours, seen] = await Promise.all([own.colours(), look(own)]);
  await writeFile(path.join(folder, `${name}.ansi.txt`), cover(own, `${colours}\n`));
  const all: Record<string, Fact> = JSON.parse(await readFile(facts, "utf8").catch(() => "{}"));
  all[name] = seen;
  const lines = Object.keys(all)
    .sort()
    .map((key) => `  ${JSON.stringify(key)}: ${JSON.stringify(all[key])}`);
  await writeFile(facts, `{\n${lines.join(",\n")}\n}\n`);
  process.stdout.write(`${own.cli} ${name}\n`);
}

async function look(own: Seat): Promise<Fact> {
  const format = "#{cursor_x},#{cursor_y} #{alternate_on} #{pane_title}";
  const said = await own.tmux("display-message", "-p", "-t", "seat", format);
  const [cursor = "", fullscreen, ...title] = said.split(" ");
  return {
    version: await pinnedVersion(own.cli),
    title: cover(own, title.join(" ")),
    cursor,
    fullscreen: fullscreen === "1",
  };
}

/** Nothing of this machine is kept. The other names are as long, so that no line breaks elsewhere. */
function cover({ place }: Seat, text: string): string {
  const covers = {
    [place.home]: "/home/ada/code/builder",
    [path.basename(place.home)]: "key-of-the-builder",
    [new URL(place.url).host]: "127.0.0.1:54321",
    [hostname()]: "host",
  };
  return Object.entries(covers).reduce(
    (covered, [own, other]) => covered.replaceAll(own, other.padEnd(own.length, "-").slice(0, own.length)),
    text,
  );
}
