import { describe, expect, it } from "vitest";
import { NOW, read, second } from "../../test/scene.ts";
import { believe } from "./believe.ts";
import type { Mood, Reading } from "./sighting.ts";
import { NO_CLAIM, type Sign, type Signs, type Way } from "./sign.ts";
import type { Duration } from "./time.ts";

const BUSY = { mood: "busy" } as const;
const READY = { mood: "ready" } as const;
const ASKING = { mood: "asking", question: "May I?" } as const;
const LIMITED = { mood: "limited", until: null } as const;
const LIMITED_UNTIL = { mood: "limited", until: NOW + 60 * second } as const;
const FATAL = { mood: "fatal", error: "400" } as const;
const UNCLEAR = { mood: "unclear" } as const;

const said = (way: Way, mood: Mood, ago: Duration = 0): Signs => ({
  [way]: { ...NO_CLAIM, rule: "Stop", mood, way, at: NOW - ago } satisfies Sign,
});
const both = (event: Mood, eventAgo: Duration, status: Mood, statusAgo: Duration): Signs => ({
  ...said("event", event, eventAgo),
  ...said("status", status, statusAgo),
});
const of = (screen: Mood, signs: Signs, shownFor: Duration = 0) => {
  // A dialog stands where the box would be.
  const reading: Reading = read(screen, screen.mood === "asking" ? { draft: null } : {});
  return believe(reading, { mood: reading.mood, since: NOW - shownFor }, signs, NOW);
};

describe("of who says what an agent does", () => {
  it.each<[string, Mood, Signs, Duration, Mood["mood"]]>([
    ["the screen is believed when it is alone", BUSY, {}, 0, "busy"],
    ["the program is believed before its screen", READY, said("event", BUSY), 0, "busy"],
    ["what it said last counts", READY, both(BUSY, 5 * second, READY, second), 0, "ready"],
    ["an older status does not", READY, both(BUSY, second, READY, 5 * second), 0, "busy"],
    ["a dialog on the screen is believed", ASKING, said("event", BUSY), 0, "asking"],
    ["so it is when the program says that it rests", ASKING, said("event", READY), 0, "asking"],
    ["a dialog that only the program tells of is believed", READY, said("status", ASKING), 0, "asking"],
    [
      "a screen that nobody can read says nothing",
      UNCLEAR,
      said("event", READY, 3600 * second),
      3600 * second,
      "ready",
    ],
    ["a screen that has settled is right", READY, said("event", BUSY, 31 * second), 31 * second, "ready"],
    ["a screen that just changed is not", READY, said("event", BUSY, 31 * second), 5 * second, "busy"],
    ["an event that just came is believed", READY, said("event", BUSY, 5 * second), 31 * second, "busy"],
    ["idle after a limit is the limit", READY, both(LIMITED, second, READY, 0), 0, "limited"],
    ["idle after a fatal error is that", READY, both(FATAL, second, READY, 0), 0, "fatal"],
    [
      "idle for long after a limit is the limit",
      READY,
      both(LIMITED, 61 * second, READY, 60 * second),
      60 * second,
      "limited",
    ],
    ["idle is the limit that the screen shows", LIMITED, said("status", READY), 0, "limited"],
    [
      "trouble that is only quoted, after a turn that ended well, is none",
      LIMITED,
      both(READY, second, READY, 0),
      0,
      "ready",
    ],
    [
      "it is none either when it stands there for long",
      FATAL,
      said("event", READY, 61 * second),
      60 * second,
      "ready",
    ],
    ["busy again after a limit is busy", BUSY, both(LIMITED, second, BUSY, 0), 0, "busy"],
    ["a limit shown, but it is busy again", LIMITED, said("event", BUSY), 0, "busy"],
    ["the screen is believed where the program tells no more", BUSY, said("transcript", UNCLEAR), 0, "busy"],
    ["so is trouble on it", FATAL, said("transcript", UNCLEAR), 0, "fatal"],
  ])("%s", (_, screen, signs, shownFor, mood) => {
    expect(of(screen, signs, shownFor).mood.mood).toBe(mood);
  });

  it("an error that wants a person, above an empty box, may be an earlier run's", () => {
    const reading: Reading = { ...read(ASKING), draft: "" };
    const shown = { mood: reading.mood, since: NOW };
    expect(believe(reading, shown, said("transcript", READY), NOW).mood).toEqual(READY);
    expect(believe(reading, shown, said("status", READY), NOW).mood).toEqual(ASKING);
    expect(believe(reading, shown, said("event", BUSY), NOW).mood).toEqual(ASKING);
    expect(believe(reading, shown, {}, NOW).mood).toEqual(ASKING);
  });

  it("who knows until when is believed", () => {
    expect(of(LIMITED_UNTIL, said("event", LIMITED)).mood).toEqual(LIMITED_UNTIL);
    expect(of(LIMITED, said("event", LIMITED_UNTIL)).mood).toEqual(LIMITED_UNTIL);
  });

  it("the rule is named, and so is who says otherwise", () => {
    expect(of(READY, said("event", BUSY))).toEqual({
      mood: BUSY,
      rule: "event: Stop",
      dissent: "screen: box says ready",
    });
    expect(of(READY, said("event", READY))).toEqual({ mood: READY, rule: "event: Stop", dissent: null });
    expect(of(UNCLEAR, {})).toEqual({ mood: UNCLEAR, rule: "screen: no rule", dissent: null });
  });
});
