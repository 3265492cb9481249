import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Environment } from "../src/host/environment.ts";
import { createTmux, type Terminal } from "../src/host/tmux.ts";
import type { Opening } from "../src/host/tmux-script.ts";
import { toTyped } from "../src/watch/message.ts";
import { anyText } from "./any-text.ts";
import { ENV, ownDirectory, ownProgram, processesWith, signal, until } from "./real.ts";
import { messageOf } from "./scene.ts";

/** A tmux server of this test's own, as the watchdog of each epoch would use it. */
async function ownTerminal(environment: Environment = ENV) {
  const home = await ownDirectory();
  const socket = path.join(home, "tmux.sock");
  const of = (epoch: number): Terminal => createTmux(socket, environment, epoch);
  const opening = (session: string, argv: readonly string[], more: Partial<Opening> = {}): Opening => ({
    session,
    argv,
    cwd: home,
    env: {},
    project: "project",
    instance: `run-of-${session}`,
    tape: null,
    ...more,
  });
  return { home, socket, of, opening, terminal: of(1) };
}

/** Keeps what it is typed, byte for byte. */
const LISTENER = `stty raw -echo; printf '\\033[?2004hlistening'; exec cat >heard`;

async function ownListener() {
  const own = await ownTerminal();
  await own.terminal.open([own.opening("p-a", ["sh", "-c", LISTENER])]);
  const id = await until("it listens", async () => {
    const id = (await own.terminal.panes()).sessions.get("p-a")?.id ?? "";
    return ((await own.terminal.screens([id])).get(id) ?? "").includes("listening") && id;
  });
  // With its cursor where it stays.
  await own.terminal.panes();
  const heard = () => readFile(path.join(own.home, "heard"), "utf8");
  return { ...own, id, heard };
}

const names = async (terminal: Terminal): Promise<readonly string[]> =>
  [...(await terminal.panes()).sessions.keys()].sort();

it("takes a session's name for that session alone, and never for one that begins like it", async () => {
  const { terminal, opening } = await ownTerminal();
  await terminal.open([opening("p-a3", ["cat"])]);
  for (const name of ["p-a", "p", "p-*", "p-a?", "p-a[3]", ""]) {
    await terminal.close([name]);
    expect(await names(terminal)).toEqual(["p-a3"]);
  }
  expect(await terminal.history("p-a")).toBe(null);
  expect(await terminal.paste("p-a", "run-of-p-a3", "1", "text")).toBe(false);
  expect(await terminal.press("p-a", "run-of-p-a3", ["Enter"])).toBe(false);
  await terminal.open([opening("p-a", ["cat"])]);
  await terminal.close(["p-a"]);
  expect(await names(terminal)).toEqual(["p-a3"]);
});

/** Words that tmux or a shell might obey; what they would do is make this file. */
const oddWords = (ran: string): readonly string[] => [
  ...[
    `#(touch ${ran})`,
    "#{pid}",
    "##",
    "'",
    '"',
    `';touch ${ran};'`,
    `"; touch ${ran}; "`,
    ";",
    "a;",
    "\\;",
    "}",
    "{",
  ],
  ...[
    "\\",
    `} ; run-shell 'touch ${ran}' ; {`,
    "$HOME",
    `$(touch ${ran})`,
    `\`touch ${ran}\``,
    "~",
    "%1",
    "",
    "-t",
  ],
  ...["ünï 漢字", "a\nb"],
];

it("hands folder, environment and arguments on literally, and runs nothing that stands in them", async () => {
  const { terminal, opening, home } = await ownTerminal();
  const cwd = path.join(home, "#(touch $RAN) #{pid} ' \" ; } { $HOME `touch $RAN` %1");
  const [out, ran] = [path.join(home, "told"), path.join(home, "ran")];
  const odd = oddWords(ran);
  await mkdir(cwd);
  const tell = 'printf "%s\\0" "$PWD" "$ODD" "$@" >"$OUT.new"; mv "$OUT.new" "$OUT"; exec cat';
  const env = { OUT: out, RAN: ran, ODD: odd.join("|") };
  await terminal.open([opening("p-a", ["sh", "-c", tell, "sh", ...odd], { cwd, env })]);
  const told = await until("the program has told", async () => existsSync(out) && readFile(out, "utf8"));
  expect(told.split("\0").slice(0, -1)).toEqual([cwd, odd.join("|"), ...odd]);
  expect(existsSync(ran)).toBe(false);
});

it("starts no second program in a session that is there, and leaves its marks alone", async () => {
  const { terminal, opening, home } = await ownTerminal();
  await terminal.open([opening("p-a", ["cat"], { instance: "first" })]);
  const before = (await terminal.panes()).sessions.get("p-a");
  await terminal.open([
    opening("p-a", ["touch", path.join(home, "ran")], { instance: "second" }),
    opening("p-b", ["cat"], { instance: "third" }),
  ]);
  const after = await terminal.panes();
  expect(after.sessions.get("p-a")).toEqual({ ...before, activity: expect.any(Number) });
  expect(before).toMatchObject({ project: "project", instance: "first", dead: false, scrolled: false });
  expect(after.sessions.get("p-b")?.instance).toBe("third");
  expect(existsSync(path.join(home, "ran"))).toBe(false);
});

it("opens the other sessions when one can't be opened", async () => {
  const { terminal, opening } = await ownTerminal();
  await terminal.open([
    opening("p-a", ["no-such-program"]),
    opening("p-b", ["cat"], { cwd: "/no/such/folder" }),
    opening("p-c", ["cat"]),
  ]);
  const { sessions } = await terminal.panes();
  expect(sessions.get("p-c")).toMatchObject({ dead: false, instance: "run-of-p-c" });
  await until(
    "the first has failed",
    async () => (await terminal.panes()).sessions.get("p-a")?.exit !== undefined,
  );
});

it.each([
  ["exit 0", "exit 0", { code: 0 }],
  ["exit 7", "exit 7", { code: 7 }],
  ["its own signal", "kill -KILL $$", { signal: "9" }],
  ["a signal while it sleeps", "sleep 0.1 & wait; kill -TERM $$", { signal: "15" }],
])("knows how every one of ten programs ended: %s", async (_, script, exit) => {
  const { terminal, opening } = await ownTerminal();
  const sessions = Array.from({ length: 10 }, (__, nth) => `p-${nth}`);
  await terminal.open(sessions.map((session) => opening(session, ["sh", "-c", script])));
  const exits = await until("all exits are known", async () => {
    const panes = [...(await terminal.panes()).sessions.values()];
    return panes.length === 10 && panes.every(({ dead, exit: one }) => dead && one !== undefined) && panes;
  });
  expect(exits.map((pane) => pane.exit)).toEqual(sessions.map(() => exit));
});

it("opens a hundred and twenty sessions by fifty a call, so that no call of a busy server takes long", async () => {
  const real = (await execa("sh", ["-c", "command -v tmux"])).stdout;
  const bin = await ownProgram("tmux", `echo "$*" >>"\${0%/*}/calls"\nexec ${real} "$@"`);
  const { terminal, opening } = await ownTerminal({ ...ENV, PATH: `${bin}:${ENV.PATH}` });
  const sessions = Array.from({ length: 120 }, (_, nth) => `p-${String(nth).padStart(3, "0")}`);
  await terminal.open(sessions.map((session) => opening(session, ["cat"])));
  const calls = (await readFile(path.join(bin, "calls"), "utf8")).split("\n");
  expect(calls.filter((line) => line.includes("source-file"))).toHaveLength(3);
  expect(await names(terminal)).toEqual(sessions);
});

it("reads many screens at once, and mixes none up when one has gone meanwhile", async () => {
  const { terminal, opening } = await ownTerminal();
  const sessions = ["p-a", "p-b", "p-c"];
  await terminal.open(sessions.map((one) => opening(one, ["sh", "-c", `echo this is ${one}; exec cat`])));
  const panes = await terminal.panes();
  const ids = sessions.map((session) => panes.sessions.get(session)?.id ?? "");
  const says = (screens: ReadonlyMap<string, string>) => ids.map((id) => screens.get(id)?.split("\n")[0]);
  await until("all have spoken", async () =>
    says(await terminal.screens(ids)).every((line) => line?.startsWith("this")),
  );
  expect(says(await terminal.screens(ids))).toEqual(sessions.map((session) => `this is ${session}`));
  await terminal.close(["p-b"]);
  expect(says(await terminal.screens(ids))).toEqual(["this is p-a", undefined, "this is p-c"]);
  expect(await terminal.screens([])).toEqual(new Map());
});

it("reads more screens at once than one command line could name", async () => {
  const { terminal, opening } = await ownTerminal();
  await terminal.open([opening("p-a", ["sh", "-c", "echo this is p-a; exec cat"])]);
  const id = (await terminal.panes()).sessions.get("p-a")?.id ?? "";
  await until("it has spoken", async () => (await terminal.screens([id])).get(id)?.startsWith("this"));
  const screens = await terminal.screens(Array.from({ length: 1_000 }, () => id));
  expect(screens.get(id)?.split("\n")[0]).toBe("this is p-a");
});

it.each([
  ["a line", "hello"],
  ["a leading dash", "-t p-b --"],
  ["a trailing semicolon", "wait;"],
  ["words that tmux would obey", "#(touch ran) #{pid} $HOME ' \" { }; kill-server"],
  ["names of keys", "Enter C-c"],
  ["several lines", "one\n\n  two\n\tthree ünï 漢字 👩‍👩‍👧\n"],
  ["100 KB", Array.from({ length: 2000 }, (_, line) => `line ${line} ${"x".repeat(40)}`).join("\n")],
])("pastes %s as it is, in one paste", async (_, text) => {
  const { terminal, heard } = await ownListener();
  expect(await terminal.paste("p-a", "run-of-p-a", "1", text)).toBe(true);
  expect(await terminal.press("p-a", "run-of-p-a", ["Enter"])).toBe(true);
  await until("all has come", async () => (await heard()).endsWith("\r"));
  expect(await heard()).toBe(`\u001b[200~${text}\u001b[201~\r`);
});

it("pastes some hundred texts of any letters, one after the other, each to the byte", async () => {
  const { terminal, heard } = await ownListener();
  const odd = [
    "-",
    ";",
    "#{pid}",
    "#(id)",
    "$(id)",
    "`id`",
    "'",
    '"',
    "\\",
    "\u001b[201~",
    "\u202e",
    "\n",
    "~",
    "%1",
  ];
  const letters = fc.oneof(anyText(3), fc.constantFrom(...odd));
  const texts = fc.sample(fc.array(letters, { minLength: 1, maxLength: 12 }), { numRuns: 300, seed: 1 });
  // Half a surrogate pair is no text: UTF-8 has no bytes for it.
  const typed = texts.map((parts, nth) =>
    toTyped(messageOf({ id: `m${nth}`, text: parts.join("") })).toWellFormed(),
  );
  for (const [nth, text] of typed.entries()) await terminal.paste("p-a", "run-of-p-a", `m${nth}`, text);
  const all = typed.map((text) => `\u001b[200~${text}\u001b[201~`).join("");
  await until("all have come", async () => (await heard()).length >= all.length, 20);
  expect(await heard()).toBe(all);
}, 60_000);

it("presses no key when the cursor has moved since the last look", async () => {
  const { terminal, opening, socket } = await ownTerminal();
  await terminal.open([opening("p-a", ["sh", "-c", "printf hello; exec cat"])]);
  await until("it has spoken", async () => (await terminal.panes()).sessions.get("p-a")?.cursor === "5 0");
  await tmux(socket, "send-keys", "-l", "-t", "=p-a:", "a person's words");
  const screen = () => terminal.history("p-a");
  await until("they show", async () => (await screen())?.includes("words"));
  expect(await terminal.paste("p-a", "run-of-p-a", "1", "wrong")).toBe(false);
  expect(await terminal.press("p-a", "run-of-p-a", ["Enter"])).toBe(false);
  expect((await screen())?.trimEnd()).toBe("helloa person's words");
  await terminal.panes();
  expect(await terminal.press("p-a", "run-of-p-a", ["Enter"])).toBe(true);
});

it("obeys the newest watchdog only", async () => {
  const { of, opening, heard, home } = await ownListener();
  const [old, young] = [of(1), of(2)];
  await young.claim();
  const busy = expect.objectContaining({ code: "FENCED" });
  await expect(old.open([opening("p-b", ["touch", path.join(home, "ran")])])).rejects.toEqual(busy);
  await expect(old.close(["p-a"])).rejects.toEqual(busy);
  expect(await old.paste("p-a", "run-of-p-a", "1", "old")).toBe(false);
  expect(await old.press("p-a", "run-of-p-a", ["Enter"])).toBe(false);
  await expect(old.end()).rejects.toEqual(busy);
  await old.claim();
  const { epoch, sessions } = await old.panes();
  expect([epoch, [...sessions.keys()], sessions.get("p-a")?.dead]).toEqual([2, ["p-a"], false]);
  expect(await young.paste("p-a", "run-of-p-a", "2", "young")).toBe(true);
  await until("the young one is heard", async () => (await heard()).includes("young"));
  expect(await heard()).not.toContain("old");
  expect(existsSync(path.join(home, "ran"))).toBe(false);
});

it("types nothing into another run than the one that was meant, and leaves nothing behind", async () => {
  const { terminal, heard, socket } = await ownListener();
  expect(await terminal.paste("p-a", "an-earlier-run", "1", "wrong")).toBe(false);
  expect(await terminal.press("p-a", "an-earlier-run", ["Enter"])).toBe(false);
  expect(await terminal.paste("p-a", "run-of-p-a", "2", "right")).toBe(true);
  await until("something is heard", async () => (await heard()).includes("right"));
  expect(await heard()).toBe("\u001b[200~right\u001b[201~");
  expect(await tmux(socket, "list-buffers")).toBe("");
});

it("types nothing while a person has scrolled back", async () => {
  const { terminal, heard, socket } = await ownListener();
  await tmux(socket, "copy-mode", "-t", "=p-a:");
  expect((await terminal.panes()).sessions.get("p-a")?.scrolled).toBe(true);
  expect(await terminal.paste("p-a", "run-of-p-a", "1", "wrong")).toBe(false);
  expect(await terminal.press("p-a", "run-of-p-a", ["q"])).toBe(false);
  expect((await terminal.panes()).sessions.get("p-a")?.scrolled).toBe(true);
  await tmux(socket, "send-keys", "-X", "-t", "=p-a:", "cancel");
  expect(await terminal.paste("p-a", "run-of-p-a", "2", "right")).toBe(true);
  await until("something is heard", async () => (await heard()).includes("right"));
  expect(await heard()).not.toContain("wrong");
});

it("types into the pane that we made, also when a person has split its window", async () => {
  const { terminal, heard, socket, id } = await ownListener();
  await tmux(socket, "split-window", "-t", "=p-a:", "cat");
  expect((await terminal.panes()).sessions.get("p-a")?.id).toBe(id);
  expect(await terminal.paste("p-a", "run-of-p-a", "1", "mine")).toBe(true);
  await until("it is heard", async () => (await heard()).includes("mine"));
});

it("says that nothing is there when there is no server, and makes none by asking", async () => {
  const { terminal, socket } = await ownTerminal();
  expect(await terminal.panes()).toEqual({ server: null, epoch: 0, sessions: new Map() });
  expect(await terminal.history("p-a")).toBe(null);
  await terminal.claim();
  expect(existsSync(socket)).toBe(false);
  await writeFile(socket, "");
  expect((await terminal.panes()).server).toBe(null);
});

it.each([
  ["fails", "echo protocol version mismatch >&2; exit 1"],
  ["fails without a word", "exit 1"],
  ["is killed", "kill -KILL $$"],
  ["hangs", "exec sleep 60"],
  ["hangs, and has a child that holds its output", "sleep 60; true"],
  ["may not reach its server", "echo 'error connecting to /x (Permission denied)' >&2; exit 1"],
  ["has no files left", "echo 'error connecting to /x (Too many open files)' >&2; exit 1"],
  ["lost its server", "echo 'lost server' >&2; exit 1"],
])("never takes a tmux that %s for an empty one", async (_, script) => {
  const PATH = `${await ownProgram("tmux", script)}:${ENV.PATH}`;
  const { socket } = await ownTerminal();
  const terminal = createTmux(socket, { ...ENV, PATH }, 1, 300);
  const failed = expect.objectContaining({ code: "TMUX_FAILED" });
  await expect(terminal.panes()).rejects.toEqual(failed);
  await expect(terminal.claim()).rejects.toEqual(failed);
});

it.each([
  "no server running on /x",
  "error connecting to /x (No such file or directory)",
  "no sessions",
  "no current target",
  "server exited unexpectedly",
])("takes %j for a tmux that has nothing", async (words) => {
  const PATH = `${await ownProgram("tmux", `echo '${words}' >&2; exit 1`)}:${ENV.PATH}`;
  const { socket } = await ownTerminal();
  const terminal = createTmux(socket, { ...ENV, PATH }, 1);
  expect(await terminal.panes()).toEqual({ server: null, epoch: 0, sessions: new Map() });
  await terminal.claim();
});

it("finds nothing where a server was killed and left its socket", async () => {
  const { terminal, opening, socket } = await ownTerminal();
  await terminal.open([opening("p-a", ["cat"])]);
  signal((await terminal.panes()).server ?? 0, "SIGKILL");
  await until("it has gone", async () => (await terminal.panes()).server === null);
  expect(existsSync(socket)).toBe(true);
  await terminal.open([opening("p-b", ["cat"])]);
  expect(await names(terminal)).toEqual(["p-b"]);
});

it("says that tmux is missing, and how to install it", async () => {
  const { socket } = await ownTerminal();
  const terminal = createTmux(socket, { PATH: "/nowhere" }, 1);
  const missing = expect.objectContaining({ code: "TOOL_MISSING", hint: expect.stringContaining("apt-get") });
  await expect(terminal.panes()).rejects.toEqual(missing);
});

it("keeps two thousand lines of what a program printed, and no more", async () => {
  const { terminal, opening } = await ownTerminal();
  await terminal.open([opening("p-a", ["sh", "-c", "seq 9000; printf done; exec cat"])]);
  const history = () => terminal.history("p-a");
  const lines = await until("all is printed", async () => {
    const all = ((await history()) ?? "").trimEnd().split("\n");
    return all.at(-1) === "done" && all;
  });
  expect(lines.length).toBeGreaterThan(1_900);
  expect(lines.length).toBeLessThanOrEqual(2_050);
});

it("ends with its server and its socket, also when there is none", async () => {
  const { terminal, opening, home, socket } = await ownTerminal();
  await terminal.open([opening("p-a", ["cat"], { env: { HERE: home } })]);
  expect((await processesWith(home)).length).toBeGreaterThan(1);
  await terminal.end();
  expect(existsSync(socket)).toBe(false);
  await until("nothing is left", async () => (await processesWith(home)).length === 0);
  await terminal.end();
});

it("reads no one's tmux.conf", async () => {
  const HOME = await ownDirectory();
  await writeFile(path.join(HOME, ".tmux.conf"), `run-shell 'touch ${HOME}/ran'\nset -g base-index 7\n`);
  await mkdir(path.join(HOME, ".config/tmux"), { recursive: true });
  await writeFile(path.join(HOME, ".config/tmux/tmux.conf"), `run-shell 'touch ${HOME}/ran'\n`);
  const { terminal, opening, socket } = await ownTerminal({ ...ENV, HOME });
  await terminal.open([opening("p-a", ["cat"])]);
  expect(await tmux(socket, "list-windows", "-a", "-F", "#{window_index}")).toBe("0");
  expect(existsSync(path.join(HOME, "ran"))).toBe(false);
});

async function tmux(socket: string, ...args: readonly string[]): Promise<string> {
  return (
    await execa("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...args], { env: ENV, extendEnv: false })
  ).stdout;
}
