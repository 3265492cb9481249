import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { checkFleet } from "../src/check-fleet.ts";
import { type Answer, answerTo, type Case, CORPUS, casesOf, ROLES, type Verdict } from "./corpus.ts";
import { ownDirectory } from "./own.ts";
import { dice, mutate } from "./slips.ts";

/** Each case is asked once, whoever wants to know. */
const asked = new Map<Case, Promise<Answer>>();
function answer(one: Case): Promise<Answer> {
  const known = asked.get(one) ?? answerTo(one);
  asked.set(one, known);
  return known;
}

/** A project's own engine knows nothing of the fleet, and so not where that names the project. */
const alone = (verdict: Verdict) =>
  Array.isArray(verdict)
    ? verdict.map(({ related = [], ...problem }) => {
        const inside = related.filter((place: string) => !place.startsWith("the project is here"));
        return inside.length === 0 ? problem : { ...problem, related: inside };
      })
    : verdict;

for (const role of ROLES)
  describe(role, async () => {
    const cases = await casesOf(role);

    for (const one of cases)
      it(one.name, async () => {
        const { verdict, engine } = await answer(one);
        expect(verdict).toEqual(one.expect);
        if (engine !== null) expect(engine).toEqual(alone(verdict));
      });

    it("is shown as somebody has read and approved it", async () => {
      const pages: string[] = [];
      for (const one of cases) {
        const { rendered } = await answer(one);
        if (rendered !== "") pages.push(`${one.name}\n\n${rendered}`);
      }
      const file = path.join(CORPUS, "rendered", `${role.replaceAll(" ", "-")}.txt`);
      await expect(pages.join(`\n${"─".repeat(72)}\n\n`)).toMatchFileSnapshot(file);
    });
  });

it("has an answer to whatever slips are in a fleet and in its projects, and leaves them as they are", async () => {
  const root = await ownDirectory();
  await cp(path.join(CORPUS, "ground/fleet"), root, { recursive: true });
  const fleet = await readFile(path.join(CORPUS, "fleet/OK-12-every-key/fleet.toml"));
  const project = await readFile(path.join(CORPUS, "agents/OK-12-every-key/agents.toml"));
  for (let seed = 0; seed < 100; seed++) {
    const roll = dice(seed);
    const files = { "fleet.toml": mutate(fleet, roll), "a/agents.toml": mutate(project, roll) };
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(root, name), bytes);
    const { problems } = await checkFleet(root);
    expect(problems.length, `seed ${seed}`).toBeGreaterThan(0);
    expect((await readdir(root, { recursive: true })).length).toBe(7);
  }
});
