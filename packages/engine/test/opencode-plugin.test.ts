import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { opencode } from "../src/backends/opencode/opencode.ts";
import { systemDisk } from "../src/host/disk.ts";
import { handIn, isDoorOpen, takeBack } from "../src/host/door.ts";
import { fleet } from "../src/host/opencode-plugin.ts";
import { ownDirectory, until } from "./real.ts";
import { messageOf } from "./scene.ts";

/*
 * Our plugin, as opencode loads it: with a client that only notes what it is
 * told. How the real one does is in drive.cli.test.ts.
 */

const SESSION = "ses_1";
const message = messageOf();
const WORDS = "[fleet 3f2a1c9] go on";
const manner = { agent: "plan", model: { providerID: "v", modelID: "m/1" } };

describe("our plugin in opencode", () => {
  let folder = "";
  let events = "";
  let told: unknown[] = [];
  let answer: () => Promise<{ error?: unknown }> = async () => ({});
  const client = {
    session: {
      get: async ({ path: { id } }: { path: { id: string } }) => ({
        data: id.startsWith("child") ? { parentID: SESSION } : {},
      }),
      messages: async () => ({
        data: [{ info: { role: "user", ...manner } }, { info: { role: "assistant" } }],
      }),
      abort: async () => ({}),
      promptAsync: async (of: unknown) => {
        told.push(of);
        return answer();
      },
    },
  };

  beforeEach(async () => {
    const home = await ownDirectory();
    events = path.join(home, "events");
    folder = path.join(home, "doors/builder");
    await mkdir(events);
    await mkdir(folder, { recursive: true });
    told = [];
    answer = async () => ({});
    vi.stubEnv("FLEET_EVENTS", events);
    vi.stubEnv("FLEET_DOOR", folder);
    vi.stubEnv("FLEET_INSTANCE", "i-1");
    vi.stubEnv("FLEET_PLUGIN", undefined);
    vi.stubEnv("FLEET_CONVERSATION", undefined);
    vi.stubEnv("FLEET_SEATS", undefined);
    vi.stubEnv("FLEET_MODEL", undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const load = async () => {
    const { event = () => {} } = await fleet({ client, directory: "/" });
    return (type: string, properties: Readonly<Record<string, unknown>> = {}) =>
      event({ event: { type, properties: { sessionID: SESSION, ...properties } } });
  };
  /** What the engine makes of what was dropped by now, oldest first. */
  const claims = async () => {
    const names = (await readdir(events)).filter((name) => /^\d+-\d+\.i-1$/.test(name)).sort();
    const texts = await Promise.all(names.map((name) => readFile(path.join(events, name), "utf8")));
    return texts.map((text) => opencode.hears?.(text, 0));
  };
  const rules = async () => (await claims()).map((claim) => claim?.mood?.mood ?? claim?.heard ?? null);
  const heard = (...wanted: unknown[]) =>
    until(`it says ${wanted}`, async () => {
      const said = await rules();
      return said.length >= wanted.length && said;
    }).then((said) => expect(said).toEqual(wanted));
  const status = (type: string, more: object = {}) => ({ status: { type, ...more } });

  it("says what it does, each thing once, and in which conversation", async () => {
    const say = await load();
    say("session.status", status("busy"));
    say("session.status", status("busy"));
    say("message.updated", { info: { id: "msg_1", role: "user", ...manner } });
    say("message.part.updated", { part: { type: "text", text: WORDS, messageID: "msg_1" } });
    say("message.part.updated", {
      part: { type: "text", text: "made up", synthetic: true, messageID: "msg_1" },
    });
    say("message.part.updated", { part: { type: "text", text: "its own words", messageID: "msg_2" } });
    say("session.status", status("idle"));
    say("session.idle");
    await heard("busy", WORDS, "ready");
    expect((await claims()).map((claim) => claim?.conversation)).toEqual([SESSION, SESSION, SESSION]);
  });

  it.each([
    [undefined, {}],
    ["ask", { "*": "ask" }],
    [
      { bash: "deny", external_directory: "deny" },
      { bash: "deny", external_directory: "deny" },
    ],
  ])("lets it read the first message, whatever else its person allows: %j", async (permission, own) => {
    const { config = () => {} } = await fleet({ client, directory: "/" });
    const settings = { permission };
    config(settings);
    const kickoffs = path.join(path.dirname(events), "kickoffs");
    const name = path.basename(path.dirname(events));
    expect(Object.entries(settings.permission ?? {})).toEqual([
      ...Object.entries(own),
      ["external_directory*", { [`${kickoffs}/*`]: "allow" }],
      ["read*", { [`*/${name}/kickoffs/*`]: "allow" }],
    ]);
  });

  it("tells how a turn ended with its end, and nothing of an error that it got over", async () => {
    const say = await load();
    const error = { name: "APIError", data: { message: "invalid x-api-key", statusCode: 401 } };
    say("session.status", status("busy"));
    say("session.error", { error: { name: "ContextOverflowError", data: { message: "too long" } } });
    say("session.status", status("busy"));
    say("session.status", status("idle"));
    say("session.status", status("busy"));
    say("session.error", { error });
    say("session.status", status("idle"));
    say("session.status", status("idle"));
    await heard("busy", "ready", "busy", "asking");
  });

  it("tells of an error that no end of a turn follows, and of none where a person stopped it", async () => {
    const say = await load();
    say("session.error", { error: { name: "MessageAbortedError", data: {} } });
    say("session.error", { error: { name: "UnknownError", data: { message: "oops" } } });
    await heard("fatal");
  });

  it("is asking until the last question is answered, whoever asks and whatever its status says", async () => {
    const say = await load();
    const properties = { permission: "bash", patterns: ["touch made"] };
    say("permission.asked", { ...properties, sessionID: "child_1", id: "per_1" });
    say("question.asked", { questions: [{ question: "Which parser?" }], id: "que_1" });
    await until("it asks", async () => (await rules()).length === 1);
    say("session.status", status("busy"));
    say("question.replied", { requestID: "que_1" });
    say("permission.replied", { requestID: "per_1" });
    await until("it works", async () => (await rules()).at(-1) === "busy");
    expect((await claims()).map((claim) => claim?.mood)).toEqual([
      { mood: "asking", question: "Which parser?" },
      { mood: "asking", question: "may it use bash: touch made?" },
      { mood: "busy" },
    ]);
  });

  it("says nothing of a question that is answered at once, nor of what helpers do", async () => {
    const say = await load();
    say("permission.asked", { id: "per_1", permission: "bash" });
    say("permission.replied", { requestID: "per_1" });
    say("session.status", { ...status("idle"), sessionID: "child_1" });
    say("session.created", { sessionID: "ses_2", info: { id: "ses_2", parentID: SESSION } });
    say("session.status", { ...status("idle"), sessionID: "ses_2" });
    say("session.status", status("idle"));
    await heard("busy", "ready");
  });

  it("keeps silent in what the agent starts by itself", async () => {
    vi.stubEnv("FLEET_PLUGIN", String(process.pid + 1));
    expect(await fleet({ client, directory: "/" })).toEqual({});
  });

  it("keeps only the last events, as long as nobody reads them", async () => {
    const old = Array.from({ length: 2_005 }, (_, nth) => `${10n ** 18n + BigInt(nth)}-1.i-1`);
    await Promise.all(old.map((name) => writeFile(path.join(events, name), "{}")));
    const say = await load();
    say("session.status", status("busy"));
    await until("old ones are gone", async () => (await readdir(events)).length === 2_000);
    expect((await rules()).at(-1)).toBe("busy");
  });

  it("opens its door when it knows the conversation, and tells what lies there, once, in the manner in which it was told last", async () => {
    const say = await load();
    await handIn(folder, message, systemDisk);
    expect(await isDoorOpen(folder, "i-1", systemDisk)).toBe(false);
    say("message.updated", { info: { id: "msg_1", role: "user", ...manner } });
    await until("it is told", async () => told.length > 0);
    expect(await isDoorOpen(folder, "i-1", systemDisk)).toBe(true);
    expect(await isDoorOpen(folder, "i-2", systemDisk)).toBe(false);
    const body = { ...manner, parts: [{ type: "text", text: WORDS }] };
    expect(told).toEqual([{ path: { id: SESSION }, body: expect.objectContaining(body) }]);
    expect(await takeBack(folder, message, systemDisk)).toBe("taken");
    // After a crash of the watchdog: it lies there, and was told.
    await handIn(folder, message, systemDisk);
    await until("it is gone", async () => !(await readdir(folder)).includes("3f2a1c9.json"));
    await handIn(folder, messageOf({ id: "2222222", text: "and on" }), systemDisk);
    await until("the next is told", async () => told.length === 2);
    await until(
      "nothing is left of the first",
      async () => !(await readdir(folder)).includes("3f2a1c9.taken"),
    );
  });

  it("goes on with an old conversation in its old manner, and with the model of this run", async () => {
    vi.stubEnv("FLEET_CONVERSATION", "ses_9");
    vi.stubEnv("FLEET_MODEL", "v/m/2");
    await handIn(folder, message, systemDisk);
    await load();
    await until("it is told", async () => told.length === 1);
    const model = { providerID: "v", modelID: "m/2" };
    expect(told).toEqual([
      { path: { id: "ses_9" }, body: { agent: "plan", model, parts: [{ type: "text", text: WORDS }] } },
    ]);
  });

  it("tells nothing that was taken back", async () => {
    await handIn(folder, message, systemDisk);
    expect(await takeBack(folder, message, systemDisk)).toBe("back");
    const say = await load();
    say("session.status", status("busy"));
    await until("its door is open", () => isDoorOpen(folder, "i-1", systemDisk));
    await handIn(folder, messageOf({ id: "2222222" }), systemDisk);
    await until("the next is told", async () => told.length === 1);
    expect(JSON.stringify(told)).toContain("[fleet 2222222]");
  });

  it("shuts its door when the program refuses a message, which is free to be told otherwise", async () => {
    answer = async () => ({ error: "no" });
    const say = await load();
    say("session.status", status("busy"));
    await until("its door is open", () => isDoorOpen(folder, "i-1", systemDisk));
    await handIn(folder, message, systemDisk);
    await until("its door is shut", async () => !(await isDoorOpen(folder, "i-1", systemDisk)));
    await until("it is free", async () => (await readdir(folder)).length === 0);
    expect(await takeBack(folder, message, systemDisk)).toBe("back");
  });
});
