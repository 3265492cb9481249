import { expect, it } from "vitest";
import { parseUnit } from "./unit.ts";

const file = "/srv/shop/agents.toml";
const good = { schema: 1, file, scope: "user", unit: "fleet-project@shop.service" };

it("is the unit that the fleet has named", () => {
  expect(parseUnit(JSON.stringify(good), file)).toEqual({
    scope: "user",
    unit: "fleet-project@shop.service",
  });
});

it.each<[string, string]>([
  [
    "of another project, which was copied with all it had",
    JSON.stringify({ ...good, file: "/srv/old/agents.toml" }),
  ],
  ["of a later shape", JSON.stringify({ ...good, schema: 2 })],
  ["that is an option", JSON.stringify({ ...good, unit: "--now.service" })],
  ["that is more than a name", JSON.stringify({ ...good, unit: "a b.service" })],
  ["of nobody's systemd", JSON.stringify({ ...good, scope: "global" })],
  ["that is cut short", '{"schema":1'],
  ["that is null", "null"],
  ["that is not there", ""],
])("is none %s", (_, text) => {
  expect(parseUnit(text, file)).toBeNull();
});
