import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { stripVTControlCharacters } from "node:util";

/*
 * Runs the gates one after the other, or two side by side where the one mostly
 * waits; all of them whatever comes. Says at the end which are closed. See
 * scripts/test.
 */

type Words = readonly string[];

interface Gate {
  readonly name: string;
  readonly commands: readonly Words[];
  /** The last of them is a vitest run, which counts its tests. */
  readonly counts?: true;
  /** It runs while all before it do, and is shown after them. */
  readonly beside?: true;
}

const GATES: readonly Gate[] = [
  { name: "lint", commands: [["biome", "check", "--error-on-warnings", "."]] },
  {
    name: "types",
    commands: [
      ["turbo", "run", "typecheck", "--output-logs=errors-only"],
      ["tsc", "-p", "tsconfig.check.json"],
    ],
  },
  { name: "boundaries", commands: [["turbo", "boundaries"]] },
  { name: "unused", commands: [["knip", "--no-progress"]] },
  { name: "unit", commands: [["vitest", "run", "--project", "unit"]], counts: true },
  { name: "real", commands: [["vitest", "run", "--project", "real"]], counts: true },
  { name: "sim", commands: [["vitest", "run", "--project", "sim"]], counts: true },
  {
    name: "clis",
    commands: [
      ["node", "packages/engine/test/agent-clis.ts"],
      ["scripts/offline", "vitest", "run", "--project", "clis"],
    ],
    counts: true,
    beside: true,
  },
  { name: "chaos", commands: [["vitest", "run", "--project", "chaos"]], counts: true },
];

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** What failed, each with the first line of why: by then its own words are far above. */
  readonly failures: readonly string[];
}

interface Outcome extends Counts {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: string;
}

const NOTHING_COUNTED: Counts = { passed: 0, failed: 0, failures: [] };

type Show = (text: string | Buffer) => void;

const show: Show = (text) => void process.stdout.write(text);

interface Row {
  /** One after the other, shown as they go. */
  readonly gates: readonly Gate[];
  /** Runs meanwhile, and is shown when they and it have ended. */
  readonly beside: Gate | null;
}

async function runRow({ gates, beside }: Row, more: Words, folder: string): Promise<readonly Outcome[]> {
  const said: (string | Buffer)[] = [];
  const meanwhile = beside && runGate(beside, more, folder, (text) => void said.push(text));
  const outcomes: Outcome[] = [];
  for (const gate of gates) outcomes.push(await runGate(gate, more, folder, show));
  if (meanwhile !== null) outcomes.push(await meanwhile);
  said.forEach(show);
  return outcomes;
}

async function runGate(
  { name, commands, counts }: Gate,
  more: Words,
  folder: string,
  say: Show,
): Promise<Outcome> {
  say(`\n── ${name}\n`);
  const began = performance.now();
  const report = path.join(folder, `${name}.json`);
  const extra = counts
    ? ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...more]
    : [];
  let ok = true;
  for (const words of commands)
    ok = (await run(words === commands.at(-1) ? [...words, ...extra] : words, say)) && ok;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  return { name, ok, seconds, ...(counts ? await countTests(report, ok) : NOTHING_COUNTED) };
}

async function run([file = "", ...args]: Words, say: Show): Promise<boolean> {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", TURBO_UI: "0" };
  const output = say === show ? "inherit" : "pipe";
  const child = spawn(file, args, { stdio: ["inherit", output, output], env });
  child.stdout?.on("data", say);
  child.stderr?.on("data", say);
  const [code, signal] = await once(child, "close");
  // A person who interrupts one gate means all of them.
  if (signal === "SIGINT" || code === 130) process.exit(130);
  return code === 0;
}

interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages: readonly string[];
  }[];
}

/** A file that can't even be loaded has no tests, and a run that breaks has no report: both count as one that failed. */
async function countTests(report: string, ok: boolean): Promise<Counts> {
  const text = await readFile(report, "utf8").catch(() => null);
  if (text === null) return { passed: 0, failed: 1, failures: ["it broke off, without a report"] };
  const results: { readonly numPassedTests: number; readonly testResults: readonly FileResult[] } =
    JSON.parse(text);
  const failures = results.testResults.flatMap(failuresOf);
  if (!ok && failures.length === 0) failures.push("none of its tests: see above");
  return { passed: results.numPassedTests, failed: failures.length, failures };
}

function failuresOf({ name, status, message, assertionResults }: FileResult): readonly string[] {
  const file = path.relative(process.cwd(), name);
  const why = (words = ""): string => stripVTControlCharacters(words).trim().split("\n", 1)[0] ?? "";
  if (status === "failed" && assertionResults.length === 0) return [`${file}: ${why(message)}`];
  return assertionResults
    .filter((one) => one.status === "failed")
    .map((one) => `${file} > ${one.fullName}: ${why(one.failureMessages[0])}`);
}

function chooseGates([name, ...more]: Words): { readonly gates: readonly Gate[]; readonly more: Words } {
  if (name === undefined) return { gates: GATES, more };
  const gates = GATES.filter((gate) => gate.name === name);
  const [gate] = gates;
  if (gate !== undefined && (gate.counts || more.length === 0)) return { gates, more };
  process.stderr.write(`usage: scripts/test [${GATES.map((one) => one.name).join(" | ")}] [file…]\n`);
  process.exit(2);
}

function rowsOf(gates: readonly Gate[]): readonly Row[] {
  const rows: Row[] = [];
  for (const gate of gates) {
    const before = gate.beside ? rows.splice(0) : [];
    if (before.length === 0) rows.push({ gates: [gate], beside: null });
    else rows.push({ gates: before.flatMap((row) => row.gates), beside: gate });
  }
  return rows;
}

const { gates, more } = chooseGates(process.argv.slice(2));
const folder = await mkdtemp(path.join(tmpdir(), "fleet-gates-"));
const outcomes: Outcome[] = [];
try {
  for (const row of rowsOf(gates)) outcomes.push(...(await runRow(row, more, folder)));
} finally {
  await rm(folder, { recursive: true, force: true });
}

const total = (key: "passed" | "failed"): number => outcomes.reduce((sum, one) => sum + one[key], 0);
const closed = outcomes.filter(({ ok }) => !ok);
process.stdout.write("\n");
for (const { name, ok, seconds } of outcomes)
  process.stdout.write(`${ok ? "ok    " : "FAILED"}  ${name.padEnd(10)} ${seconds.padStart(6)} s\n`);
if (closed.length > 0) process.stdout.write(`\nfailed: ${closed.map(({ name }) => name).join(", ")}\n`);
for (const { name, failures } of closed)
  for (const failure of failures) process.stdout.write(`  ${name}: ${failure}\n`);
process.stdout.write(`${total("passed")} passed, ${total("failed")} failed\n`);
process.exitCode = closed.length > 0 ? 1 : 0;
