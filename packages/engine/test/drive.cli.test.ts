import { readFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Backend } from "../src/backends/backend.ts";
import { BACKENDS } from "../src/backends/index.ts";
import { GO_ON } from "../src/watch/go-on.ts";
import { DRIVEN, DRIVEN_CLIS, type Drive, type DrivenCli, drive, QUIT_GRACE, SOON } from "./driven.ts";
import { resultsIn, saidBy } from "./model-api/request.ts";
import { play } from "./model-api/script.ts";
import { fail, type Step, shell, tool } from "./model-api/step.ts";
import { processesWith, signal } from "./processes.ts";
import { until } from "./real.ts";

/*
 * The real programs, driven by the real engine: a project whose agent is the
 * program itself, in the home of a seat, with a model that a test plays.
 */

async function driven(...wish: Parameters<typeof drive>): Promise<Drive> {
  const one = await drive(...wish);
  onTestFinished(() => one.end());
  return one;
}

/** How their models read a file. */
const READ: Readonly<Record<DrivenCli, (file: string) => Step>> = {
  claude: (file) => tool("Read", { file_path: file }),
  codex: (file) => shell(`cat ${file}`),
  gemini: (file) => tool("read_file", { file_path: file }),
  opencode: (file) => tool("read", { filePath: file }),
};

/** Its conversations as they are noted, each sentence once, and shortened to what is looked for; "spent": tokens of each answer. */
async function noted(
  cli: DrivenCli,
  own: Drive["own"],
  project: Drive["project"],
): Promise<readonly string[]> {
  const backend: Backend | undefined = BACKENDS[cli];
  const named = await project.journal("named-conversation");
  const files = new Set(
    named.flatMap(({ transcript }) => (typeof transcript === "string" ? transcript : [])),
  );
  const texts = await Promise.all([...files].map((file) => readFile(file, "utf8")));
  const records = texts.flatMap((text) => text.split("\n"));
  if (backend?.database !== undefined) {
    const file = backend.database.file({ home: own.place.home, env: own.env });
    const database = new DatabaseSync(file, { readOnly: true });
    const id = named.find((one) => typeof one.id === "string")?.id;
    for (const { record } of database.prepare(backend.database.records).all(String(id), 0))
      records.push(String(record));
    database.close();
  }
  const passages = new Map(
    records.flatMap((record) => backend?.passages?.(record) ?? []).map((passage) => [passage.key, passage]),
  );
  const marks = ["kickoffs/p-ada.txt", "# and", "are you there?"];
  const said = [...passages.values()].flatMap((passage) => {
    if (passage.is !== "said") return [];
    const mark = marks.find((one) => passage.text.includes(one));
    return `${passage.by}: ${mark === undefined ? passage.text : `…${mark}…`}`;
  });
  const spent = [...passages.values()].flatMap((passage) =>
    passage.is === "spent" ? passage.tokens.output : [],
  );
  return [...said, ...(spent.length >= 3 && spent.every((tokens) => tokens > 0) ? ["spent"] : [])];
}

describe.each(DRIVEN_CLIS)("%s", (cli) => {
  it("starts without a dialog, is told its prompt and a message, and goes on with its conversation after a death", async () => {
    const { own, project, is, screen, script } = await driven(cli);
    script("Hello.", "I heard you.", "I am back.");
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    expect(
      own.turns().map((turn) => saidBy(turn).filter((said) => said.includes("kickoffs/p-ada.txt")).length),
    ).toEqual([1]);

    const sent = await project.run(["send", "ada", "one\n# and\ttwo"]);
    expect([sent.code, sent.out]).toEqual([0, expect.stringContaining("confirmed")]);
    // It tells of the end of its turn before that is noted: a death in between would take the turn along.
    const rests = (shown: string) => shown.includes("I heard you.") && !own.program.busy.test(shown);
    await until("it has answered", async () => rests(await screen()), SOON);
    await is("ready", 2);
    const heard = own.turns().map((turn) => saidBy(turn).filter((said) => said.includes("# and")).length);
    expect(heard).toEqual([0, 1]);

    const { pid } = await project.agent("ada");
    const id = await own.conversation();
    process.kill(pid ?? 0, "SIGKILL");
    await until("it is started again", async () => (await project.journal("resumed")).length === 1, SOON);
    await is("ready");
    expect(await own.conversation()).toBe(id);
    expect((await project.run(["send", "ada", "are you there?"])).code).toBe(0);
    await is("ready", 3);
    const last = own.turns().at(-1);
    expect(last && saidBy(last)).toEqual([
      expect.stringContaining("kickoffs/p-ada.txt"),
      expect.stringContaining("one"),
      expect.stringContaining("are you there?"),
    ]);
    // It is at rest before all of it is noted.
    const isNoted = async () => (await noted(cli, own, project)).length > 6;
    await until("all is noted", isNoted, SOON).catch(() => {});
    expect(await noted(cli, own, project)).toEqual([
      ...["you: …kickoffs/p-ada.txt…", "agent: Hello.", "you: …# and…", "agent: I heard you."],
      ...["you: …are you there?…", "agent: I am back.", "spent"],
    ]);
    expect((await project.run(["down"])).code).toBe(0);
    // By its own word, before it would have been told by a signal. A launcher may end a moment before its program.
    const [asked] = await project.journal("quit-entered");
    const stopped = (await project.journal("stopped")).at(-1);
    expect(Number(stopped?.at) - Number(asked?.at)).toBeLessThan(QUIT_GRACE);
    // Nothing that it started, no server of its own either.
    await until("nothing is left", async () => (await own.pids()).length === 0, SOON);
  });

  it("reads its prompt where it lies, outside of its workdir, and asks nobody whether it may", async () => {
    const wish = { asks: true, workdir: "clone", trusts: ["project/clone"] };
    const { own, project, is, script } = await driven(cli, wish);
    await execa("git", ["init", "--quiet", path.join(own.place.workdir, "clone")]);
    const reading = play(function* (request) {
      yield READ[cli](/\/\S+\.txt/.exec(saidBy(request)[0] ?? "")?.[0] ?? "");
    });
    script(reading, "I read it.");
    await project.watchdog();
    await project.run(["up"]);
    await is("ready", 2);
    const last = own.turns().at(-1);
    expect(last && resultsIn(last)).toEqual([expect.stringContaining("Say hello.")]);
    expect((await project.journal("decided")).filter((decided) => decided.is === "asking")).toEqual([]);
  });

  it("is told a long message while it works, whole and once", async () => {
    const { own, project, is, script } = await driven(cli);
    script(shell("sleep 3"), "Hello.", "I read it.");
    await project.watchdog();
    await project.up();
    await is("working", 1);
    const lines = Array.from({ length: 90 }, (_, nth) => `line ${nth} of what there is to say to it\t.`);
    const sent = await project.run(["send", "ada", ["!begin", ...lines, "the end"].join("\n")]);
    expect([sent.code, sent.out]).toEqual([0, expect.stringContaining("confirmed")]);
    const told = () => saidBy(own.turns().at(-1) ?? { conversation: [] });
    await until("the model was asked", async () => told().some((said) => said.includes("the end")), SOON);
    await is("ready");
    const heard = told().filter((said) => said.includes("!begin"));
    expect(heard).toHaveLength(1);
    for (const line of lines) expect(heard[0]?.split(line.slice(0, -2))).toHaveLength(2);
  });

  it("types nothing over a dialog, and tells a person what it asks", async () => {
    const { own, project, is, script } = await driven(cli, { asks: true });
    script(shell("touch made"), "It is made.", "Yes.");
    await project.watchdog();
    await project.run(["up"]);
    await is("asking");
    expect(await project.agent("ada")).toMatchObject({ why: expect.stringContaining("touch made") });
    const queued = await project.run(["send", "--no-wait", "ada", "1"]);
    expect(queued.code).toBe(0);
    await project.looks(5);
    expect(await project.journal("typing")).toEqual([]);
    expect(own.turns()).toHaveLength(1);
    // A person answers.
    await own.tmux("-S", project.socket, "send-keys", "-t", "p-ada", ...own.program.yes);
    await until("the message is heard", async () => (await project.journal("submitted")).length === 1, SOON);
    // Claude wraps what it takes in the midst of a turn.
    const heard = () => own.turns().filter((turn) => saidBy(turn).some((said) => /\] 1\b/.test(said)));
    await until("the model was asked", async () => heard().length > 0, SOON);
    await is("ready");
    expect(
      saidBy(own.turns().at(-1) ?? { conversation: [] }).filter((said) => /\] 1\b/.test(said)),
    ).toHaveLength(1);
  });

  it("is held at a usage limit until the reset, and not restarted", async () => {
    const { project, is, script } = await driven(cli);
    script("Hello.", DRIVEN[cli].limit());
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    await project.run(["send", "ada", "go on"]);
    await is("limited", 2);
    await project.looks(3);
    expect(await project.journal("told-to-stop")).toEqual([]);
    expect((await project.run(["why", "ada"])).out).toContain("is at a usage limit");
  });

  it("does not go on with a conversation that somebody else has open, until that has ended", async () => {
    const { own, project, is, script } = await driven(cli);
    script("Hello.");
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    expect((await project.run(["down"])).code).toBe(0);
    await own.start({ resume: await own.conversation() });
    await own.idle(SOON);
    await project.run(["up"]);
    const [failed] = await until("its start fails", async () => {
      const all = await project.journal("start-failed");
      return all.length > 0 && all;
    });
    expect(failed?.because).toMatch(/^its conversation \S+ is open in process \d+$/);
    // Some outlive their terminal.
    for (const pid of await processesWith(await own.conversation())) signal(pid, "SIGKILL");
    await is("ready");
    expect(await project.journal("resumed")).toHaveLength(1);
  });

  it("never goes on with a poisoned conversation", async () => {
    const { own, project, is, script } = await driven(cli);
    script("Hello.", fail("thinking400"), "A new start.");
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    const old = await own.conversation();
    await project.run(["send", "ada", "go on"]);
    await until("it is stopped", async () => (await project.journal("stopped")).length === 1, SOON);
    await is("ready", 3);
    expect(await project.journal("told-to-stop")).toMatchObject([{ because: "fatal" }]);
    expect(await project.journal("resumed")).toEqual([]);
    await until("it is in another conversation", async () => (await own.conversation()) !== old, SOON);
  });

  it("gets over a conversation that has no room left: it is compacted by its program, or begun anew", async () => {
    const { own, project, is, script } = await driven(cli);
    script("Hello.", fail("toolong"), "I go on.");
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    await project.run(["send", "ada", "work"]);
    await until("it goes on", async () => own.turns().length >= 3, SOON);
    await is("ready", 3);
    const ended = (await project.journal("told-to-stop")).map(({ because }) => because);
    expect(ended).toEqual(COMPACTS.has(cli) ? [] : ["fatal"]);
  });
});

/** Who makes room by itself when its model says that there is none. */
const COMPACTS: ReadonlySet<DrivenCli> = new Set(["claude", "opencode"]);

/** How each shows that it keeps a message. */
describe.each([
  ["claude", /^❯ \[fleet \w+\] keep this\n {2}⎿ +Queued/m],
  ["codex", /↳ \[fleet \w+\] keep this/],
  ["gemini", /^ {4}\[fleet \w+\] keep this/m],
] as const)("%s, at work", (cli, shown) => {
  it("dies with a message that it kept for later: it is told to the next run, once", async () => {
    const { own, project, is, screen, script } = await driven(cli);
    // Claude Code refuses to run a long sleep.
    script(shell("node -e 'setTimeout(() => {}, 100_000)'"), "I am back.");
    await project.watchdog();
    await project.up();
    await is("working", 1);
    await project.run(["send", "--no-wait", "ada", "keep this"]);
    await until("it keeps it", async () => shown.test(await screen()), SOON).catch(async (error) => {
      throw new Error(`${error.message}\n${await screen()}`);
    });
    await project.looks(2);
    const { pid } = await project.agent("ada");
    process.kill(pid ?? 0, "SIGKILL");
    await until("it is confirmed", async () => (await project.journal("submitted")).length === 1, SOON);
    await is("ready", 2);
    expect(await project.journal("taken-back")).toHaveLength(1);
    expect(await project.journal("submitted")).toMatchObject([{ state: "confirmed" }]);
    const heard = own.turns().map((turn) => saidBy(turn).filter((said) => said.includes("keep this")).length);
    expect(heard).toEqual([0, 1]);
  });
});

describe("codex, by itself", () => {
  it("is told to go on after the limit that cut its turn short, once, and is not ended for that", async () => {
    const { own, project, is, script } = await driven("codex", { supervision: { stall_grace: '"5s"' } });
    // From when it is told, however long it took to come to that.
    const limit = play(function* () {
      yield DRIVEN.codex.limit(10);
    });
    script("Hello.", limit, "I go on.");
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    await project.run(["send", "ada", "work"]);
    await is("limited", 2);
    await is("ready", 3);
    const last = own.turns().at(-1);
    expect(last && saidBy(last).filter((said) => said.includes(GO_ON))).toHaveLength(1);
    await project.looks(3);
    expect(own.turns()).toHaveLength(3);
    const told = (await project.journal("submitted")).filter(({ from }) => from === "engine");
    expect(told).toMatchObject([{ state: "confirmed" }]);
    expect(await project.journal("cut-short")).toMatchObject([{ id: told[0]?.message }]);
    expect(await project.journal("went-on")).toHaveLength(1);
    expect(await project.journal("told-to-stop")).toEqual([]);
  });

  it("holds with its limit whoever has the same login", async () => {
    const eve = '[agents.eve]\nkind = "persistent"\nbackend = "codex"\n';
    const { project, is, script } = await driven("codex", { settings: eve });
    script("Hello.", DRIVEN.codex.limit());
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    await project.run(["send", "ada", "go on"]);
    await is("limited", 2);
    await until("eve is held", async () => (await project.agent("eve")).restraint !== null, SOON);
    expect((await project.agent("eve")).restraint).toMatchObject({
      by: "limit",
      because: expect.stringMatching(/^its login \(codex .*\) is at its usage limit, as \S+\/ada met it/),
    });
    expect((await project.run(["send", "eve", "work"])).out).toMatch(/^queued \w+: its login/);
  });

  it("is told what is taller than its screen, and no paste by its own rule", async () => {
    const { own, project, is, script } = await driven("codex");
    script("Hello.", "I read it.");
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    const lines = Array.from({ length: 90 }, (_, nth) => (nth === 70 ? "" : `line ${nth}`));
    const sent = await project.run(["send", "ada", lines.join("\n")]);
    expect([sent.code, sent.out]).toEqual([0, expect.stringContaining("confirmed")]);
    await is("ready", 2);
    expect(saidBy(own.turns().at(-1) ?? { conversation: [] }).at(-1)).toContain(lines.join("\n"));
  });
});

/** What makes each ask whether it may trust its workdir. Behind its dialog Gemini may have asked its model by then. */
const UNTRUSTED = {
  codex: { workdir: "clone" },
  gemini: {
    bare: true,
    files: {
      ".gemini/settings.json": JSON.stringify({ security: { auth: { selectedType: "gemini-api-key" } } }),
    },
  },
} as const;

describe.each(["codex", "gemini"] as const)("%s, in a folder that nobody has trusted", (cli) => {
  const untrusted = async (settings: string) => {
    const one = await driven(cli, { ...UNTRUSTED[cli], settings });
    await execa("git", ["init", "--quiet", path.join(one.own.place.workdir, "clone")]);
    await one.project.watchdog();
    const person = [".codex", ".gemini"].map((folder) => path.join(one.own.place.home, folder));
    const grep = ["-rhE", "trust_level|TRUST_(FOLDER|PARENT)", ...person];
    const trusted = async () => (await execa("grep", grep, { reject: false })).stdout;
    return { ...one, trusted, before: await trusted() };
  };

  it("asks whether it may, and nobody but a person answers that", async () => {
    const { own, project, is, trusted, before } = await untrusted("");
    await project.run(["up"]);
    await is("asking");
    expect((await project.agent("ada")).why).toMatch(/Trust this folder\?|Do you trust/);
    await project.looks(3);
    await is("asking");
    expect(own.turns().length).toBeLessThanOrEqual(cli === "gemini" ? 1 : 0);
    expect(await trusted()).toBe(before);
  });

  it("asks nothing where its agents' workdirs are to be trusted, and remembers no trust", async () => {
    const { project, is, script, trusted, before } = await untrusted("trust_workdirs = true");
    script("Hello.");
    await project.run(["up"]);
    await is("ready", 1);
    expect((await project.journal("decided")).filter((decided) => decided.is === "asking")).toEqual([]);
    expect(await trusted()).toBe(before);
  });
});

describe("opencode, by itself", () => {
  it("is typed to, as others are, where it loads no plugins", async () => {
    const { own, project, is, script } = await driven("opencode", { env: { OPENCODE_PURE: "1" } });
    script("Hello.", "I read it.");
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    const lines = Array.from({ length: 90 }, (_, nth) => `line ${nth}`);
    const sent = await project.run(["send", "ada", lines.join("\n")]);
    expect(sent.code).toBe(0);
    await is("ready", 2);
    expect(await project.journal("handed-in")).toEqual([]);
    const heard = own
      .turns()
      .map((turn) => saidBy(turn).filter((said) => said.includes(lines.join("\n"))).length);
    expect(heard).toEqual([0, 1]);
  });
});

describe("gemini, by itself", () => {
  it("rests after a death, though the error of its last turn stands on its screen, and is told a file's name", async () => {
    const { own, project, is, script } = await driven("gemini");
    script("Hello.", fail("401"), "I read it.");
    await project.watchdog();
    await project.up();
    await is("ready", 1);
    await project.run(["send", "ada", "go on"]);
    await is("asking", 2);
    const { pid } = await project.agent("ada");
    process.kill(pid ?? 0, "SIGKILL");
    await until("it is started again", async () => (await project.journal("resumed")).length === 1, SOON);
    await is("ready");
    // It offers the file, and takes the first Enter for that.
    const sent = await project.run(["send", "ada", "look at @READ"]);
    expect([sent.code, sent.out]).toEqual([0, expect.stringContaining("confirmed")]);
    await is("ready", 3);
    const heard = saidBy(own.turns().at(-1) ?? { conversation: [] });
    expect(heard.filter((said) => said.includes("look at @READ"))).toHaveLength(1);
  });
});
