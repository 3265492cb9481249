import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { parseAgentsFile } from "../agents-file.ts";
import { AgentName, Alias, isRefName, ModelName, PhaseId, SessionPrefix, VariableName } from "./texts.ts";

const accepts = (rule: typeof AgentName) => (text: string) => rule.safeParse(text).success;
/** Texts that are close to a name, and any others. */
const nearly = fc.oneof(fc.stringMatching(/^[a-zA-Z0-9._:-]{0,45}$/), anyText());

describe("a name", () => {
  it.each([
    ["an agent", AgentName, /^[a-z0-9-]+$/],
    ["a session prefix", SessionPrefix, /^[a-z0-9-]+$/],
    ["a phase", PhaseId, /^[A-Za-z0-9._-]+$/],
    ["a model's alias", Alias, /^[a-z0-9._-]+$/],
    ["a model", ModelName, /^[A-Za-z0-9._:/@[\]-]+$/],
    ["a variable", VariableName, /^[A-Za-z0-9_]+$/],
  ])(
    "of %s never is an option, a path out, or anything that a shell or tmux would run",
    (_, rule, letters) => {
      fc.assert(
        fc.property(nearly, (text) => {
          if (!accepts(rule)(text)) return;
          expect(text).toMatch(letters);
          expect(text).not.toMatch(/^[-.]/);
        }),
        { numRuns: 2_000 },
      );
    },
  );

  it.each([
    ...[
      "",
      "-",
      "-rf",
      ".",
      "..",
      "a.b",
      "a:b",
      "a_b",
      "a b",
      "A",
      "ä",
      "a/b",
      "a\n",
      "*",
      "a*",
      "=a",
      "a=",
      "%1",
      "@1",
      "$1",
      "!",
      "{last}",
    ],
    ...[
      "#(id)",
      "#{pid}",
      "$(id)",
      "`id`",
      "a;b",
      "a\u0000",
      "a\u202eb",
      "a".repeat(33),
      "watchdog",
      "constructor",
      "ａ",
    ],
  ])("is not %j, for an agent", (text) => {
    expect(accepts(AgentName)(text)).toBe(false);
  });

  it.each(["a", "0", "7", "a-", "a--b", "assistant3", "a".repeat(32)])("is %j, for an agent", (text) => {
    expect(accepts(AgentName)(text)).toBe(true);
  });

  it.each(["1c", "1b", "2w", "3r", "poe2e", "dstamp", "porepo", "A.b_c-d", "a".repeat(40)])(
    "is %j, for a phase",
    (text) => {
      expect(accepts(PhaseId)(text)).toBe(true);
    },
  );

  it.each(["", ".", "..", ".hidden", "-x", "a/b", "a b", "a\n", "{role}", "a".repeat(41)])(
    "is not %j, for a phase",
    (text) => {
      expect(accepts(PhaseId)(text)).toBe(false);
    },
  );

  it("of a branch never is an option, and stays below refs/heads", () => {
    fc.assert(
      fc.property(fc.oneof(fc.stringMatching(/^[a-z./@{~^:-]{0,20}$/), anyText()), (text) => {
        if (isRefName(text)) expect(text).not.toMatch(/^-|\.\.|^\/|\s|[\p{Cc}~^:?*[\\]|@\{/u);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the sessions of a project", () => {
  const name = fc.constantFrom("a", "b", "c", "a-b", "0");
  const one = fc.record({ name, session: fc.option(name), service: fc.boolean() });
  const few = fc.uniqueArray(one, {
    selector: ({ name: own, service }) => `${service} ${own}`,
    minLength: 1,
    maxLength: 5,
  });

  it("are all different, as tmux tells them apart, whatever is called what", async () => {
    await fc.assert(
      fc.asyncProperty(few, fc.constantFrom("x-", "a", "x"), async (all, prefix) => {
        const tables = all.map(({ name: own, session, service }) =>
          [
            service ? `[services.${own}]\ncommand = ["x"]` : `[agents.${own}]\nkind = "persistent"`,
            ...(session === null ? [] : [`session = "${session}"`]),
          ].join("\n"),
        );
        const toml = `[defaults]\nsession_prefix = "${prefix}"\nlog_dir = "s"\n${tables.join("\n")}\n`;
        const parsed = await parseAgentsFile("agents.toml", new TextEncoder().encode(toml));
        const wished = all.map(({ name: own, session }) => prefix + (session ?? own));
        const names = new Set(all.map(({ name: own }) => own));
        const isClear = new Set(wished).size === all.length && names.size === all.length;
        const hasAgents = all.some(({ service }) => !service);
        expect([toml, parsed.ok]).toEqual([toml, isClear && hasAgents]);
        if (!parsed.ok) return;
        const sessions = parsed.value.agents.map(({ session }) => session);
        expect(sessions.toSorted()).toEqual(wished.toSorted());
        // tmux makes a "_" of each of these in the name of a session.
        expect(new Set(sessions.map((session) => session.replaceAll(/[.:]/g, "_"))).size).toBe(all.length);
      }),
      { numRuns: 500 },
    );
  });
});
