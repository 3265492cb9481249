import { existsSync } from "node:fs";
import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { createGit, originOf } from "../src/host/git.ts";
import { remoteOf } from "../src/host/mirror.ts";
import { createRelay, type News } from "../src/host/relay.ts";
import { ENV, ownProgram, until } from "./real.ts";
import { handoff, ownRemote } from "./remote.ts";

describe("an agent may write anything into its clone", () => {
  const hostile = (ran: string): readonly (readonly string[])[] => [
    ["core.fsmonitor", `touch ${ran}`],
    ["core.sshCommand", `touch ${ran}; ssh`],
    ["core.hooksPath", path.dirname(ran)],
    ["core.pager", `touch ${ran}`],
    ["core.editor", `touch ${ran}`],
    ["core.gitProxy", `touch ${ran}`],
    ["credential.helper", `!touch ${ran}`],
    ["remote.origin.uploadpack", `touch ${ran}; git-upload-pack`],
    ["uploadpack.packObjectsHook", `touch ${ran};`],
    ["url.ext::touch.insteadOf", "https:"],
    ["alias.config", `!touch ${ran}`],
    ["diff.external", `touch ${ran}`],
    ["protocol.ext.allow", "always"],
  ];

  it.each([
    ["settings that name programs", null],
    ["an origin that is a program", "ext::sh -c touch% RAN"],
    ["an origin that is a flag", "--upload-pack=touch RAN"],
    ["an origin on a host that is a flag", "ssh://-oProxyCommand=touch%20RAN/x"],
  ])("and none of it runs: %s", async (_, url) => {
    const { home, clone, git, inClone, commit, push, directory } = await ownRemote();
    const ran = path.join(home, "ran");
    await commit("claim(a): one");
    await push();
    const settings = hostile(ran).map(([key = "", value]) => {
      const [, section, part, name] = /^(\w+)\.(?:(.*)\.)?(\w+)$/.exec(key) ?? [];
      return `[${section}${part === undefined ? "" : ` "${part}"`}]\n\t${name} = ${JSON.stringify(value)}\n`;
    });
    await appendFile(path.join(clone, ".git/config"), settings.join(""));
    expect(await inClone("--no-pager", "config", "--get", "protocol.ext.allow")).toBe("always");
    for (const hook of [
      "reference-transaction",
      "post-checkout",
      "pre-push",
      "post-merge",
      "fsmonitor-watchman",
    ])
      await writeFile(path.join(clone, ".git/hooks", hook), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    if (url !== null)
      await writeFile(
        path.join(clone, ".git/config"),
        `[remote "origin"]\n\turl = ${url.replace("RAN", ran)}\n`,
      );
    await rm(ran, { force: true });

    const relay = createRelay({
      remote: remoteOf(git, clone, directory, "main"),
      handoff: handoff(),
      wake: () => {},
    });
    relay.poll(null, 1, false, 0);
    await relay.idle();
    expect(relay.take().map(({ is }) => is)).toEqual(
      url === null ? ["baseline"] : url.startsWith("-") ? [] : ["trouble"],
    );
    expect(existsSync(ran)).toBe(false);
    expect((await originOf(git, clone))?.startsWith("-")).not.toBe(true);
  });

  it("and what stands in the repository around the state directory has no say", async () => {
    const { home, git, clone, inClone, shell } = await ownRemote();
    const ran = path.join(home, "ran");
    await shell("init", "-q", home);
    await appendFile(
      path.join(home, ".git/config"),
      `[credential]\n\thelper = "!touch ${ran}"\n[url "ext::sh -c touch% ${ran} "]\n\tinsteadOf = "https:"\n[protocol "ext"]\n\tallow = always\n`,
    );
    await inClone("remote", "set-url", "origin", "https://127.0.0.1:1/x.git");
    const here = process.cwd();
    process.chdir(home);
    const remote = remoteOf(git, clone, path.join(home, "state/mirror.git"), "main");
    const relay = createRelay({ remote, handoff: handoff(), wake: () => {} });
    relay.poll(null, 1, false, 0);
    await relay.idle().finally(() => process.chdir(here));
    const [told] = relay.take();
    // What is there to be connected to is 127.0.0.1, and not what the repository around would have it be.
    expect(told).toMatchObject({ is: "trouble", because: expect.stringContaining("127.0.0.1") });
    expect(existsSync(ran)).toBe(false);
  });

  it("and a pipe in the place of a remote's files holds nobody up", async () => {
    const { home, clone, directory, inClone } = await ownRemote();
    const trap = path.join(home, "trap");
    await mkdir(trap);
    for (const name of ["HEAD", "config", "packed-refs"])
      await execa("sh", ["-c", 'mkfifo "$1"', "sh", path.join(trap, name)]);
    await inClone("remote", "set-url", "origin", trap);
    const git = createGit({ ...ENV, HOME: home }, 700);
    const remote = remoteOf(git, clone, directory, "main");
    const relay = createRelay({ remote, handoff: handoff(), wake: () => {} });
    relay.poll(null, 1, false, 0);
    expect(await relay.idle()).toBe(undefined);
    expect(relay.take()).toMatchObject([{ is: "trouble" }]);
  });

  it("and a folder that is no clone is not taken for the repository around it", async () => {
    const { git, clone, inClone } = await ownRemote();
    await inClone("init", "-q", "inner");
    await rm(path.join(clone, "inner/.git"), { recursive: true });
    expect(await originOf(git, path.join(clone, "inner"))).toBe(null);
  });
});

describe("the relay", () => {
  const news = async (relay: ReturnType<typeof createRelay>): Promise<readonly News[]> => {
    await relay.idle();
    return relay.take();
  };

  it("begins from where the branch is, then tells each gain once, and a rewritten history as a new beginning", async () => {
    const { git, clone, directory, commit, push, inClone } = await ownRemote();
    let rung = 0;
    const relay = createRelay({
      remote: remoteOf(git, clone, directory, "main"),
      handoff: handoff(),
      wake: () => rung++,
    });
    relay.poll(null, 1, false, 0);
    expect(await news(relay)).toEqual([
      { is: "baseline", seen: "", turn: 1, because: "first look", drained: [] },
    ]);
    const first = await commit("claim(a): one");
    await push();
    relay.poll({ seen: "", turn: 1 }, 1, false, 0);
    expect(await news(relay)).toMatchObject([{ is: "gain", turn: 1, gain: { head: first } }]);
    relay.poll({ seen: first, turn: 1 }, 1, false, 0);
    expect(await news(relay)).toEqual([]);
    await inClone("commit", "-q", "--allow-empty", "--amend", "-m", "another");
    await push("--force");
    relay.poll({ seen: first, turn: 1 }, 1, false, 0);
    const head = await inClone("rev-parse", "HEAD");
    expect(await news(relay)).toEqual([
      {
        ...{ is: "rewritten", from: first, head, turn: 1 },
        rewriting: { base: null, gone: [{ sha: first, kind: "claim" }], untold: [] },
      },
    ]);
    expect(rung).toBeGreaterThanOrEqual(3);
  });

  it("begins a new phase where the branch is, and tells what the old one still pushed", async () => {
    const { git, clone, directory, commit, push } = await ownRemote();
    const relay = createRelay({
      remote: remoteOf(git, clone, directory, "main"),
      handoff: handoff(),
      wake: () => {},
    });
    const first = await commit("begin");
    await push();
    relay.poll(null, 1, false, 0);
    await news(relay);
    const late = await commit("review(a): too late");
    await push();
    relay.poll({ seen: first, turn: 1 }, 2, true, 0);
    const drained = [{ sha: late, subject: "review(a): too late" }];
    expect(await news(relay)).toEqual([
      { is: "baseline", seen: late, turn: 2, because: "a new phase", drained },
    ]);
  });

  it("waits without a word for a clone that is not there yet", async () => {
    const { git, home, directory } = await ownRemote();
    const relay = createRelay({
      remote: remoteOf(git, path.join(home, "later"), directory, "main"),
      handoff: handoff(),
      wake: () => {},
    });
    relay.poll(null, 1, false, 0);
    expect(await news(relay)).toEqual([]);
    expect([relay.isFailing(), relay.because()]).toEqual([false, "clone has no origin yet"]);
  });

  it("is not held up by a remote that hangs, gives it up after a while, and leaves no process of it", async () => {
    const { home, clone, directory, inClone } = await ownRemote();
    const bin = await ownProgram("ssh", `echo $$ >${home}/pid; sleep 60; true`);
    await inClone("remote", "set-url", "origin", "ssh://somewhere/x.git");
    const git = createGit({ ...ENV, HOME: home, PATH: `${bin}:${ENV.PATH}` }, 700);
    const relay = createRelay({
      remote: remoteOf(git, clone, directory, "main"),
      handoff: handoff(),
      wake: () => {},
    });
    relay.poll(null, 1, false, 0);
    await until("it hangs", async () => existsSync(path.join(home, "pid")));
    relay.poll(null, 1, false, 0);
    expect(relay.take()).toEqual([]);
    expect(await news(relay)).toEqual([{ is: "trouble", because: "git ls-remote: timed out" }]);
    expect(relay.isFailing()).toBe(true);
    const { stdout } = await execa("pgrep", ["-f", `sh ${bin}/ssh`], { reject: false });
    expect(stdout).toBe("");
  });
});

it("reads the files that are asked for, and not those of long ago: a hundred phases cost no more than one", async () => {
  const read: string[] = [];
  let head = "1";
  const relay = createRelay({
    remote: {
      origin: async () => "/nowhere",
      mirror: () => ({
        head: async () => head,
        fetch: async () => head,
        gain: async () => ({ commits: [], inbox: [], head }),
        parting: async () => null,
        text: async (file) => {
          read.push(`${file} at ${head}`);
          return "## DONE";
        },
      }),
    },
    handoff: handoff(),
    wake: () => {},
  });
  const ask = async (file: string): Promise<string | null | undefined> => {
    relay.pushed(file);
    relay.poll({ seen: head, turn: 1 }, 1, false, 0);
    await relay.idle();
    return relay.pushed(file);
  };
  expect(await ask("STATUS-a.md")).toBe("## DONE");
  expect(await ask("STATUS-b.md")).toBe("## DONE");
  head = "2";
  expect(await ask("STATUS-b.md")).toBe("## DONE");
  head = "3";
  await ask("STATUS-b.md");
  // Whose turn comes again is read again.
  expect(relay.pushed("STATUS-a.md")).toBeUndefined();
  expect(await ask("STATUS-a.md")).toBe("## DONE");
  expect(read).toEqual([
    ...["STATUS-a.md at 1", "STATUS-b.md at 1", "STATUS-b.md at 2", "STATUS-b.md at 3", "STATUS-a.md at 3"],
  ]);
});

describe("a remote over the network", () => {
  const SHA = "a".repeat(40);
  const ran = (stdout: string) => ({ code: 0, stdout, stderr: "", timedOut: false });

  const ownRelay = () => {
    let asked = 0;
    let answer: () => void = () => {};
    const git = async (args: readonly string[]) => {
      if (args.includes("init")) return ran("");
      if (args.includes("config")) return ran("ssh://host.invalid/x.git\n");
      asked += 1;
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return ran(`${SHA}\trefs/heads/main\n`);
    };
    const relay = createRelay({
      remote: remoteOf(git, "/nowhere", "/nowhere", "main"),
      handoff: handoff(),
      wake: () => {},
    });
    const poll = () => relay.poll({ seen: SHA, turn: 1 }, 1, false, 1_000);
    const asks = (times: number) => until(`it was asked ${times} times`, async () => asked === times);
    const settle = async () => {
      answer();
      await relay.idle();
    };
    return { relay, poll, asks, settle, count: () => asked };
  };

  it("is not asked again at each tick, but at once when somebody says that there is news", async () => {
    const { relay, poll, asks, settle, count } = ownRelay();
    poll();
    await asks(1);
    await settle();
    poll();
    expect(count()).toBe(1);
    relay.hurry();
    poll();
    await asks(2);
    await settle();
  });

  it("is asked once more when the news came while it was being asked", async () => {
    const { relay, poll, asks, settle } = ownRelay();
    poll();
    await asks(1);
    relay.hurry();
    await settle();
    poll();
    await asks(2);
    await settle();
  });
});
