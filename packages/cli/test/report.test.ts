import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { fleet, ownDirectory } from "./own.ts";

const HOUR = 3_600_000;
const NOW = Date.now();

const line = (hours: number, agent: string | null, what: string, more: object = {}) =>
  `${JSON.stringify({ at: NOW - hours * HOUR, agent, what, ...more })}\n`;

/** What its model took, as Claude Code notes it. */
const answer = (hours: number, id: string, output: number) =>
  `${JSON.stringify({
    ...{ type: "assistant", uuid: id, timestamp: new Date(NOW - hours * HOUR).toISOString() },
    message: { id, model: "m", content: [], usage: { input_tokens: 100, output_tokens: output } },
  })}\n`;

/** A project that ran for ten hours, and was killed two hours ago; and one that is disabled. */
async function ownFleet(): Promise<string> {
  const root = await ownDirectory({
    "fleet.toml": [
      '[[project]]\nname = "shop"\npath = "shop"\n',
      '[[project]]\nname = "old"\npath = "old"\nenabled = false\n',
    ].join("\n"),
    "old/agents.toml": "",
    "shop/agents.toml":
      '[defaults]\nsession_prefix = "r-"\nlog_dir = ".s"\nbackend = "claude"\n[agents.ada]\nkind = "loop"\n[loop]\ndone_by = "ada"\nphases = [{ id = "one", plan = "one.md" }, { id = "two", plan = "two.md" }]\n',
    "shop/notes.jsonl": answer(9, "a", 10) + answer(9, "a", 30) + answer(3, "b", 5) + answer(300, "c", 5),
  });
  const transcript = path.join(root, "shop/notes.jsonl");
  const older = [
    line(12, null, "watchdog-started", { epoch: 1 }),
    line(10, null, "phase-started", { phase: "one", turn: 1 }),
    line(10, "ada", "named-conversation", { id: "x", transcript }),
    line(10, "ada", "decided", { is: "working" }),
  ];
  const newer = [
    line(6, "ada", "decided", { is: "limited", until: NOW }),
    line(5, null, "phase-done", { phase: "one" }),
    line(5, null, "phase-started", { phase: "two", turn: 2 }),
    line(4, "ada", "died", { exit: { code: 1 } }),
    line(4, "ada", "starting", { automatic: true }),
    line(4, null, "handoffs-seen", { commits: [{ sha: "abc" }] }),
    line(4 - 0.001, "ada", "pinged", { sha: "abc", id: "abc", state: "confirmed" }),
    line(4, "ada", "decided", { is: "working" }),
    '{"at":1,"agent":"ada","what":"half a',
  ];
  await mkdir(path.join(root, "shop/.s"));
  await writeFile(path.join(root, "shop/.s/journal.jsonl.1"), older.join(""));
  await writeFile(path.join(root, "shop/.s/journal.jsonl"), newer.join(""));
  await writeFile(path.join(root, "shop/.s/records.json"), JSON.stringify({ heartbeat: NOW - 2 * HOUR }));
  return root;
}

const report = async (root: string, ...words: readonly string[]) => fleet(root, ["report", ...words]);

it("tells what both files of a journal say, whatever engine wrote them, and what the agents noted", async () => {
  const { exit, out, err } = await report(await ownFleet());
  expect([exit, err]).toEqual([0, ""]);
  expect(out).toMatch(/^shop {3}\S+ \S+Z to \S+ \S+Z \(12h\)$/m);
  expect(out).toMatch(/^ada +█+L+█+$/m);
  expect(out).toMatch(/^ada +75% +- +25% +- +- +1 +1 +235$/m);
  expect(out).toContain("handoffs     1, median 3.6 s");
  expect(out).toContain("restarts     ada 1: 1 died with exit 1");
  expect(out).toContain("limits       ada 2h");
  expect(out).toContain(
    "tokens       ada: 200 in, 35 out, 2 answers\n             by phase: one 130, two 105\n",
  );
});

it("answers scripts the same", async () => {
  const answered = JSON.parse((await report(await ownFleet(), "--json", "--since", "5h")).out);
  expect(answered.projects).toMatchObject([
    {
      ...{ project: "shop", error: null },
      report: {
        known_since: null,
        agents: [{ name: "ada", restarts: 1, spent: [{ phase: "two", output_tokens: 5, cost_usd: null }] }],
        phases: [{ id: "two", done: false }],
        handoffs: { count: 1, median_ms: 3600 },
        messages: { sent: 1, confirmed: 1, lost: 0, doubled: 0 },
        restarts: [{ agent: "ada", because: "died with exit 1" }],
      },
    },
  ]);
});

it("writes a page, whole, and says where; and says why it could not", async () => {
  const root = await ownFleet();
  expect(await report(root, "--html", "report.html")).toEqual({
    ...{ exit: 0, out: "", err: "fleet: wrote report.html\n" },
  });
  expect(await readFile(path.join(root, "report.html"), "utf8")).toMatch(
    /^<!doctype html>[\s\S]*<\/html>\n$/,
  );
  expect(await report(root, "--html", "nowhere/report.html")).toMatchObject({
    ...{ exit: 3, err: "fleet: nowhere/report.html can't be written: ENOENT\n" },
  });
});

it("reads only: nothing is made or changed where there is nothing to tell", async () => {
  const root = await ownDirectory({
    "fleet.toml": '[[project]]\nname = "new"\npath = "new"\n[[project]]\nname = "gone"\npath = "gone"\n',
    "new/agents.toml":
      '[defaults]\nsession_prefix = "n-"\nlog_dir = ".s"\nbackend = "demo"\n[agents.ada]\nkind = "persistent"\n',
  });
  const said = await report(root);
  expect(said.exit).toBe(1);
  expect(said.out).toContain("nothing is known of this time");
  expect(said.err).toMatch(/^fleet: gone: there is no .*agents\.toml$/m);
  expect(await readdir(path.join(root, "new"))).toEqual(["agents.toml"]);
});

it.each([
  ["a time that is none", ["--since", "soon"], "--since takes a time"],
  ["a time to come", ["--since", "2999-01-01"], "lies ahead"],
  ["a project that is not there", ["shpo"], "did you mean `shop`?"],
])("refuses %s", async (_, words, says) => {
  const said = await report(await ownFleet(), ...words);
  expect([said.exit, said.out]).toEqual([2, ""]);
  expect(said.err).toContain(says);
});
