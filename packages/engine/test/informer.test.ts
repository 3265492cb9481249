import { appendFile, mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Backend } from "../src/backends/backend.ts";
import { demo } from "../src/backends/demo/demo.ts";
import { BACKENDS } from "../src/backends/index.ts";
import { systemDisk } from "../src/host/disk.ts";
import { createInformer, eventsFolder, type Watched } from "../src/host/informer.ts";
import { type Claim, NO_CLAIM } from "../src/watch/sign.ts";
import { ownDirectory } from "./real.ts";
import { agentOf, runOf } from "./scene.ts";

const HOOK = path.join(import.meta.dirname, "../src/host/hook.sh");
const NOW = Date.UTC(2026, 5, 13);
const claim = (more: Partial<Claim>): Claim => ({ ...NO_CLAIM, rule: "a rule", ...more });

/** A backend that says all that a backend can say. */
const talker: Backend = {
  ...demo,
  hears: (event) =>
    event === "noise" ? null : claim({ heard: event, transcript: event.startsWith("/") ? event : null }),
  status: {
    file: ({ home, pid }) => `${home}/${pid}.json`,
    read: (text) => claim({ rule: text, mood: { mood: "busy" } }),
  },
  transcript: (line) => claim({ heard: line, at: Number(line.split(" ")[0]) || null }),
};

describe("what a program says of itself", () => {
  let state = "";
  let informer: ReturnType<typeof createInformer>;
  const open = () => createInformer({ state, disk: systemDisk, environmentOf: () => ({ HOME: state }) });
  const watched = (more: Partial<Watched> = {}): Watched => ({
    agent: { ...agentOf("loop", "heal"), backend: "talker" },
    run: runOf(0),
    pid: 42,
    ...more,
  });
  const take = async (more: Partial<Watched> = {}) =>
    (await informer.take([watched(more)], NOW)).get("i-1") ?? [];
  const hook = (input: string, args: readonly string[] = [], instance = "i-1") =>
    execa("sh", [HOOK, ...args], {
      input,
      env: { FLEET_EVENTS: eventsFolder(state), FLEET_INSTANCE: instance },
    });

  beforeEach(async () => {
    Object.assign(BACKENDS, { talker });
    state = await ownDirectory();
    await mkdir(eventsFolder(state));
    informer = open();
  });
  afterEach(() => {
    Reflect.deleteProperty(BACKENDS, "talker");
  });

  it("comes from its hooks, in the order in which they ran, and once", async () => {
    const before = Date.now();
    await hook("one\ntwo");
    await hook("not this", ["some", "words", "three"]);
    await hook("noise");
    const signs = await take();
    expect(signs.map(({ heard, way }) => [heard, way])).toEqual([
      ["one\ntwo", "event"],
      ["three", "event"],
    ]);
    expect(signs[0]?.at).toBeGreaterThanOrEqual(before);
    expect(signs[0]?.at).toBeLessThanOrEqual(Date.now());
    expect(await readdir(eventsFolder(state))).toHaveLength(3);
    expect(await take()).toEqual([]);
    expect(await readdir(eventsFolder(state))).toEqual([]);
  });

  it("is told again after a crash, as long as nobody can have remembered it", async () => {
    await hook("one");
    await take();
    informer = open();
    expect(await take()).toMatchObject([{ heard: "one" }]);
  });

  it("is kept apart by run, and forgotten with its run", async () => {
    await hook("mine");
    await hook("another's", [], "i-2");
    expect(await take()).toMatchObject([{ heard: "mine" }]);
    await take();
    expect(await readdir(eventsFolder(state))).toEqual([]);
  });

  it("makes no noise and no trouble where nobody listens", async () => {
    const deaf = await execa("sh", [HOOK], { input: "x", env: { FLEET_EVENTS: `${state}/nowhere` } });
    expect([deaf.exitCode, deaf.stdout, deaf.stderr]).toEqual([0, "", ""]);
    const heard = await hook("x");
    expect([heard.exitCode, heard.stdout, heard.stderr]).toEqual([0, "", ""]);
  });

  it("is bounded while nobody reads it: the last events are kept", async () => {
    const folder = eventsFolder(state);
    for (let index = 0; index < 2_005; index += 1)
      await writeFile(path.join(folder, `${1_000_000 + index}-1.i-1`), String(index));
    await hook("the last");
    const names = await readdir(folder);
    expect(names).toHaveLength(2_000);
    expect(names).not.toContain("1000000-1.i-1");
    expect((await take()).at(-1)).toMatchObject({ heard: "the last" });
  });

  it("is its status file, when that has changed", async () => {
    await writeFile(path.join(state, "42.json"), "idle");
    expect(await take()).toMatchObject([{ way: "status", rule: "idle", at: NOW }]);
    expect(await take()).toEqual([]);
    await writeFile(path.join(state, "42.json"), "busy");
    expect(await take()).toMatchObject([{ rule: "busy" }]);
    expect(await take({ pid: null })).toEqual([]);
  });

  it("is its transcript, where an event names it: the whole lines, each once, and of an old one only the end", async () => {
    const transcript = path.join(state, "t.jsonl");
    const line = (at: number) => `${at} ${"x".repeat(1_000)}\n`;
    await writeFile(transcript, Array.from({ length: 100 }, (_, index) => line(index + 1)).join(""));
    await hook(transcript);
    const notes = (signs: Awaited<ReturnType<typeof take>>) =>
      signs.filter(({ way }) => way === "transcript").map(({ at }) => at);
    const first = notes(await take());
    expect(first.at(-1)).toBe(100);
    expect(first.length).toBeGreaterThan(50);
    expect(first.length).toBeLessThan(70);
    const run = runOf(0, { transcript });
    await appendFile(transcript, "101 whole\n102 ha");
    expect(notes(await take({ run }))).toEqual([101]);
    await appendFile(transcript, "lf\nno time of its own\n");
    expect(notes(await take({ run }))).toEqual([102]);
    await writeFile(transcript, "7 anew\n");
    expect(notes(await take({ run }))).toEqual([7]);
  });

  describe("is its transcript, where it holds one open", () => {
    const rollout = (name: string) => path.join(state, `rollout-${name}.jsonl`);
    const record = (at: number, mood: "busy" | "limited") => `${at} ${mood}\n`;
    const write = (name: string, head: string, ...records: readonly string[]) =>
      writeFile(rollout(name), [`${head}\n`, ...records].join(""));
    /** A launcher, and below it a program that holds these open. */
    async function program(...names: readonly string[]): Promise<number> {
      const opened = names.map((name, index) => `exec ${index + 3}<'${rollout(name)}'`).join("; ");
      const child = execa("sh", ["-c", `sh -c '${opened.replaceAll("'", '"')}; echo up; read line'; true`], {
        cwd: state,
        stdin: "pipe",
        reject: false,
      });
      onTestFinished(async () => {
        child.stdin.end();
        await child;
      });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      return child.pid ?? 0;
    }
    const moods = (signs: Awaited<ReturnType<typeof take>>) =>
      signs.map(({ rule, mood, conversation }) => [rule, mood?.mood ?? null, conversation]);

    beforeEach(() => {
      Object.assign(BACKENDS, {
        talker: {
          ...demo,
          hears: () => null,
          opens: {
            isTranscript: (file) => file.endsWith(".jsonl"),
            conversation: (head) => (head.startsWith("own ") ? head.slice(4) : null),
          },
          transcript(line) {
            const [at = "", mood = ""] = line.split(" ");
            return claim({
              rule: "noted",
              at: Number(at) || null,
              mood: mood === "busy" ? { mood } : { mood: "limited", until: null },
            });
          },
        } satisfies Backend,
      });
    });

    it("the last one of its own, also below a launcher; and another one, after an event", async () => {
      await write("1", "own one");
      await write("2", "own two", record(NOW, "busy"));
      await write("3", "a helper's");
      const pid = await program("1", "2", "3");
      const run = runOf(0, { since: NOW });
      expect(moods(await take({ pid, run }))).toEqual([
        ["opened", null, "two"],
        ["noted", "busy", null],
      ]);
      const known = { ...run, transcript: rollout("2") };
      expect(await take({ pid, run: known })).toEqual([]);
      const other = await program("1");
      await hook("a bell");
      expect(moods(await take({ pid: other, run: known }))).toEqual([["opened", null, "one"]]);
    });

    it("not before its first line is whole, and none of a program that is gone", async () => {
      await writeFile(rollout("1"), "own one");
      const pid = await program("1");
      expect(await take({ pid })).toEqual([]);
      await appendFile(rollout("1"), "\n");
      expect(moods(await take({ pid }))).toEqual([["opened", null, "one"]]);
      expect(await take({ pid: null })).toEqual([]);
    });

    it("of an old conversation that it goes on with: it rests, whatever its last run came to", async () => {
      await write("1", "own one", record(NOW - 5_000, "limited"));
      const pid = await program("1");
      const run = runOf(0, { since: NOW, resumed: true });
      expect(moods(await take({ pid, run }))).toEqual([
        ["noted", null, null],
        ["opened", "ready", "one"],
      ]);
      await appendFile(rollout("1"), record(NOW + 1, "limited"));
      expect(moods(await take({ pid, run: { ...run, transcript: rollout("1") } }))).toEqual([
        ["noted", "limited", null],
      ]);
    });
  });

  it("is its transcript, where its program keeps it: that of its conversation, once this run writes there", async () => {
    const keeper: Backend = {
      ...demo,
      kept: {
        root: ({ home }) => path.join(home, "kept"),
        pattern: (id) => `*/${id.slice(0, 1)}-*.jsonl`,
        conversation: (head) => (head.startsWith("own ") ? head.slice(4) : null),
      },
      transcript: (line) => claim({ rule: line, at: NOW }),
    };
    Object.assign(BACKENDS, { talker: keeper });
    const run = runOf(0, { conversation: "c-1", since: NOW });
    const rules = (signs: Awaited<ReturnType<typeof take>>) =>
      signs.map(({ rule, mood, transcript }) => [rule, mood?.mood ?? null, transcript]);
    expect(await take({ run })).toEqual([]);
    const folder = path.join(state, "kept/a project");
    await mkdir(folder, { recursive: true });
    await execa("sh", ["-c", 'mkfifo "$1"', "sh", path.join(folder, "c-0.jsonl")]);
    await writeFile(path.join(folder, "c-1.jsonl"), "own c-2\nanother's\n");
    await writeFile(path.join(folder, "c-2.jsonl"), "own c-1");
    expect(await take({ run })).toEqual([]);
    const transcript = path.join(folder, "c-2.jsonl");
    await appendFile(transcript, "\nits own\n");
    const writtenAt = (at: number) => utimes(transcript, at / 1_000, at / 1_000);
    await writtenAt(NOW - 1_000);
    expect(await take({ run })).toEqual([]);
    await writtenAt(NOW);
    expect(rules(await take({ run }))).toEqual([
      ["kept", null, transcript],
      ["own c-1", null, null],
      ["its own", null, null],
    ]);
    expect(rules(await take({ run: { ...run, resumed: true } }))).toEqual([["kept", "ready", transcript]]);
    expect(await take({ run: { ...run, transcript } })).toEqual([]);
    expect(await take({ run: { ...run, conversation: null } })).toEqual([]);
  });

  it("is nothing where an agent puts pipes and folders in the place of its files, and nobody waits for them", async () => {
    const transcript = path.join(state, "pipe");
    const pipes = [transcript, path.join(state, "42.json"), path.join(eventsFolder(state), "1000000-1.i-1")];
    await execa("sh", ["-c", 'mkfifo "$@"', "sh", ...pipes]);
    await mkdir(path.join(eventsFolder(state), "1000001-1.i-1"));
    await hook("one");
    expect(await take({ run: runOf(0, { transcript }) })).toMatchObject([{ way: "event", heard: "one" }]);
    expect(await take({ run: runOf(0, { transcript: state }) })).toEqual([]);
  });

  it("is nothing where its files can't be read, and nobody else's is lost for that", async () => {
    await hook("one");
    const broken = watched({ run: runOf(0, { instance: "i-3", transcript: state }) });
    const signs = await informer.take([broken, watched()], NOW);
    expect([signs.get("i-3"), signs.get("i-1")?.length]).toEqual([[], 1]);
  });
});
