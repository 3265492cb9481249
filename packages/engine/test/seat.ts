import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import { type CliName, cliFolder } from "./agent-clis.ts";
import type { ApiRequest } from "./model-api/request.ts";
import type { ModelApi } from "./model-api/server.ts";
import { endProcesses, processesWith, until } from "./processes.ts";
import { claude } from "./seat/claude.ts";
import { codex } from "./seat/codex.ts";
import { gemini } from "./seat/gemini.ts";
import { opencode } from "./seat/opencode.ts";
import type { Place, Program, Start } from "./seat/program.ts";

const PROGRAMS: Readonly<Record<CliName, Program>> = { claude, codex, opencode, gemini };

export interface SeatWish {
  readonly api: ModelApi;
  readonly columns?: number;
  readonly rows?: number;
  /** Ask before tools run. */
  readonly asks?: boolean;
  /** More environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** As it is installed: with all its dialogs. */
  readonly bare?: boolean;
  /** Folders that it trusts, besides its own project: absolute, or from the home. */
  readonly trusts?: readonly string[];
  /** Files in the place of what keeps dialogs away, or beside it: by path from the home. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * A real agent program that knows nothing but this seat: a fresh home without
 * dialogs and telemetry, an explicit environment, a fake key, a tmux server
 * and a model of its own. When it ends, nothing of it is left.
 */
export interface Seat extends AsyncDisposable {
  readonly cli: CliName;
  readonly program: Program;
  readonly place: Place;
  readonly env: Readonly<Record<string, string>>;
  /** The argv of a start, as it is given to tmux. */
  argv(start?: Partial<Start>): readonly string[];
  start(start?: Partial<Start>): Promise<void>;
  tmux(...args: readonly string[]): Promise<string>;
  screen(): Promise<string>;
  /** With what colours and dimness say. */
  colours(): Promise<string>;
  title(): Promise<string>;
  /** Waits for a screen like this, and says what it was then. */
  until(what: string, screen: RegExp | ((screen: string) => boolean), seconds?: number): Promise<string>;
  /** It is up and nothing runs. */
  idle(seconds?: number): Promise<string>;
  keys(...keys: readonly string[]): Promise<void>;
  /** As a terminal pastes. */
  paste(text: string): Promise<void>;
  /** As a person says it: paste it, see it in the box, press Enter. */
  say(text: string): Promise<void>;
  requests(): readonly ApiRequest[];
  turns(): readonly ApiRequest[];
  /** The id of its newest conversation. */
  conversation(): Promise<string>;
  /** Everything that it started, wherever it went. */
  pids(): Promise<readonly number[]>;
  /** Kills the program, and keeps the seat. */
  quit(): Promise<void>;
  end(): Promise<void>;
}

export async function seat(cli: CliName, wish: SeatWish): Promise<Seat> {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-seat-")));
  const program = PROGRAMS[cli];
  const place: Place = {
    home,
    workdir: path.join(home, "project"),
    url: wish.api.url,
    key: path.basename(home),
    asks: wish.asks ?? false,
    trusts: ["project", ...(wish.trusts ?? [])].map((folder) => path.resolve(home, folder)),
  };
  await furnish(place, {
    ...(wish.bare === true ? {} : program.files(place)),
    ...absolute(home, wish.files ?? {}),
  });
  const env = { ...(await environment(home)), ...program.env(place), ...wish.env };
  const socket = path.join(home, "tmux.sock");
  const tmux = async (...args: readonly string[]) =>
    (await execa("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...args], { env, extendEnv: false })).stdout;
  const { columns = 120, rows = 40 } = wish;

  const one: Seat = {
    cli,
    program,
    place,
    env,
    argv: (start = {}) => program.argv({ prompt: null, resume: null, args: [], ...start }, place),
    async start(start) {
      const size = ["-x", String(columns), "-y", String(rows)];
      await tmux(
        ...["start-server", ";", "set-option", "-g", "remain-on-exit", "on", ";"],
        ...["new-session", "-d", "-s", "seat", ...size, "-c", place.workdir, "--", ...one.argv(start)],
      );
    },
    tmux,
    screen: () => tmux("capture-pane", "-p", "-t", "seat"),
    colours: () => tmux("capture-pane", "-p", "-e", "-t", "seat"),
    title: () => tmux("display-message", "-p", "-t", "seat", "#{pane_title}"),
    async until(what, wanted, seconds = 20) {
      const fits = typeof wanted === "function" ? wanted : (screen: string) => wanted.test(screen);
      let last = "";
      const look = async () => {
        last = await one.screen();
        return fits(last);
      };
      await until(`${cli} shows ${what}`, look, seconds).catch((error) => {
        throw new Error(`${error.message}\n${last.trimEnd()}`);
      });
      return last;
    },
    idle: (seconds) =>
      one.until(
        "that it is idle",
        (screen) => program.box.test(screen) && !program.busy.test(screen),
        seconds,
      ),
    async keys(...keys) {
      await tmux("send-keys", "-t", "seat", ...keys);
    },
    async paste(text) {
      await tmux("set-buffer", "-b", "paste", "--", text);
      await tmux("paste-buffer", "-d", "-p", "-r", "-b", "paste", "-t", "seat");
    },
    async say(text) {
      await one.paste(text);
      await one.until(`"${text}" in its box`, (screen) => screen.includes(text));
      // Some take an Enter that follows at once for a part of the paste.
      await wait(200);
      await one.keys("Enter");
    },
    requests: () => wish.api.requests(place.key),
    turns: () => wish.api.turns(place.key),
    conversation: () =>
      until(`${cli} keeps its conversation`, async () => (await program.conversation(place)) ?? false),
    pids: () => processesWith(home),
    async quit() {
      await tmux("kill-server").catch(() => {});
      await endProcesses(home);
    },
    async end() {
      await one.quit();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
    [Symbol.asyncDispose]: () => one.end(),
  };
  return one;
}

const absolute = (home: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [path.join(home, name), text]));

/** A project with one commit, and the program's own files. */
async function furnish({ home, workdir }: Place, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(path.join(home, "tmp"));
  await mkdir(workdir);
  const all = {
    ...files,
    [path.join(home, ".gitconfig")]:
      "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n",
    [path.join(workdir, "README.md")]: "# A project\n",
  };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const git = (...args: readonly string[]) =>
    execa("git", args, { cwd: workdir, env: { HOME: home, PATH: process.env.PATH }, extendEnv: false });
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "Begin");
}

/** All that the program knows of this machine. HOME and TMPDIR mark what it starts, too. */
async function environment(home: string): Promise<Readonly<Record<string, string>>> {
  const bins = [await cliFolder(), path.dirname(process.execPath), "/usr/local/bin:/usr/bin:/bin"];
  return {
    HOME: home,
    PATH: bins.join(":"),
    TMPDIR: path.join(home, "tmp"),
    LC_ALL: "C.UTF-8",
    TERM: "xterm-256color",
    TZ: "UTC",
    SHELL: "/bin/sh",
  };
}
