import { createServer } from "node:net";
import { expect, it } from "vitest";
import { askOnce, reaches } from "../src/host/reach.ts";

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
