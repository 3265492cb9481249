import { appendFile, mkdir, readdir, readFile, rename, stat, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import path from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import type { World } from "@fleet/engine";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { findFleet } from "../src/find.ts";
import { type MetricsWanted, tellMetrics } from "../src/metrics/metrics.ts";
import { ownDirectory, until } from "./own.ts";

// Other tests and builds may run on this machine.
vi.setConfig({ testTimeout: 120_000 });

const ENGINE = `#!/bin/sh
[ ! -e broken ] || exit 3
cat <<END
{"schema_version":1,"project":"demo","phase":null,"agents":[],"watchdog":$(cat watchdog 2>/dev/null || echo null),"socket":"$PWD/state/tmux.sock"}
END
`;

const ONCE: MetricsWanted = { format: null, file: null, every: null, listen: null, exposed: false };

/** A fleet of one project, whose journal the test writes. */
async function ownFleet() {
  const root = await ownDirectory();
  const home = path.join(root, "demo");
  await mkdir(path.join(home, "engine"), { recursive: true });
  await mkdir(path.join(home, "state"));
  await writeFile(path.join(home, "engine/agents"), ENGINE, { mode: 0o755 });
  await writeFile(path.join(root, "fleet.toml"), '[[project]]\nname = "demo"\npath = "demo"\n');
  const journal = path.join(home, "state/journal.jsonl");
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const tell = async (
    wanted: Partial<MetricsWanted>,
    said: (words: string) => void = () => {},
  ): Promise<string> => {
    let out = "";
    const world: World = {
      cwd: root,
      env: { PATH: process.env.PATH },
      signal: stopping.signal,
      input: async () => "",
      out: (words) => {
        out += words;
      },
      err: said,
      color: false,
    };
    await tellMetrics(await findFleet(root), { ...ONCE, ...wanted }, world);
    return out;
  };
  return {
    root,
    home,
    tell,
    phase: () =>
      appendFile(journal, `${JSON.stringify({ at: 1, agent: null, what: "phase-done", phase: "one" })}\n`),
    cut: () => rename(journal, `${journal}.1`),
    stop: () => stopping.abort(),
  };
}

const phasesIn = (said: string): string | undefined =>
  /^fleet_phases_done_total\{.*\} (\d+)$/m.exec(said)?.[1];

it("prints what there is, and writes nothing", async () => {
  const { root, tell, phase } = await ownFleet();
  await phase();
  const said = await tell({});
  expect([phasesIn(said), said.endsWith("# EOF\n")]).toEqual(["1", true]);
  expect(await readdir(root)).toEqual(["demo", "fleet.toml"]);
});

it("writes a file whole, for others to read, and goes on counting where it was though the journal is cut", async () => {
  const { root, tell, phase, cut } = await ownFleet();
  const file = path.join(root, "fleet.prom");
  await phase();
  await phase();
  await tell({ file });
  expect(phasesIn(await readFile(file, "utf8"))).toBe("2");
  expect((await stat(file)).mode & 0o777).toBe(0o644);
  for (let nth = 0; nth < 2; nth++) {
    await cut();
    await phase();
    await tell({ file });
  }
  expect(phasesIn(await readFile(file, "utf8"))).toBe("4");
  expect((await readdir(root)).filter((name) => name.startsWith("fleet.prom"))).toEqual(["fleet.prom"]);
  await expect(tell({ file: path.join(root, "nowhere/fleet.prom") })).rejects.toMatchObject({
    code: "NOT_WRITABLE",
  });
});

it("says how long the watchdog's last look took, by the file that ends it", async () => {
  const { home, tell } = await ownFleet();
  const began = Date.parse("2026-01-31T12:00:00Z");
  await writeFile(path.join(home, "watchdog"), '{"pid":7,"epoch":1,"heartbeat":"2026-01-31T12:00:00Z"}');
  const records = path.join(home, "state/records.json");
  await writeFile(records, `{"schema":1,"heartbeat":${began},"agents":{}}`);
  await utimes(records, began / 1000 + 0.25, began / 1000 + 0.25);
  expect(await tell({})).toContain('fleet_watchdog_last_tick_seconds{project="demo"} 0.25\n');
  await writeFile(records, "{}");
  expect(await tell({})).not.toContain("fleet_watchdog_last_tick_seconds");
});

it("writes it again and again where that is asked for", async () => {
  const { root, tell, phase } = await ownFleet();
  const file = path.join(root, "fleet.prom");
  await phase();
  const running = tell({ file, every: 1_000 });
  await until("it is there", async () => phasesIn(await readFile(file, "utf8").catch(() => "")) === "1");
  await phase();
  await until("it is renewed", async () => phasesIn(await readFile(file, "utf8")) === "2");
  void running;
});

describe("at a port", () => {
  /** Asks as a scraper does. */
  const ask = (url: string, headers: object = {}, method = "GET") =>
    new Promise<{ readonly status: number; readonly type: string; readonly body: string }>(
      (resolve, reject) => {
        const sent = request(url, { agent: false, method, headers: { ...headers } }, async (response) => {
          const type = response.headers["content-type"] ?? "";
          resolve({ status: response.statusCode ?? 0, type, body: await text(response) });
        });
        sent.on("error", reject).end();
      },
    );

  const listening = async (listen = "0") => {
    const fleet = await ownFleet();
    await fleet.phase();
    let said = "";
    const ended = fleet.tell({ listen }, (words) => {
      said += words;
    });
    const url = await until("it listens", async () => /http:\S+/.exec(said)?.[0]);
    return { ...fleet, url, ended };
  };

  it("answers on this machine, in the format that is understood, until it is told to end", async () => {
    const { url, phase, home, stop, ended } = await listening();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const first = await ask(url, { accept: "application/openmetrics-text;version=1.0.0,*/*;q=0.1" });
    expect([first.status, first.type, phasesIn(first.body), first.body.endsWith("# EOF\n")]).toEqual([
      200,
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      "1",
      true,
    ]);
    await phase();
    const old = await ask(url, { accept: "text/plain" });
    expect([old.type, phasesIn(old.body), old.body.includes("# EOF")]).toEqual([
      "text/plain; version=0.0.4; charset=utf-8",
      "2",
      false,
    ]);
    await writeFile(path.join(home, "broken"), "");
    const broken = (await ask(url)).body;
    expect(broken).toContain('fleet_project_answers{project="demo"} 0\n');
    expect(phasesIn(broken)).toBe("2");
    stop();
    await ended;
    await expect(ask(url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("answers nothing else, and nobody who asks by another name", async () => {
    const { url } = await listening();
    const at = (place: string) => new URL(place, url).href;
    expect((await ask(at("/"))).status).toBe(404);
    expect((await ask(url, {}, "POST")).status).toBe(405);
    expect((await ask(url, { host: "evil.example" })).status).toBe(403);
    expect((await ask(url, { host: "localhost:1" })).status).toBe(200);
  });

  it.each([
    ["0.0.0.0:0", "DENIED"],
    ["[::]:0", "DENIED"],
    ["192.0.2.1:0", "DENIED"],
    ["nonsense", "WRONG_USAGE"],
    ["127.0.0.1:99999", "WRONG_USAGE"],
  ])("refuses %s", async (listen, code) => {
    const { tell } = await ownFleet();
    await expect(tell({ listen })).rejects.toMatchObject({ code });
  });

  it("listens beyond this machine only where that is meant, and not where somebody does already", async () => {
    const { url } = await listening();
    const { tell } = await ownFleet();
    await expect(tell({ listen: new URL(url).port })).rejects.toMatchObject({ code: "BUSY" });
    let said = "";
    void tell({ listen: "0.0.0.0:0", exposed: true }, (words) => {
      said += words;
    });
    const open = await until("it listens", async () => /:(\d+)\/metrics/.exec(said)?.[1]);
    expect((await ask(`http://127.0.0.1:${open}/metrics`, { host: "any.example" })).status).toBe(200);
  });
});
