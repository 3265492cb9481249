import type { JournalEntry } from "@fleet/engine";
import { describe, expect, it } from "vitest";
import { FRESH_STORY, hear, heed, type Story, tellNow } from "./story.ts";

/*
 * A story is told as a list of what happens at which second; what comes of it
 * is a line for each notice, with the second at which it is told.
 */

type Event =
  | readonly [second: number, agent: string, is: string, more?: object]
  | readonly [second: number, entry: { readonly what: string; readonly [more: string]: unknown }]
  | readonly [second: number, watchdog: "lost" | "there"];

const START = 1_790_000_000_000;

function tell(events: readonly Event[], seconds = 600): readonly string[] {
  let story: Story = { ...FRESH_STORY, watched: true };
  const told: string[] = [];
  for (let second = 0; second <= seconds; second++) {
    const now = START + second * 1000;
    for (const event of events.filter(([at]) => at === second)) {
      const [, what, is, more] = event;
      if (what === "lost") story = heed(story, { how: "gone", text: "nobody watches it" }, now);
      else if (what === "there") story = heed(story, null, now);
      else {
        const entry =
          typeof what === "string"
            ? { agent: what, what: "decided", is, does: [], ...more }
            : { agent: null, ...what };
        story = hear(story, { at: now, ...entry } as JournalEntry);
      }
    }
    const { notices, story: after } = tellNow("demo", story, now);
    // What was crashed in the midst is told once more, under the same name.
    expect(tellNow("demo", story, now).notices).toEqual(notices);
    story = after;
    for (const { event, agent, text } of notices) told.push(`${second} ${event} ${agent ?? "-"}: ${text}`);
  }
  return told;
}

const ASKS = { question: "Trust this folder?" };

const ROWS: readonly (readonly [sentence: string, events: readonly Event[], told: readonly string[]])[] = [
  [
    "an agent that asks is told once, however long it asks",
    [
      [10, "builder", "asking", ASKS],
      [300, "builder", "asking", ASKS],
    ],
    ["15 needs-human builder: asks: Trust this folder?"],
  ],
  [
    "one that asks for a moment is not told",
    [
      [10, "builder", "asking", ASKS],
      [13, "builder", "working"],
    ],
    [],
  ],
  [
    "when it works again that is told, when it has worked for a while",
    [
      [10, "builder", "asking", ASKS],
      [100, "builder", "working"],
    ],
    [
      "15 needs-human builder: asks: Trust this folder?",
      "130 recovered builder: goes on after 90 s; before: asks: Trust this folder?",
    ],
  ],
  [
    "who asks the same again in between has never stopped asking",
    [
      [10, "b", "asking", ASKS],
      [100, "b", "working"],
      [110, "b", "asking", ASKS],
      [400, "b", "ready"],
    ],
    [
      "15 needs-human b: asks: Trust this folder?",
      "430 recovered b: goes on after 7 min; before: asks: Trust this folder?",
    ],
  ],
  [
    "another question is another notice, one that only counts on is not, and nothing is over with it",
    [
      [10, "b", "asking", { question: "Retry in 9 s?" }],
      [20, "b", "asking", { question: "Retry in 8 s?" }],
      [100, "b", "asking", { question: "Delete it?" }],
    ],
    ["15 needs-human b: asks: Retry in 9 s?", "105 needs-human b: asks: Delete it?"],
  ],
  [
    "an agent that was given up is told once, and that it is back when it is",
    [
      [10, "b", "crash-looping", { because: "5 starts in 30 minutes" }],
      [11, "b", "failed", { because: "5 starts in 30 minutes" }],
      [200, "b", "missing"],
      [201, "b", "starting"],
      [260, "b", "ready"],
    ],
    [
      "15 failed b: FAILED: 5 starts in 30 minutes",
      "290 recovered b: goes on after 4 min; before: FAILED: 5 starts in 30 minutes",
    ],
  ],
  [
    "a limit is told with its end, and is over when it works again",
    [
      [10, "b", "limited", { until: START + 3_600_000, over: false }],
      [100, "b", "limited", { until: START + 3_600_000, over: true }],
      [110, "b", "working"],
    ],
    [
      "15 limit b: is at a usage limit until 2026-09-21 15:13 UTC",
      "140 recovered b: goes on after 100 s; before: is at a usage limit until 2026-09-21 15:13 UTC",
    ],
  ],
  [
    "who is taken down is not well again, and not told",
    [
      [10, "b", "failed", { because: "x" }],
      [100, "b", "down"],
      [200, "b", "working"],
    ],
    ["15 failed b: FAILED: x"],
  ],
  [
    "a restart between a question and the next word is not the end of it",
    [
      [10, "b", "asking", ASKS],
      [60, "b", "stopping"],
      [70, "b", "starting"],
      [80, "b", "asking", ASKS],
    ],
    ["15 needs-human b: asks: Trust this folder?"],
  ],
  [
    "phases are told at once",
    [
      [10, { what: "phase-done", phase: "one" }],
      [20, { what: "sequence-complete", phases: 3 }],
    ],
    ["10 phase-done -: phase one is done", "20 sequence-complete -: all 3 phases are done"],
  ],
  [
    "a watchdog that is away for long is told, and that it is back",
    [
      [10, "lost"],
      [40, "lost"],
      [100, "there"],
    ],
    [
      "25 watchdog-lost -: nobody watches it",
      "130 recovered -: is watched again after 90 s; before: nobody watches it",
    ],
  ],
  [
    "one that its keeper starts again is not",
    [
      [10, "lost"],
      [12, "there"],
    ],
    [],
  ],
  [
    "one that dies again and again is told once",
    [
      [10, "lost"],
      [12, "there"],
      [20, "lost"],
      [22, "there"],
      [30, "lost"],
      [200, "lost"],
    ],
    ["30 watchdog-lost -: nobody watches it"],
  ],
  [
    "one that was taken down is no loss",
    [
      [10, { what: "watchdog-ended", because: "off" }],
      [11, "lost"],
    ],
    [],
  ],
  [
    "one that has done its work is none either",
    [
      [10, { what: "watchdog-ended", because: "complete" }],
      [11, "lost"],
    ],
    [],
  ],
  [
    "one that was interrupted and does not come back is",
    [
      [10, { what: "watchdog-ended", because: "interrupted" }],
      [11, "lost"],
    ],
    ["26 watchdog-lost -: nobody watches it"],
  ],
  [
    "what an agent shows becomes one line without anything that a terminal obeys",
    [[10, "b", "asking", { question: "Trust\u001b[2J\nthis?" }]],
    ["15 needs-human b: asks: Trust\\u{1b}[2J this?"],
  ],
  [
    "what a newer engine says in words that nobody knows is passed over",
    [
      [10, "b", "dreaming"],
      [20, { what: "decided" }],
    ],
    [],
  ],
];

describe("what is told of a project", () => {
  it.each(ROWS)("%s", (_, events, told) => {
    expect(tell(events)).toEqual(told);
  });

  it("is nothing of what is older than a day", () => {
    const old = hear(FRESH_STORY, { at: START, agent: null, what: "phase-done", phase: "one" });
    expect(tellNow("demo", old, START + 24 * 3_600_000).notices).toEqual([]);
    expect(tellNow("demo", old, START + 23 * 3_600_000).notices).toHaveLength(1);
  });
});
