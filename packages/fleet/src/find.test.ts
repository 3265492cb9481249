import { describe, expect, it } from "vitest";
import { type FoundFleet, pickProjects, projectsTagged } from "./find.ts";
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

describe("projects by their tags", () => {
  const tagged = async () => {
    const { fleet, ...found } = await fleetOf(["a"], ["b"], ["c"]);
    const tags: Readonly<Record<string, readonly string[]>> = { a: ["ci"], b: ["ci", "night"], c: [] };
    return {
      ...found,
      fleet: { ...fleet, projects: fleet.projects.map((one) => ({ ...one, tags: tags[one.name] ?? [] })) },
    };
  };

  it("have one of those that were named, in the file's order", async () => {
    expect(projectsTagged(await tagged(), ["night", "ci"]).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("must have it: a tag that nobody has is a mistake, and not an empty choice", async () => {
    const found = await tagged();
    expect(() => projectsTagged(found, ["ci", "nihgt"])).toThrow(
      expect.objectContaining({ code: "UNKNOWN_NAME", hint: "did you mean `night`?" }),
    );
  });
});
