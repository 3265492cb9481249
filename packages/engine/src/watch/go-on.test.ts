import { describe, expect, it } from "vitest";
import {
  agentOf,
  alive,
  dead,
  gone,
  LOOP,
  messageOf,
  minute,
  NOW,
  PERSISTENT,
  policy,
  read,
  running,
  scene,
  second,
} from "../../test/scene.ts";
import { evolve } from "./evolve.ts";
import { GO_ON } from "./go-on.ts";
import type { Happening } from "./happening.ts";
import { tag } from "./message.ts";
import { type AgentRecord, shift } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Sighting } from "./sighting.ts";
import { NO_CLAIM, type Sign } from "./sign.ts";
import { think } from "./think.ts";
import type { Duration, Instant } from "./time.ts";

const RESET = NOW + 60 * minute;
const DUE = RESET + policy.stall_grace;
const limit = (until: number | null = RESET) => read({ mood: "limited", until });
const LIMITED = alive(limit());
const BUSY = alive(read({ mood: "busy" }), { digest: "d-2" });
const READY = alive(read({ mood: "ready" }));

/** An agent over time: what is to be done about it is done, and only that is. */
function story(more: Partial<Scene> = {}) {
  let record: AgentRecord = more.record ?? running(minute);
  let now: Instant = NOW;
  let box = "";
  const said: string[] = [];
  const did: string[] = [];
  const happened = (happening: Record<string, unknown> & { what: Happening["what"] }) => {
    record = evolve(record, { at: now, ...happening } as Happening);
  };
  return {
    get record() {
      return record;
    },
    said,
    did,
    happened,
    shift(by: Duration) {
      record = shift(record, by, now);
    },
    /** Looks at it, so long after the beginning, as often as there is something to do. `crash`: nobody notes that Enter was pressed. */
    look(
      at: Instant,
      shown: Sighting,
      { signs = [] as readonly Sign[], crash = false, ...now2 }: Looked = {},
    ) {
      now = at;
      for (let turn = 0; turn < 20; turn++, now += 200) {
        const sighting =
          shown.pane === "alive" && shown.reading.draft !== null
            ? { ...shown, reading: { ...shown.reading, draft: box } }
            : shown;
        const waits = said.some((words) => words.includes(more.message?.id ?? "none")) ? null : more.message;
        const message = box === "" ? (waits ?? null) : (more.message ?? null);
        const given = { agent: PERSISTENT, ...more, ...now2, message, record, sighting, signs };
        const thought = think(scene(given), now);
        record = thought.record;
        const [action] = thought.actions;
        if (action === undefined) return thought.assessment.is;
        did.push(action.do);
        if (action.do === "type") {
          happened({ what: "typing", message: action.message.id });
          box = `${tag(action.message.id)} ${action.message.text}`;
          happened({ what: "typed", message: action.message.id });
        } else if (action.do === "press-enter") {
          happened({ what: "pressing", message: action.message.id });
          said.push(box);
          box = "";
          if (crash) return "crashed";
          happened({ what: "pressed-enter", message: action.message.id });
          now += 3 * second;
        } else if (action.do === "settle") {
          const { id: message, text, from } = action.message;
          happened({ what: "submitted", message, text, from, state: action.state });
        } else return thought.assessment.is;
      }
      throw new Error(`it does not come to rest: ${did.join(" ")}`);
    },
    /** Its run ended, and another has begun, with its conversation or without. */
    next(instance: string, resumed = true) {
      const run = { ...running(0).run, instance, since: now, resumed, ready: null, opened: false };
      happened({ what: "starting", run, wish: record.served ?? 0, automatic: true });
      happened({ what: "resumed", instance, model: null });
    },
  };
}
type Looked = Partial<Scene> & { readonly crash?: boolean };

const sign = (mood: "busy" | "ready" | "limited", at: Instant): Sign => ({
  ...NO_CLAIM,
  rule: mood,
  mood: mood === "limited" ? { mood, until: at + 60 * minute } : { mood },
  way: "transcript",
  at,
});

describe("who keeps its conversation, and whose turn a limit has cut short", () => {
  it("is told to go on, once, when the limit and its grace are over", () => {
    const ada = story();
    expect(ada.look(NOW, LIMITED)).toBe("limited");
    expect(ada.look(DUE, LIMITED)).toBe("limited");
    expect(ada.said).toEqual([]);
    ada.look(DUE + 1, LIMITED);
    expect(ada.said).toEqual([expect.stringMatching(new RegExp(`^\\[fleet go-on-\\w{6}\\] ${GO_ON}$`))]);
    expect(ada.look(DUE + minute, LIMITED)).toBe("limited");
    ada.look(DUE + 2 * minute, BUSY);
    expect(ada.record.cut).toBeNull();
    expect(ada.look(DUE + 3 * minute, READY)).toBe("ready");
    expect(ada.said).toHaveLength(1);
  });

  it("is told after an hour where nobody knows how long it lasts", () => {
    const ada = story();
    ada.look(NOW, alive(limit(null)));
    ada.look(NOW + 60 * minute, alive(limit(null)));
    expect(ada.said).toEqual([]);
    ada.look(NOW + 60 * minute + 1, alive(limit(null)));
    expect(ada.said).toHaveLength(1);
  });

  it.each<[string, Sighting, readonly Sign[]]>([
    ["as its screen shows", BUSY, []],
    ["and has ended that turn between two looks", READY, [sign("busy", RESET), sign("ready", RESET + 1)]],
  ])("is told nothing when it goes on by itself, %s", (_, shown, signs) => {
    const ada = story();
    ada.look(NOW, LIMITED);
    ada.look(RESET + minute, shown, { signs });
    ada.look(DUE + minute, READY);
    expect(ada.said).toEqual([]);
    expect(ada.record.cut).toBeNull();
  });

  it("is told once by two watchdogs, where the first died at the Enter", () => {
    const ada = story();
    ada.look(NOW, LIMITED);
    expect(ada.look(DUE + 1, LIMITED, { crash: true })).toBe("crashed");
    ada.look(DUE + minute, LIMITED);
    ada.look(DUE + 2 * minute, LIMITED);
    expect(ada.said).toHaveLength(1);
    expect(ada.did.filter((word) => word === "settle")).toHaveLength(1);
  });

  it("is told before what waits in its outbox, and not into anybody's draft", () => {
    const message = messageOf();
    const ada = story({ message });
    ada.look(NOW, LIMITED);
    const drafted = alive({ ...limit(), draft: "a person's" });
    expect(
      think(scene({ agent: PERSISTENT, record: ada.record, sighting: drafted }), DUE + 1).actions,
    ).toEqual([]);
    ada.look(DUE + 1, LIMITED);
    expect(ada.said).toEqual([expect.stringContaining(GO_ON)]);
    ada.look(DUE + minute, BUSY);
    ada.look(DUE + 2 * minute, READY);
    expect(ada.said.slice(1)).toEqual([`${tag(message.id)} ${message.text}`]);
  });

  it("is not ended as long as nobody could tell it", () => {
    const ada = story();
    ada.look(NOW, LIMITED);
    const scrolled = alive(limit(), { scrolled: true });
    expect(ada.look(DUE + 600 * minute, scrolled)).toBe("limited");
    ada.look(DUE + 601 * minute, LIMITED);
    expect(ada.said).toHaveLength(1);
  });

  it("is started anew when it asks about its limit, where nobody can tell it, and told then", () => {
    const ada = story();
    const asks = alive({ ...limit(), draft: null });
    ada.look(NOW, asks);
    expect(ada.look(DUE, asks)).toBe("limited");
    expect(ada.look(DUE + 1, asks)).toBe("due-to-stop");
    ada.happened({ what: "told-to-stop", because: "limit-over" });
    expect(ada.look(DUE + second, dead)).toBe("missing");
    ada.next("i-2");
    ada.look(DUE + minute, alive(read({ mood: "ready" }), { instance: "i-2" }));
    expect(ada.said).toEqual([expect.stringContaining(GO_ON)]);
  });

  it("is started anew when that does not help, and the next run is told under another name", () => {
    const ada = story();
    ada.look(NOW, LIMITED);
    ada.look(DUE + 1, LIMITED);
    const told = ada.record.cut?.told ?? 0;
    expect(ada.look(told + policy.stall_grace, LIMITED)).toBe("limited");
    expect(ada.look(told + policy.stall_grace + 1, LIMITED)).toBe("due-to-stop");
    ada.happened({ what: "told-to-stop", because: "limit-over" });
    expect(ada.look(told + policy.stall_grace + second, dead)).toBe("missing");
    ada.next("i-2");
    ada.look(told + 4 * minute, alive(READY.pane === "alive" ? READY.reading : limit(), { instance: "i-2" }));
    ada.look(told + 5 * minute, alive(read({ mood: "ready" }), { instance: "i-2" }));
    expect(ada.said).toHaveLength(2);
    expect(new Set(ada.said).size).toBe(2);
    expect(ada.record.cut).toBeNull();
  });

  it("is told in the next run when it died at its limit, and then only", () => {
    const ada = story();
    ada.look(NOW, LIMITED);
    ada.look(NOW + minute, dead);
    ada.next("i-2");
    const ready = alive(read({ mood: "ready" }), { instance: "i-2" });
    ada.look(NOW + 2 * minute, ready);
    ada.look(DUE, ready);
    expect(ada.said).toEqual([]);
    ada.look(DUE + 1, ready);
    ada.look(DUE + minute, ready);
    expect(ada.said).toHaveLength(1);
  });

  it("waits again when it comes to its limit again at once, and is told again after that", () => {
    const ada = story();
    ada.look(NOW, LIMITED, { signs: [sign("limited", NOW)] });
    ada.look(DUE + 1, LIMITED);
    const again = DUE + 10 * second;
    ada.look(again, LIMITED, { signs: [sign("busy", again - 2), sign("limited", again - 1)] });
    expect(ada.look(again + 60 * minute + policy.stall_grace - 2, LIMITED)).toBe("limited");
    expect(ada.said).toHaveLength(1);
    ada.look(again + 60 * minute + policy.stall_grace, LIMITED);
    expect(new Set(ada.said).size).toBe(2);
  });

  it("is told by the time that its program tells, wherever the clock was set to", () => {
    const ada = story();
    ada.look(NOW, LIMITED);
    ada.shift(-30 * minute);
    ada.look(DUE, LIMITED);
    expect(ada.said).toEqual([]);
    ada.look(DUE + 1, LIMITED, { grace: DUE + minute });
    expect(ada.said).toEqual([]);
    ada.look(DUE + minute + 1, LIMITED);
    expect(ada.said).toHaveLength(1);
  });

  it("is told nothing by a run that a person asked for", () => {
    const ada = story();
    ada.look(NOW, LIMITED);
    ada.happened({ what: "told-to-stop", because: "restart-asked" });
    ada.look(NOW + minute, gone);
    ada.next("i-2");
    ada.look(DUE + minute, alive(read({ mood: "ready" }), { instance: "i-2" }));
    expect(ada.said).toEqual([]);
  });

  it("is told nothing in a fresh conversation", () => {
    const ada = story();
    ada.look(NOW, LIMITED);
    ada.look(NOW + minute, dead);
    ada.next("i-2", false);
    expect(ada.record.cut).toBeNull();
  });
});

it.each([
  ["a loop, which begins its turn anew", LOOP],
  ["who is not watched", agentOf("persistent", "none")],
])("of its cut turn nothing is said to %s", (_, agent) => {
  const one = story({ agent });
  one.look(NOW, LIMITED);
  one.look(DUE + 1, LIMITED);
  expect([one.said, one.record.cut]).toEqual([[], null]);
});
