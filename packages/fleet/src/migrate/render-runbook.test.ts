import { describe, expect, it } from "vitest";
import { type Facts, renderRunbook, renderWayBack } from "./render-runbook.ts";

const FACTS: Facts = {
  name: "cc-ci",
  root: "/fleet",
  project: "projects/cc-ci",
  state: "projects/cc-ci/.ao-state",
  fleetFile: "fleet.toml",
  projects: 2,
  old: {
    folder: "/srv/it's here/plan",
    prefix: "cc-ci-",
    sessions: ["cc-ci-builder", "cc-ci-adv"],
    phaseFile: "/srv/logs/state/phase-idx",
    stop: null,
    start: null,
    status: null,
  },
  clones: [
    { folder: "clones/a", from: "/srv/a", url: "https://git.example/a.git", there: false },
    { folder: "clones/b", from: "/srv/b", url: null, there: false },
    { folder: "clones/c", from: "/srv/c", url: "x", there: true },
  ],
  secrets: [{ from: "/srv/.testenv", to: ".testenv" }],
  starts: [
    { agent: "orchestrator", word: "resumed" },
    { agent: "builder", word: "started" },
  ],
  phaseLine: "phase: poe2e [19/19] plan=p.md",
  carry: [
    { file: "/srv/logs/state/phase-idx", is: "17", should: "18" },
    { file: "/srv/logs/state/id", is: "same", should: "same" },
  ],
  lostPhase: null,
};

describe("a runbook", () => {
  const book = renderRunbook(FACTS);

  it("goes in the order that leaves no moment with two watchdogs", () => {
    const order = [
      "fleet fingerprint '/srv/it'\\''s here/plan' --json >",
      "tmux kill-session -t =cc-ci-watchdog",
      "for session in cc-ci-builder cc-ci-adv;",
      "fleet fingerprint --against",
      "--again",
      "fleet up cc-ci\n",
      "fleet parity cc-ci",
      "fleet handoff cc-ci replay",
      "## The way back",
      "fleet down cc-ci",
    ];
    let at = -1;
    for (const words of order) {
      const next = book.indexOf(words, at + 1);
      expect(next, words).toBeGreaterThan(at);
      at = next;
    }
  });

  it.each([
    [
      "a clone that is missing is made",
      "git clone --quiet https://git.example/a.git projects/cc-ci/clones/a",
    ],
    [
      "one whose origin nobody knows is for a person to make",
      "Clone what `/srv/b` is a clone of to `projects/cc-ci/clones/b`.",
    ],
    ["one that is there is brought up to date", "git -C projects/cc-ci/clones/c pull --quiet --ff-only"],
    ["a secret is copied by hand, with its mode", "cp -p /srv/.testenv projects/cc-ci/.testenv"],
    ["each agent's word stands there before it is started", "orchestrator  resumed\nbuilder       started\n"],
    ["the old phase is written only where it is another", "printf '%s\\n' 18 > /srv/logs/state/phase-idx"],
    ["what stands there already is only looked at", "cat /srv/logs/state/id"],
    [
      "an old set-up that nobody knows how to start is started as it always was",
      "5. Start the old one as it always was.",
    ],
  ])("%s", (_sentence, words) => {
    expect(book).toContain(words);
  });

  it("gives each command block balanced fences, and no command without a shell's quotes", () => {
    expect(book.match(/^```/gm)?.length ?? 1).toSatisfy((count: number) => count % 2 === 0);
    expect(book).not.toMatch(/^fleet .* \/srv\/it's/m);
  });
});

it("a way back from a phase that the old set-up does not have says what to do about it", () => {
  expect(renderWayBack({ ...FACTS, lostPhase: "new-one", carry: [] })).toContain(
    "The old agents.toml has no phase `new-one`: append it there first",
  );
});
