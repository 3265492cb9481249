import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Answer, answerTo, type Case, CORPUS, casesOf, ROLES, type Verdict } from "./corpus.ts";

/** Each case is asked once, whoever wants to know. */
const asked = new Map<Case, Promise<Answer>>();
function answer(one: Case): Promise<Answer> {
  const known = asked.get(one) ?? answerTo(one);
  asked.set(one, known);
  return known;
}

/** An engine's own JSON names no second places. */
const withoutRelated = (verdict: Verdict) =>
  Array.isArray(verdict) ? verdict.map(({ related: _, ...problem }) => problem) : verdict;

for (const role of ROLES)
  describe(role, async () => {
    const cases = await casesOf(role);

    for (const one of cases)
      it(one.name, async () => {
        const { verdict, engine } = await answer(one);
        expect(verdict).toEqual(one.expect);
        if (engine !== null) expect(engine).toEqual(withoutRelated(verdict));
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
