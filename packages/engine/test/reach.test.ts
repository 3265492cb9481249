import { createServer } from "node:net";
import { expect, it } from "vitest";
import { systemDisk } from "../src/host/disk.ts";
import { askOnce, reaches } from "../src/host/reach.ts";
import { readSite } from "../src/host/site.ts";
import { lackOf } from "../src/host/starting.ts";
import { agentsToml, ownProject } from "./real.ts";

/** Takes connections at a port of the system's choice, and says nothing. */
async function ownServer() {
  const server = createServer();
  const end = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  return { url: `http://127.0.0.1:${port}/any?where`, end };
}

it("says whether a server takes connections, and no longer after it has ended", async () => {
  const server = await ownServer();
  expect(await reaches(server.url)).toBe(true);
  expect(await reaches(server.url.replace("http:", "https:"))).toBe(true);
  await server.end();
  expect(await reaches(server.url)).toBe(false);
});

it("waits no longer than it may for an address that swallows what is sent to it", async () => {
  // Reserved for documentation: nobody answers there.
  expect(await reaches("http://192.0.2.1:4096", 100)).toBe(false);
});

it("asks one server once, however many depend on it", async () => {
  const asked: string[] = [];
  const ask = askOnce(async (url) => asked.push(url) > 0);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, nth) => ask(`http://server-${nth % 2}`)));
  expect([new Set(answers), asked]).toEqual([new Set([true]), ["http://server-0", "http://server-1"]]);
});

it("holds the agents of a shared server that does not answer, and those of one that this engine can't attach to", async () => {
  const server = await ownServer();
  const { origin } = new URL(server.url);
  const project = await ownProject(
    agentsToml(
      `[backends.opencode]\nserver = "${origin}"\n[agents.ada]\nkind = "persistent"\nbackend = "opencode"\n`,
    ),
  );
  const site = await readSite(project.config);
  const lack = async () => {
    const [ada] = site.project.agents;
    return ada && (await lackOf(site, ada, systemDisk, reaches));
  };
  expect(await lack()).toMatch("can't attach to a shared server yet");
  await server.end();
  expect(await lack()).toBe(`its server ${origin} does not answer`);
});
