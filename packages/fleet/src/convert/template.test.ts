import { describe, expect, it } from "vitest";
import { deriveTemplate } from "./template.ts";

const FILLED = { phase_id: "2w", plan: "plan-2w.md", status: "docs/STATUS-2w.md" };
const recorded = (head: string, role: string) => ({
  text: `${head}# ${role}\n`,
  role,
  roleText: `# ${role}\n`,
});

describe("a template found again from kickoffs", () => {
  it.each([
    [
      "has slots for the phase's own words",
      "2w: plan-2w.md, docs/STATUS-2w.md, REVIEW-2w.md\n",
      "{phase_id}: {plan}, {status}, REVIEW-{phase_id}.md\n",
    ],
    ["has none inside of other words", "22w 2w2 2w\n", "22w 2w2 {phase_id}\n"],
    ["has its braces doubled", '{"phase": "2w"}\n', '{{"phase": "{phase_id}"}}\n'],
  ])("%s", (_sentence, head, template) => {
    expect(deriveTemplate([recorded(head, "builder")], FILLED)).toBe(template);
  });

  it("has a slot for the role only where both kickoffs differ", () => {
    const builder = recorded(
      "2w: You are the builder; claim( pings the adversary, review( the builder.\n",
      "builder",
    );
    const other = recorded(
      "2w: You are the adversary; claim( pings the adversary, review( the builder.\n",
      "adversary",
    );
    expect(deriveTemplate([builder, other], FILLED)).toBe(
      "{phase_id}: You are the {role}; claim( pings the adversary, review( the builder.\n",
    );
  });

  it.each([
    [
      "the kickoffs differ in more than the role",
      [recorded("2w A builder.\n", "builder"), recorded("2w B adversary.\n", "adversary")],
    ],
    ["one does not end with its role file", [{ ...recorded("2w\n", "builder"), roleText: "other" }]],
    ["there is none", []],
    ["they are of another phase", [recorded("1c: plan-1c.md\n", "builder")]],
    ["the role file would begin in the midst of a line", [recorded("2w", "builder")]],
  ])("is none where %s", (_sentence, kickoffs) => {
    expect(deriveTemplate(kickoffs, FILLED)).toBeNull();
  });
});
