import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readRunning } from "../src/host/site.ts";
import { createStore } from "../src/host/store.ts";
import { parseEntry } from "../src/watch/journal.ts";
import { parseRecords, parseSettled, parseWishes } from "../src/watch/stored.ts";
import { ownDirectory, runAgents } from "./real.ts";

/*
 * A state directory outlives the engine that wrote it. test/recorded/ has one of
 * each released version, as its watchdog left it when it was killed in the midst
 * of the demo: only the folder is written /srv/demo.
 */

const RECORDED = path.join(import.meta.dirname, "recorded");
const versions = await readdir(RECORDED);

const HERE = "/srv/demo";

/** The project as that engine left it, where this test may touch it. */
async function ownRecorded(version: string): Promise<string> {
  const home = path.join(await ownDirectory(), "demo");
  await mkdir(home);
  await cp(path.join(RECORDED, version, "agents.toml"), path.join(home, "agents.toml"));
  const state = path.join(home, ".ao-state");
  await cp(path.join(RECORDED, version, "state"), state, { recursive: true });
  const kept = path.join(state, "project.json");
  await writeFile(kept, (await readFile(kept, "utf8")).replaceAll(HERE, home));
  return home;
}

const readJson = async (...names: readonly string[]) =>
  JSON.parse(await readFile(path.join(RECORDED, ...names), "utf8"));

describe.each(versions)("what the engine %s wrote", (version) => {
  it("means the same today: every key and every value", async () => {
    const { version: _, ...wishes } = await readJson(version, "state/wishes.json");
    const records = await readJson(version, "state/records.json");
    expect(parseRecords(JSON.stringify(records))).toMatchObject(records);
    expect(parseWishes(JSON.stringify(wishes))).toMatchObject(wishes);
  });

  it("is read through the store, messages and journal as well", async () => {
    const home = await ownRecorded(version);
    const store = createStore(path.join(home, ".ao-state"));
    expect(await store.records()).toMatchObject({ course: { phase: "three", turn: 3, paused: true } });
    expect(await store.next("adversary")).toMatchObject({ id: "639c395", text: "Look at the tests first." });
    const done = path.join(RECORDED, version, "state/outbox/orchestrator/done");
    const [name = ""] = await readdir(done);
    expect(parseSettled(await readFile(path.join(done, name), "utf8"))).toMatchObject({
      message: { id: "96878a1", text: "How far are we?" },
      end: { state: "confirmed" },
    });
    const lines = (await readFile(path.join(RECORDED, version, "state/journal.jsonl"), "utf8")).trim();
    expect(lines.split("\n").flatMap(parseEntry)).toHaveLength(lines.split("\n").length);
    expect(await store.recent()).not.toEqual([]);
  });

  it("is what the project goes on with: its phase, what a person asked for, and who was told what", async () => {
    const home = await ownRecorded(version);
    const config = path.join(home, "agents.toml");
    expect((await readRunning(config)).inForce.refused).toBeNull();
    const ask = async (verb: string, ...words: string[]) =>
      (await runAgents([verb, "--config", config, ...words])).out;
    expect(JSON.parse(await ask("status", "--json"))).toMatchObject({
      phase: { id: "three", index: 2, paused: true },
      watchdog: null,
      agents: [
        { name: "orchestrator", is: "missing" },
        { name: "builder", is: "held" },
        { name: "adversary", is: "down" },
        { name: "reporter" },
        { name: "forge" },
      ],
    });
    expect(await ask("events", "adversary")).toContain("was pinged: [fleet b9d89eb] New claim");
    expect(await ask("why", "builder")).toContain("builder started with claude-opus-4-8");
  });
});
