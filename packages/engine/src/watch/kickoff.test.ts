import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { renderKickoff, renderTemplate, type Slots } from "./kickoff.ts";

const slots: Slots = {
  phase_id: "1c",
  plan: "plan-phase-1c.md",
  status: "machine-docs/STATUS-1c.md",
  role: "builder",
};
const doubled = (text: string) => text.replaceAll("{", "{{").replaceAll("}", "}}");

describe("a template", () => {
  it.each([
    ["phase {phase_id}: {plan}", "phase 1c: plan-phase-1c.md"],
    ["{status} {role} {role}", "machine-docs/STATUS-1c.md builder builder"],
    ["plans/{plan}", "plans/plan-phase-1c.md"],
    ['{{"json": "{phase_id}"}}', '{"json": "1c"}'],
    ["{{phase_id}}", "{phase_id}"],
    ["{{{phase_id}}}", "{1c}"],
    ["{{{{", "{{"],
    ["}}}}", "}}"],
    ["{", "{"],
    ["}", "}"],
    ["{}", "{}"],
    ["{unknown}", "{unknown}"],
    ["{constructor} {__proto__} {toString}", "{constructor} {__proto__} {toString}"],
    ["{ phase_id }", "{ phase_id }"],
    ["{Phase_id}", "{Phase_id}"],
    ["{phase_id} $& $1 $$", "1c $& $1 $$"],
    ["", ""],
  ])("%j becomes %j", (template, expected) => {
    expect(renderTemplate(template, slots)).toBe(expected);
  });

  it.each(["{role}", "{{role}}", "$&", "$1", "{phase_id}{plan}"])(
    "with a plan called %j is not rendered again",
    (plan) => {
      expect(renderTemplate("[{plan}]", { ...slots, plan })).toBe(`[${plan}]`);
    },
  );

  it("keeps what was escaped, whatever it is", () => {
    const text = fc.oneof(
      anyText(),
      fc.stringMatching(/^[{}a_]{0,20}$/),
      fc.stringMatching(/^(\{(plan|role)\}|[{}])*$/),
    );
    fc.assert(
      fc.property(text, (x) => {
        expect(renderTemplate(doubled(x), slots)).toBe(x);
      }),
      { numRuns: 3_000 },
    );
  });

  it("puts each value in to the byte", () => {
    fc.assert(
      fc.property(anyText(), (plan) => {
        expect(renderTemplate("<{plan}>", { ...slots, plan })).toBe(`<${plan}>`);
      }),
    );
  });
});

describe("a kickoff", () => {
  it.each([
    ["puts the role behind the template", "phase {phase_id}\n", "You build.\n", "phase 1c\nYou build.\n"],
    ["ends the template's last line", "phase {phase_id}", "You build.\n", "phase 1c\nYou build.\n"],
    ["keeps carriage returns", "a\r\n", "b\r\n", "a\r\nb\r\n"],
    ["adds nothing to the role", "a\n", "b", "a\nb"],
    ["does not render the role", "a\n", '{"plan": "{plan}"}', 'a\n{"plan": "{plan}"}'],
    ["of an empty template is the role", "", "b", "b"],
    ["of an empty role is the template", "a\n", "", "a\n"],
  ])("%s", (_, template, role, expected) => {
    expect(renderKickoff(template, slots, role)).toBe(expected);
  });
});
