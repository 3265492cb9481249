import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { parseFleetFile } from "../fleet-file.ts";
import { receiversOf, refuseAddress } from "./notify.ts";

const EVERY_KEY = path.join(import.meta.dirname, "../../test/corpus/fleet/OK-12-every-key/fleet.toml");

it("reads the same receivers with and without places", async () => {
  const bytes = await readFile(EVERY_KEY);
  const [strict, quick] = await Promise.all([
    parseFleetFile("fleet.toml", bytes),
    parseFleetFile("fleet.toml", bytes, { strict: false }),
  ]);
  if (!strict.ok || !quick.ok) throw new Error("it has problems");
  expect(quick.value.receivers).toEqual(strict.value.receivers);
  expect(strict.value.receivers.map(({ name, way }) => [name, way])).toEqual([
    ["log", { by: "command", argv: ["bin/tell", "--all"] }],
    ["ops", { by: "webhook", url: "https://example.org/hook", secret: "file:../ops.secret" }],
    ["chat", { by: "webhook", url: "env:CHAT_HOOK", secret: null }],
    ["phone", { by: "ntfy", url: "https://ntfy.sh/fleet-7f3a", token: "env:NTFY_TOKEN", priority: "high" }],
    ["screen", { by: "desktop" }],
  ]);
});

it("fills in what is not said", () => {
  expect(receiversOf({ notify: { a: { desktop: true, quiet_hours: "22:30-07:05" } } })).toEqual([
    {
      name: "a",
      way: { by: "desktop" },
      events: new Set(["needs-human", "failed", "limit", "watchdog-lost", "sequence-complete"]),
      minInterval: 60_000,
      quiet: { from: 22 * 60 + 30, to: 7 * 60 + 5, timeZone: null },
      urgent: new Set(),
      timeout: 15_000,
    },
  ]);
});

it("leaves out a receiver with anything wrong, and keeps the others", () => {
  const notify = { a: { desktop: true, timeout: "soon" }, b: { desktop: true }, c: {}, D: { desktop: true } };
  expect(receiversOf({ notify }).map(({ name }) => name)).toEqual(["b"]);
  for (const raw of [null, {}, { notify: [] }, { notify: { a: 7 } }]) expect(receiversOf(raw)).toEqual([]);
});

it.each([
  ["https://example.org/hook", "webhook", true],
  ["http://127.0.0.1:8080/", "webhook", true],
  ["file:~/hook.url", "webhook", true],
  ["javascript:alert(1)", "webhook", false],
  ["file:", "webhook", false],
  ["env:NO-NAME", "webhook", false],
  ["https://ntfy.sh/topic", "ntfy", true],
  ["https://ntfy.example.org/under/topic?x=1", "ntfy", true],
  ["https://ntfy.sh/", "ntfy", false],
  ["https://ntfy.sh/a b", "ntfy", false],
] as const)("takes or refuses the address %s of a %s", (text, of, taken) => {
  expect(refuseAddress(text, of) === null).toBe(taken);
});
