import { describe, expect, it } from "vitest";
import { type FoundFleet, inStartOrder, pickProjects } from "./find.ts";
import { parseFleetFile } from "./fleet-file.ts";

async function fleetOf(
  ...projects: readonly (readonly [name: string, ...after: string[]])[]
): Promise<FoundFleet> {
  const text = projects.map(
    ([name, ...after]) =>
      `[[project]]\nname = "${name}"\npath = "${name}"\nafter = ${JSON.stringify(after)}\n`,
  );
  const parsed = await parseFleetFile("fleet.toml", new TextEncoder().encode(text.join("\n")));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { root: "/srv/fleet", file: "fleet.toml", fleet: parsed.value };
}

describe("the order of starting", () => {
  it.each([
    ["is the file's when nobody waits for anybody", [["b"], ["a"]], ["b", "a"]],
    ["puts first what others come after", [["web", "db"], ["db"]], ["db", "web"]],
    ["goes through a chain", [["c", "b"], ["b", "a"], ["a"]], ["a", "b", "c"]],
    ["names each once", [["c", "a", "b"], ["b", "a"], ["a"]], ["a", "b", "c"]],
  ] as const)("%s", async (_sentence, projects, expected) => {
    const { fleet } = await fleetOf(...projects);
    expect(inStartOrder(fleet.projects).map(({ name }) => name)).toEqual(expected);
  });

  it("leaves out what was not chosen", async () => {
    const { fleet } = await fleetOf(["web", "db"], ["db"]);
    expect(inStartOrder(fleet.projects.slice(0, 1)).map(({ name }) => name)).toEqual(["web"]);
  });
});

describe("picking projects", () => {
  it("takes each name once, in the order of the line", async () => {
    const found = await fleetOf(["a"], ["b"]);
    expect(pickProjects(found, ["b", "a", "b"]).map(({ name }) => name)).toEqual(["b", "a"]);
  });

  it("asks back for a name that is nearly one", async () => {
    const found = await fleetOf(["web"], ["db"]);
    expect(() => pickProjects(found, ["wbe"])).toThrow(
      expect.objectContaining({
        code: "UNKNOWN_NAME",
        message: 'fleet.toml has no project "wbe"',
        hint: "did you mean `web`?",
      }),
    );
  });
});
