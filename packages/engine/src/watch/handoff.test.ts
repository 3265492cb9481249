import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Handoff } from "../project.ts";
import { type Commit, type Gain, kindOf, messagesFor } from "./handoff.ts";

const handoff: Handoff = {
  repo: "clones/builder",
  branch: "main",
  claim: "adversary",
  review: "builder",
  inbox: { "ADVERSARY-INBOX.md": "adversary", "BUILDER-INBOX.md": "builder" },
};
const shaOf = (index: number) => index.toString(16).padStart(7, "0").padEnd(40, "f");
const commitsOf = (...subjects: readonly string[]): readonly Commit[] =>
  subjects.map((subject, index) => ({ sha: shaOf(index + 1), subject }));
const gainOf = (more: Partial<Gain>): Gain => ({ commits: [], inbox: [], head: "e".repeat(40), ...more });
const said = (gain: Partial<Gain>) =>
  messagesFor(gainOf(gain), handoff, 3, 1_000).map(({ id, to, text }) => `${id} to ${to}: ${text}`);

describe("the subject of a commit", () => {
  it.each([
    ["claim(C1): all gates pass", "claim"],
    ["claim(wc1): done", "claim"],
    ["claim(): nothing in particular", "claim"],
    ["claim(a)", "claim"],
    ["claim(a) claim(b)", "claim"],
    ["claim(a): review(b) is answered", "claim"],
    ["claim(näher): ünïcode", "claim"],
    ["claim(", "claim"],
    ["review(C1): PASS", "review"],
    ["review(C1): FAIL, see REVIEW-1c.md", "review"],
    ["review(a): claim(a) does not hold", "review"],
    [" claim(C1): led by a blank", null],
    ["\tclaim(C1): led by a tab", null],
    ["Claim(C1): upper case", null],
    ["CLAIM(C1): all upper case", null],
    ["claim (C1): a blank before the parenthesis", null],
    ["claim: no parenthesis", null],
    ["claim[C1]: another bracket", null],
    ["claims(C1): another word", null],
    ["reclaim(C1): another word", null],
    ["reviewed(C1): another word", null],
    ['Revert "claim(C1): all gates pass"', null],
    ["fixup! claim(C1): all gates pass", null],
    ["squash! review(C1): PASS", null],
    ["docs: historical claim(C1) detail", null],
    ["Merge branch 'claim(C1)'", null],
    ["", null],
  ])("%j is of kind %s", (subject, kind) => {
    expect(kindOf(subject)).toBe(kind);
  });
});

describe("the messages for a gain", () => {
  it("are none for ordinary work", () => {
    expect(said({ commits: commitsOf("feat: a", "docs: b") })).toEqual([]);
  });

  it("go to who waits for them, each commit once", () => {
    expect(said({ commits: commitsOf("claim(a): x", "feat: b", "review(c): PASS", "claim(d): y") })).toEqual([
      "0000001 to adversary: New claim on origin/main. Pull and verify.",
      "0000004 to adversary: New claim on origin/main. Pull and verify.",
      "0000003 to builder: New review on origin/main. Pull and go on.",
    ]);
  });

  it("are five at most of one kind, and beyond that one with the count and the newest commit", () => {
    const claims = (count: number) =>
      commitsOf(...Array.from({ length: count }, (_, index) => `claim(${index}): x`));
    expect(said({ commits: claims(5) })).toHaveLength(5);
    expect(said({ commits: [...claims(6)] })).toEqual([
      "0000006 to adversary: 6 new claims on origin/main. Pull and verify.",
    ]);
    expect(said({ commits: claims(500) })).toHaveLength(1);
  });

  it("tell of inbox files that are declared, and of no others", () => {
    expect(said({ inbox: ["BUILDER-INBOX.md", "README.md", "ADVERSARY-INBOX.md"] })).toEqual([
      "eeeeeee-1 to builder: BUILDER-INBOX.md has news on origin/main. Pull and read it.",
      "eeeeeee-3 to adversary: ADVERSARY-INBOX.md has news on origin/main. Pull and read it.",
    ]);
  });

  it("do not take the name of a built-in for a declared file", () => {
    expect(said({ inbox: ["constructor", "toString", "__proto__"] })).toEqual([]);
  });

  it("belong to their turn and say what they are about", () => {
    expect(messagesFor(gainOf({ commits: commitsOf("claim(a): x") }), handoff, 3, 1_000)).toEqual([
      {
        id: "0000001",
        to: "adversary",
        at: 1_000,
        from: "handoff",
        turn: 3,
        sha: shaOf(1),
        text: "New claim on origin/main. Pull and verify.",
      },
    ]);
  });

  it("have the same ids whenever the same gain is read, and no id twice", () => {
    const kinds = fc.constantFrom("claim(x): y", "review(x): y", "feat: z");
    const names = fc.subarray(Object.keys(handoff.inbox));
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 20 }), names, (subjects, inbox) => {
        const gain = gainOf({ commits: commitsOf(...subjects), inbox });
        const ids = (at: number) => messagesFor(gain, handoff, 3, at).map(({ id }) => id);
        expect(ids(2)).toEqual(ids(1));
        expect(new Set(ids(1)).size).toBe(ids(1).length);
        for (const id of ids(1)) expect(id).toMatch(/^[\w-]{1,64}$/);
      }),
    );
  });

  it("never hold a word of a commit", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (evil) => {
        const texts = said({ commits: commitsOf(`claim(${evil}): ${evil}`, `review(${evil})`) });
        expect(texts).toEqual(said({ commits: commitsOf("claim(a)", "review(b)") }));
      }),
    );
  });
});
