import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reading } from "../watch/sighting.ts";
import { BACKENDS } from "./index.ts";
import { type Captured, redact } from "./redact.ts";
import { viewOf } from "./view.ts";
import { isKnown } from "./vocabulary.ts";

const AT = Date.UTC(2026, 10, 21, 20, 0);
const NAMES = ["zoe", "Lovelace", "billing"];

/** Everything that was ever captured of them, with its title where it is known. */
function screensOf(cli: string): readonly (Captured & { readonly name: string })[] {
  const captured = path.join(import.meta.dirname, cli, "captured");
  const titles: Readonly<Record<string, { readonly title: string }>> = JSON.parse(
    readFileSync(path.join(captured, "screens.json"), "utf8"),
  );
  return [captured, path.join(import.meta.dirname, cli, "screens")].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(".txt"))
      .map((file) => ({
        name: `${cli} ${file}`,
        screen: readFileSync(path.join(folder, file), "utf8"),
        title: titles[file.replace(/\.ansi\.txt$/, "")]?.title ?? "",
      })),
  );
}

const backendOf = (cli: string) => {
  const backend = BACKENDS[cli];
  if (backend === undefined) throw new Error(`no backend is called ${cli}`);
  return backend;
};
const redacted = (cli: string, captured: Captured) => redact(captured, backendOf(cli), NAMES, AT);
const textOf = ({ screen, title }: Captured): string => viewOf(screen, title, AT).screen;

const WORD = /[\p{L}\p{N}]+/gu;
/** Moments and versions. */
const FIGURES = /\d{4}-\d\d-\d\dT[\d:]+Z|\bv?\d+\.\d+\.\d+\b/g;
/** Words that rules go by. */
const TOLD =
  /esc to interrupt|Do you want to proceed|API Error|usage limit|Action Required|\d+\. (?:Yes|No)\b/g;

describe.each(["claude", "codex"])("what is told to others of the screens of %s", (cli) => {
  const screens = screensOf(cli);

  it.each(screens)("is read the same: $name", (captured) => {
    const told = redacted(cli, captured);
    const before = backendOf(cli).read(viewOf(captured.screen, captured.title, AT));
    expect(told?.reading.mood).toBe(before.mood);
    expect(told?.reading.rule).toBe(before.rule);
    if (told === null) return;
    const [was, is] = [textOf(captured), textOf(told)];
    expect(is.length).toBe(was.length);
    expect(is.replaceAll(/[\p{L}\p{N}口]/gu, "x")).toBe(was.replaceAll(/[\p{L}\p{N}]/gu, "x"));
    expect(is.match(TOLD)).toEqual(was.match(TOLD));
  });

  it("has no word that is none of a program's, but where no rule knows the screen", () => {
    const strange = screens
      .map((one) => redacted(cli, one))
      .filter((told) => told !== null && told.reading.mood !== "unclear")
      .flatMap((told) => (told === null ? [] : (textOf(told).replaceAll(FIGURES, "").match(WORD) ?? [])))
      .filter((word) => !isKnown(word) && !/^[xX0]+$/.test(word));
    expect([...new Set(strange)].sort()).toEqual([]);
  });
});

/** Of Claude Code, with words of somebody's in the places where there are any. */
const screenWith = (said: string, draft = "", footer = ""): string =>
  [`● ${said}`, "", "─".repeat(60), `❯ ${draft}`, "─".repeat(60), `  ? for shortcuts  ${footer}`, ""].join(
    "\n",
  );
const box = (reading: Reading) => [reading.mood, reading.rule, reading.draft === ""];

it.each([
  ["a home", "see /home/zoe/code/acme.ts and ~/notes"],
  ["a path from here", "it is in packages/acme/zebra.ts"],
  ["a name", "hello Zoe, LOVELACE here"],
  ["a mail address", "write to zoe@acme.org or a@b.me"],
  ["an address", "http://acme.example:8080/now, 10.20.30.40 answers"],
  ["a key", "sk-ant-abcdefghijklmnop ghp_zebrazebra AKIAZEBRA42ZEBRA42 eyJhbGciOiJzebra"],
  ["an assignment", "PASSWORD=zebra token:zebra"],
  ["an id", "5f0c6f3e-9b1d-4c1e-8a52-0f5c3d1e7b90 deadbeef01 1234567890"],
  ["what was said", "the zebra invoice of acme is late"],
  ["what was said in another script", "счёт за зебру 斑馬發票"],
])("covers %s, wherever it stands", (_, words) => {
  const screen = screenWith(words, words, words);
  const told = redacted("claude", { screen, title: `✳ ${words}` });
  expect(told && box(told.reading)).toEqual(["ready", "box", false]);
  const shown = new Set(`${told?.screen} ${told?.title}`.match(WORD));
  const leaks = words.match(WORD)?.filter((word) => !isKnown(word) && shown.has(word));
  expect(leaks).toEqual([]);
  // A screen that no rule knows keeps plain words at its end, and none of these.
  const unknown = redacted("claude", { screen: `${words}\nAcknowledge the new terms\n`, title: "" });
  expect(unknown?.reading.mood).toBe("unclear");
  expect(unknown?.screen).toContain("Acknowledge the new terms");
  const secrets =
    /zoe|lovelace|\/home|acme\.|zebra\.|@\w*[^x@\s.]\w*\.|sk-ant|ghp|AKIA|eyJ|=zebra|:zebra|5f0c|deadbeef|123456|10\.20/i;
  expect(unknown?.screen).not.toMatch(secrets);
});

it("covers a draft also on a screen that no rule knows", () => {
  const screen = "│ some new frame │\n❯ tell nobody of the zebra\n  Acknowledge\n❯ 1. Acknowledge it\n";
  const told = redacted("claude", { screen, title: "" });
  expect(told?.screen).toBe(
    "│ some new frame │\n❯ xxxx xxxxxx xx xxx xxxxx\n  Acknowledge\n❯ 1. Acknowledge it\n",
  );
});

it("keeps the colours, letter by letter, and not where links lead to", () => {
  const [red, plain] = ["\u001b[31m", "\u001b[39m"];
  const link = "\u001b]8;;file:///home/zoe\u001b\\zebra\u001b]8;;\u001b\\";
  const screen = screenWith(`${red}ze${plain}bra ${link} wait`);
  expect(redacted("claude", { screen, title: "" })?.screen).toContain(`${red}xx${plain}xxx xxxxx wait`);
});

it("keeps a declared wait and until when a limit holds", () => {
  const waits = redacted("claude", { screen: screenWith("WAITING-UNTIL: 2026-11-21T20:30:00Z"), title: "" });
  expect(waits?.reading.final).toBe("WAITING-UNTIL: 2026-11-21T20:30:00Z");
  const limit = "You've hit your 5-hour limit · resets 5:33am (UTC)";
  const limited = screenWith(`Hello zebra\n  ⎿  ${limit}`);
  const before = backendOf("claude").read(viewOf(limited, "", AT));
  expect(before).toMatchObject({ mood: "limited", until: expect.any(Number) });
  expect(redacted("claude", { screen: limited, title: "" })?.reading).toEqual(before);
});

it("refuses what reads otherwise without its names", () => {
  const asks = { read: ({ title }: { title: string }): Reading => ({ ...NOTHING, rule: title }) };
  expect(redact({ screen: "", title: "zoe" }, asks, NAMES, AT)).toBeNull();
});

const NOTHING = { mood: "unclear", draft: null, final: null, running: null } as const;

it("lets no word of anybody's through, whatever is said", () => {
  const line = fc
    .string({ unit: "grapheme", maxLength: 60 })
    .map((text) => text.replaceAll(/\p{C}|\n/gu, " "));
  fc.assert(
    fc.property(line, (said) => {
      const told = redacted("claude", { screen: screenWith(said), title: "" });
      const words = told === null ? [] : (textOf(told).match(/[\p{L}\p{N}]+/gu) ?? []);
      expect(words.filter((word) => !isKnown(word) && !/^[xX0口𠀀𝐱]+$/u.test(word))).toEqual([]);
    }),
  );
});
