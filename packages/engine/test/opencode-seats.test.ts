import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { opencode } from "../src/backends/opencode/opencode.ts";
import { systemDisk } from "../src/host/disk.ts";
import { handIn, isDoorOpen } from "../src/host/door.ts";
import { fleet } from "../src/host/opencode-plugin.ts";
import { leaveSeat, takeSeat } from "../src/host/opencode-server.ts";
import { ownDirectory, until } from "./real.ts";
import { messageOf } from "./scene.ts";

/*
 * Our plugin, as a server loads it that several agents share: with a client that
 * only notes what it is told. How the real one does is in server.cli.test.ts.
 */

let state = "";
let told: {
  readonly path: { readonly id: string };
  readonly body: { readonly parts: readonly unknown[] };
}[] = [];
let aborted: string[] = [];
let refuses = false;
const client = {
  session: {
    get: async ({ path: { id } }: { path: { id: string } }) => ({
      data: id.startsWith("child-of-") ? { parentID: id.slice("child-of-".length) } : {},
    }),
    messages: async () => ({ data: [] }),
    abort: async ({ path: { id } }: { path: { id: string } }) => aborted.push(id),
    promptAsync: async (of: unknown) => {
      told.push(of as (typeof told)[number]);
      return refuses ? { error: "no" } : {};
    },
  },
};
const doorOf = (agent: string) => path.join(state, "doors", agent);
const sit = (agent: string, session: string, first: string | null = null, instance = `i-${agent}`) =>
  takeSeat(
    state,
    "oc",
    { agent, instance, session, directory: state, model: "v/m/1", door: doorOf(agent) },
    first,
    systemDisk,
  );
/** What was heard of each run, oldest first. */
const heard = async (instance: string) => {
  const names = (await readdir(path.join(state, "events")))
    // One that is being written begins with a dot, and is gone soon.
    .filter((name) => name.endsWith(`.${instance}`) && !name.startsWith("."));
  const texts = await Promise.all(
    names.toSorted().map((name) => readFile(path.join(state, "events", name), "utf8")),
  );
  return texts.map((text) => opencode.hears?.(text, 0)?.mood?.mood ?? null);
};
const load = async () => {
  const hooks = await fleet({ client, directory: state });
  if (!("shell.env" in hooks)) throw new Error("it serves nobody");
  return hooks;
};

beforeEach(async () => {
  state = await ownDirectory();
  [told, aborted, refuses] = [[], [], false];
  for (const folder of ["events", "doors/ada", "doors/bob", "servers/oc/seats"])
    await mkdir(path.join(state, folder), { recursive: true });
  vi.stubEnv("FLEET_EVENTS", path.join(state, "events"));
  vi.stubEnv("FLEET_SEATS", path.join(state, "servers/oc/seats"));
  vi.stubEnv("FLEET_INSTANCE", "i-server");
  vi.stubEnv("FLEET_PLUGIN", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it("tells each agent's run what its own conversation does, helpers' questions included, and nobody what others do", async () => {
  await sit("ada", "ses_a");
  await sit("bob", "ses_b");
  const { event } = await load();
  const say = (type: string, sessionID: string, more: object = {}) =>
    event({ event: { type, properties: { sessionID, ...more } } });
  say("session.status", "ses_a", { status: { type: "busy" } });
  say("session.status", "ses_else", { status: { type: "busy" } });
  say("session.status", "ses_b", { status: { type: "idle" } });
  say("permission.asked", "child-of-ses_b", { id: "per_1", permission: "bash" });
  await until("both have spoken", async () => (await heard("i-bob")).length === 2);
  expect(await heard("i-ada")).toEqual(["busy"]);
  expect(await heard("i-bob")).toEqual(["ready", "asking"]);
});

it("tells a fresh conversation its first words once, by its own model, and again when they were refused", async () => {
  refuses = true;
  await sit("ada", "ses_a", "Begin.");
  await load();
  await until("it was refused", async () => told.length > 0);
  refuses = false;
  await until("it was told", async () => told.length === 2);
  await sit("bob", "ses_b");
  await until("bob's door is open", async () => isDoorOpen(doorOf("bob"), "i-bob", systemDisk));
  expect(told.map(({ path: { id } }) => id)).toEqual(["ses_a", "ses_a"]);
  expect(told[1]?.body).toMatchObject({
    model: { providerID: "v", modelID: "m/1" },
    parts: [{ type: "text", text: "Begin." }],
  });
});

it("takes messages at each agent's own door, into its own conversation", async () => {
  await sit("ada", "ses_a");
  await sit("bob", "ses_b");
  await load();
  await handIn(doorOf("bob"), messageOf(), systemDisk);
  await until("it is told", async () => told.length > 0);
  expect(told).toMatchObject([
    { path: { id: "ses_b" }, body: { parts: [{ text: "[fleet 3f2a1c9] go on" }] } },
  ]);
  expect(await isDoorOpen(doorOf("ada"), "i-ada", systemDisk)).toBe(true);
});

it("ends what goes on in a conversation whose agent has left, but not one that its next run goes on with", async () => {
  await sit("ada", "ses_a");
  await sit("bob", "ses_b");
  await load();
  await leaveSeat(state, "oc", "bob", systemDisk);
  await sit("ada", "ses_a", null, "i-ada-2");
  await until("ada's next run is there", () => isDoorOpen(doorOf("ada"), "i-ada-2", systemDisk));
  await until("bob's conversation is ended", async () => aborted.length > 0);
  await sit("ada", "ses_c", null, "i-ada-3");
  await until("ada's old one is ended", async () => aborted.length > 1);
  expect(aborted).toEqual(["ses_b", "ses_a"]);
});

it("takes nobody for gone whose seat it can't read", async () => {
  await sit("ada", "ses_a");
  await load();
  const seats = path.join(state, "servers/oc/seats");
  await writeFile(path.join(seats, "bob.json"), "{");
  await leaveSeat(state, "oc", "ada", systemDisk);
  await handIn(doorOf("ada"), messageOf(), systemDisk);
  await until("ada is told", async () => told.length > 0);
  expect(aborted).toEqual([]);
  await rm(path.join(seats, "bob.json"));
  await until("ada has left", async () => aborted.length > 0);
});

it("marks what an agent's tools start as its run's, and keeps the server's password from all", async () => {
  await sit("ada", "ses_a");
  const { "shell.env": shell } = await load();
  const envOf = async (sessionID: string) => {
    const env: Record<string, string> = {};
    await shell({ sessionID }, { env });
    return env;
  };
  const hidden = { OPENCODE_SERVER_PASSWORD: "" };
  expect(await envOf("ses_a")).toEqual({ ...hidden, FLEET_AGENT: "ada", FLEET_INSTANCE: "i-ada" });
  expect(await envOf("child-of-ses_a")).toMatchObject({ FLEET_AGENT: "ada" });
  expect(await envOf("ses_else")).toEqual(hidden);
});
