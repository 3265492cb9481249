import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { demo } from "../src/backends/demo/demo.ts";
import { viewOf } from "../src/backends/view.ts";
import { remind } from "../src/host/tmux.ts";
import { ownDirectory, until } from "./real.ts";

const SCRIPT = path.join(import.meta.dirname, "../src/backends/demo/agent.sh");

/** The agent must not depend on one shell's ways; the first is what most machines call sh. */
const SHELLS = [["sh"], ["busybox", "sh"], ["bash", "--posix"]].filter(
  ([program = ""]) => program === "sh" || existsSync(`/bin/${program}`) || existsSync(`/usr/bin/${program}`),
);

interface Wanted {
  readonly scenario?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly shell?: readonly string[];
  readonly directory?: string;
}

/** One demo agent in a pane of a tmux server of its own. */
async function ownAgent({ scenario, args = [], env = {}, shell = ["sh"], directory }: Wanted = {}) {
  const home = directory ?? (await ownDirectory());
  const journal = path.join(home, "state/demo/ada.journal");
  if (scenario !== undefined) {
    await mkdir(path.join(home, ".demo"), { recursive: true });
    await writeFile(path.join(home, ".demo/scenario"), scenario);
  }
  const socket = path.join(home, `${randomUUID().slice(0, 8)}.sock`);
  const tmux = async (call: readonly string[], input = ""): Promise<string> =>
    (
      await execa("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...call], {
        input,
        env: { TMUX: undefined },
      })
    ).stdout;
  onTestFinished(async () => {
    await tmux(["kill-server"]).catch(() => {});
  });
  const variables = { DEMO_AGENT: "ada", DEMO_JOURNAL: journal, DEMO_PACE: "0.1", ...env };
  await tmux([
    ...["start-server", ";", "set-option", "-g", "remain-on-exit", "on", ";"],
    ...["new-session", "-d", "-s", "ada", "-c", home, "-x", "120", "-y", "40"],
    ...Object.entries(variables).flatMap(([key, value]) => ["-e", `${key}=${value}`]),
    ...["--", ...shell, SCRIPT, ...args],
  ]);
  const ask = (format: string) => tmux(["display-message", "-p", "-t", "=ada:", format]);
  const screen = () => tmux(["capture-pane", "-p", "-t", "=ada:"]);
  const read = async () => demo.read(viewOf(await screen(), "", 0));
  const messages = async (): Promise<readonly string[]> => {
    const text = await readFile(journal, "utf8").catch(() => "");
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => plain(line.slice(line.indexOf("\t") + 1)));
  };
  const agent = {
    home,
    screen,
    read,
    messages,
    pid: Number(await ask("#{pane_pid}")),
    async exit() {
      const [server, dead, how] = (
        await ask("#{pid} #{pane_dead} #{pane_dead_status}#{pane_dead_signal}")
      ).split(" ");
      if (dead === "1" && how === "") remind(Number(server));
      return how;
    },
    press: (...keys: readonly string[]) => tmux(["send-keys", "-t", "=ada:", ...keys]),
    async paste(text: string) {
      const name = randomUUID();
      await tmux(["load-buffer", "-b", name, "-"], text);
      await tmux(["paste-buffer", "-p", "-r", "-d", "-b", name, "-t", "=ada:"]);
    },
    /** As the engine does it: paste, see it in the box, press Enter. */
    async send(text: string) {
      await agent.paste(text);
      await until("the draft is in the box", async () => ((await read()).draft ?? "") !== "");
      await agent.press("Enter");
    },
    ready: () => until("the agent is ready", async () => (await read()).mood === "ready"),
    kill: () => tmux(["kill-session", "-t", "=ada"]),
  };
  return agent;
}

const plain = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, letter: string) => ({ n: "\n", t: "\t" })[letter] ?? letter);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Every way in which a read may cut the keys in two, by the agent's own functions. */
const SPLITS = `
keys="a\${PASTE}b\${CR}c\${ESC}[20\${PASTE_END}\${CSI}Ad\${CSI}1;5Ce\${DEL}f\${PASTE}g\${PASTE_END}"
before='' after=$keys
while [ -n "$after" ]; do
  draft='' pending='' pasting=''
  take "$before"
  take "$after"
  printf '%s|' "$draft"
  others=\${after#?}
  before=$before\${after%"$others"} after=$others
done`;

const LONG = Array.from(
  { length: 1400 },
  (_, line) => `${line}\t"$HOME" \\n ; #{pid} ünï 漢字 👩‍👩‍👧 ${"x".repeat(line % 60)}`,
).join("\n");

describe.each(SHELLS)("under %s %s", (...words) => {
  const shell = words.filter((word) => word !== undefined);

  it.each([
    ["one line", "hello"],
    ["several lines, tabs and backslashes", "one\n\ttwo \\n \\\\ \n\n three;\n"],
    ["a line that ends in a half escape sequence", "a \u001b[20"],
    ["letters of many scripts", "ünï 漢字 👩‍👩‍👧 e\u0301 \u202eabc"],
    ["100 KB", LONG],
    ["100 KB in one line", LONG.replaceAll("\n", " ")],
  ])("takes a pasted message whole: %s", async (_, text) => {
    const agent = await ownAgent({ shell });
    await agent.ready();
    await agent.send(text);
    const [got] = await until("it is in the journal", async () => {
      const all = await agent.messages();
      return all.length > 0 && all;
    });
    expect(Buffer.byteLength(got ?? "")).toBe(Buffer.byteLength(text));
    expect(got === text).toBe(true);
  });

  it("understands keys wherever a read cuts them", async () => {
    const functions = (await readFile(SCRIPT, "utf8")).replace(/^start "\$@"$/m, SPLITS);
    const [program = "sh", ...more] = shell;
    const { stdout } = await execa(program, [...more, "-c", functions]);
    const drafts = stdout.split("|").slice(0, -1);
    expect(drafts).toHaveLength(46);
    expect(new Set(drafts)).toEqual(new Set(["ab\rc\u001b[20dfg"]));
  });
});

it("keeps its box on one line, however long the draft", async () => {
  const agent = await ownAgent();
  await agent.ready();
  await agent.paste(`漢字${"äx".repeat(400)}\nsecond`);
  const { draft } = await until("a draft", async () => {
    const reading = await agent.read();
    return reading.draft?.startsWith("漢字äxä") && reading;
  });
  expect(draft).toMatch(/^漢字(äx)+/);
  expect((await agent.screen()).trimEnd().split("\n")).toHaveLength(2);
});

it.each([
  ["5,000 lines", Array.from({ length: 5_000 }, (_, line) => `line ${line}`).join("\n"), "+4999 lines"],
  ["ten lines", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk", "+10 lines"],
  ["100 KB in one line", "x".repeat(100 * 1024), ""],
])("shows a placeholder for a paste of %s, and takes all of it", async (_, text, more) => {
  const agent = await ownAgent();
  await agent.ready();
  await agent.paste(text);
  const shown = `[Pasted text #1${more === "" ? "" : ` ${more}`}]`;
  await until("the placeholder", async () => (await agent.read()).draft === shown);
  expect(demo.holds?.(shown, text)).toBe(true);
  await agent.press("-l", "!");
  await until("more", async () => (await agent.read()).draft === `${shown}!`);
  await agent.press("BSpace", "BSpace");
  await until("an empty box", async () => (await agent.read()).draft === "");
  await agent.send(text);
  const [got] = await until("it is in the journal", async () => {
    const all = await agent.messages();
    return all.length > 0 && all;
  });
  expect(got === text).toBe(true);
});

it("edits its draft: backspace takes a letter, Ctrl-U a line, Ctrl-C everything", async () => {
  const agent = await ownAgent();
  await agent.ready();
  const shows = (draft: string) => until(`draft ${draft}`, async () => (await agent.read()).draft === draft);
  await agent.press("-l", "naïve");
  await shows("naïve");
  await agent.press("BSpace", "BSpace", "BSpace", "Up", "F5");
  await shows("na");
  await agent.paste("b\nc");
  await shows("nab …");
  await agent.press("C-u");
  await shows("nab");
  await agent.press("C-c");
  await shows("");
  await agent.press("Enter");
  await agent.send("still here");
  await until("one message", async () => (await agent.messages()).length === 1);
});

it("swallows as many Enters as it is told to, and keeps the draft", async () => {
  const agent = await ownAgent({ scenario: "at start: swallow 2\n" });
  await agent.ready();
  await agent.paste("are you there?");
  await until("the draft", async () => (await agent.read()).draft === "are you there?");
  await agent.press("Enter");
  await agent.press("Enter");
  // What is typed after an Enter shows that the Enter was dealt with.
  await agent.press("-l", "!");
  await until("the longer draft", async () => (await agent.read()).draft === "are you there?!");
  expect(await agent.messages()).toEqual([]);
  await agent.press("Enter");
  await until("the message", async () => (await agent.messages())[0] === "are you there?!");
});

it("shows a dialog, notes every key that it gets, and drops pastes", async () => {
  const agent = await ownAgent({ scenario: "at start 1: ask May I delete / ?\n" });
  const asking = {
    mood: "asking",
    question: "May I delete / ?",
    draft: null,
    final: null,
    running: null,
    rule: "dialog",
  };
  await until("a dialog", async () => (await agent.read()).mood === "asking");
  expect(await agent.read()).toEqual(asking);
  await agent.paste("1");
  await until("a note", async () => (await agent.messages()).length === 1);
  expect(await agent.read()).toEqual(asking);
  await agent.press("Enter");
  await agent.ready();
  expect(await agent.messages()).toEqual(["dialog: 1", "dialog: enter"]);
});

it("takes orders behind the engine's tag, while it works as well", async () => {
  const agent = await ownAgent();
  await agent.ready();
  await agent.send("demo: busy 60");
  await until("busy", async () => (await agent.read()).mood === "busy");
  await agent.send("[fleet 1a2b3c4] demo: die 3");
  await until("its end", async () => (await agent.exit()) === "3");
});

it("loses what is typed before a slow start is over", async () => {
  const agent = await ownAgent({ scenario: "at start: slow-start 1\n" });
  await until("starting", async () => (await agent.screen()).includes("starting"));
  expect((await agent.read()).mood).toBe("unclear");
  await agent.paste("too early");
  await agent.press("Enter");
  await agent.ready();
  await agent.send("in time");
  await until("a message", async () => (await agent.messages()).length > 0);
  expect(await agent.messages()).toEqual(["in time"]);
});

it("ends a usage limit by itself, and then does what it was told meanwhile", async () => {
  const agent = await ownAgent();
  await agent.ready();
  await agent.send("demo: limit 2s");
  const { mood, until: end } = await until("limited", async () => {
    const reading = await agent.read();
    return reading.mood === "limited" && reading;
  });
  expect([mood, Math.abs((end ?? 0) - Date.now()) < 4_000]).toEqual(["limited", true]);
  await agent.send("later");
  await until("an answer", async () => (await agent.screen()).includes("  heard: later"));
  expect(await agent.read()).toEqual({
    mood: "ready",
    draft: "",
    final: "heard: later",
    running: null,
    rule: "box",
  });
});

it.each([
  [
    "fatal thinking blocks cannot be modified",
    { mood: "fatal", error: "thinking blocks cannot be modified" },
  ],
  ["limit", { mood: "limited", until: null }],
  ["limit 2099-06-13T19:30:00Z", { mood: "limited", until: Date.UTC(2099, 5, 13, 19, 30) }],
  ["lie", { mood: "ready", final: "WAITING-UNTIL: 2099-01-01T00:00:00Z" }],
  ["wedge busy", { mood: "busy" }],
  ["spin 60", { mood: "busy" }],
])("shows what it was told to show: %s", async (order, shown) => {
  const agent = await ownAgent({ scenario: `after 0.1: ${order}\n` });
  await until("it", async () => {
    const reading = await agent.read();
    return Object.entries(shown).every(([key, value]) => reading[key as "mood"] === value);
  });
});

it("wedges for good: alive, silent, and deaf to the keyboard", async () => {
  const agent = await ownAgent();
  await agent.ready();
  await agent.send("demo: wedge");
  await until("it sleeps", async () =>
    (await readFile(`/proc/${agent.pid}/cmdline`, "utf8")).startsWith("sleep\0"),
  );
  await agent.paste("hello?");
  expect(await agent.messages()).toEqual(["demo: wedge"]);
  process.kill(agent.pid);
  await until("its end", async () => (await agent.exit()) === "15");
});

it("outlives TERM, and its terminal, when it is told to", async () => {
  const agent = await ownAgent({ scenario: "at start: ignore-term\n" });
  onTestFinished(() => {
    if (isAlive(agent.pid)) process.kill(agent.pid, "SIGKILL");
  });
  await agent.ready();
  process.kill(agent.pid, "SIGTERM");
  await agent.send("still there?");
  await until("a message", async () => (await agent.messages()).length === 1);
  await agent.kill();
  await until("it has noticed", async () =>
    (await readFile(`/proc/${agent.pid}/cmdline`, "utf8")).startsWith("sleep\0"),
  );
  expect(isAlive(agent.pid)).toBe(true);
  process.kill(agent.pid, "SIGKILL");
  await until("its end", async () => !isAlive(agent.pid));
});

it("leaves an orphan that hears no HUP, with the environment of its agent", async () => {
  const mark = randomUUID();
  const agent = await ownAgent({ env: { MARK: mark }, scenario: "at start: orphan 500\n" });
  const orphans = async () => {
    const { stdout } = await execa("pgrep", ["-x", "sleep"], { reject: false });
    const pids = stdout.split("\n").filter((pid) => pid !== "");
    const read = (pid: string) => readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const environments = await Promise.all(pids.map(read));
    return pids.filter((_, index) => environments[index]?.includes(mark)).map(Number);
  };
  await agent.ready();
  const [orphan] = await until("an orphan", async () => {
    const found = await orphans();
    return found.length === 1 && found;
  });
  await agent.kill();
  await until("the agent's end", async () => !isAlive(agent.pid));
  expect(await orphans()).toEqual([orphan]);
  process.kill(orphan ?? 0, "SIGKILL");
});

it("goes on with its conversation, and knows how often it did", async () => {
  const directory = await ownDirectory();
  const brief = path.join(directory, "a brief.md");
  await writeFile(brief, "role: orchestrator\n\nKeep an eye on things.\n");
  const first = await ownAgent({ directory, args: ["--", `Read ${brief} and do what it says.`] });
  await until("a greeting", async () => (await first.screen()).includes("Hello, I am the orchestrator."));
  await first.kill();
  for (const times of [1, 2]) {
    const again = await ownAgent({ directory, args: ["--resume"] });
    await until("it has resumed", async () =>
      new RegExp(`^ {2}resumed conversation \\S+ \\(${times}\\)$`, "m").test(await again.screen()),
    );
    await again.kill();
  }
  expect(await first.messages()).toEqual([`first: Read ${brief} and do what it says.`]);
});

it("is two processes while it has nothing to do, the second one asleep in a read", async () => {
  const agent = await ownAgent();
  await agent.ready();
  const reader = await until("a reader", async () => {
    const { stdout } = await execa("pgrep", ["-P", String(agent.pid)], { reject: false });
    return /^\d+$/.test(stdout) && stdout;
  });
  const status = await readFile(`/proc/${reader}/status`, "utf8");
  expect(status).toMatch(/^Name:\tdd$/m);
  expect(status).toMatch(/^State:\tS/m);
  await agent.send("hello");
  await until("an answer", async () => (await agent.read()).final === "heard: hello");
});
