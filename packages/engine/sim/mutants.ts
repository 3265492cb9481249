import type { FaultKind } from "./faults.ts";
import { MUTANTS_OF_PLANS } from "./mutants-of-plans.ts";

/** A bug that must not go unnoticed: one piece of the source, and what it is read as instead. */
export interface Mutant {
  readonly name: string;
  /** Relative to packages/engine. */
  readonly file: string;
  /** Stands there exactly once, so that no mutant loses its mark unseen. */
  readonly from: string;
  readonly to: string;
  /** The kinds of fault that lead to where it is met; those of each seed where none are said. */
  readonly faults?: readonly FaultKind[];
  /** And the points, as "tmux.open before". */
  readonly points?: readonly string[];
}

/** Bugs that there were once, and bugs that there might be. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "zeroGrace",
    file: "src/watch/assess.ts",
    from: "late > policy.stall_grace && now > grace",
    to: "late > 0 && now > grace",
    faults: ["wedges-in-its-wait"],
  },
  {
    name: "noStall",
    file: "src/watch/assess.ts",
    from: 'if (agent.watch !== "heal+stall" || record.run?.ready == null) return null;',
    to: "return null;",
    faults: ["wedges"],
  },
  {
    name: "singleEnter",
    file: "src/watch/deliver.ts",
    from: "const ENTERS = 60;",
    to: "const ENTERS = 1;",
    faults: ["swallows-enters"],
  },
  {
    name: "rebootLimited",
    file: "src/watch/assess.ts",
    from: 'if (agent.watch === "none" || now <= over) return { is: "limited", since, until, over: false };',
    to: 'if (now - since < 1000) return { is: "limited", since, until, over: false };',
    faults: ["is-limited"],
  },
  {
    name: "noFencing",
    file: "sim/machine.ts",
    from: "if (server?.epoch !== epoch) throw",
    to: "if (server === null) throw",
    faults: ["rival-comes-at-a-point", "dies"],
    points: ["tmux.open before", "tmux.panes after", "disk.append after"],
  },
  {
    name: "localRef",
    file: "sim/remote.ts",
    from: "      fetched = branch;",
    to: "      fetched = made;",
    faults: ["does-not-push"],
  },
  {
    name: "noPersist",
    file: "src/watchdog/life.ts",
    from: "const before = await store.records();",
    to: "const before = { ...(await store.records()), course: null };",
    faults: ["watchdog-dies"],
  },
  {
    name: "silentRebaseline",
    file: "src/watchdog/life.ts",
    from: "const before = await store.records();",
    to: "const before = { ...(await store.records()), handoff: null };",
    faults: ["watchdog-dies"],
  },
  {
    name: "leftoversIgnored",
    file: "src/watch/assess.ts",
    from: "if (leftovers > 0) return",
    to: "if (leftovers > 1_000) return",
    faults: ["dies-with-orphans"],
  },
  {
    name: "tornState",
    file: "src/host/store.ts",
    from: "if (older !== null) {",
    to: "if (older !== null && older === null) {",
    faults: ["records-are-cut"],
  },
  {
    name: "tornCopy",
    file: "src/host/store.ts",
    from: "if (!damaged.has(file)) await",
    to: "await",
    faults: ["watchdog-dies-as-it-begins"],
    points: ["disk.copy after"],
  },
  {
    name: "foreignTaken",
    file: "src/host/look.ts",
    from: 'if (pane.project !== projectId || instance === null) return { pane: "foreign" };',
    to: 'if (instance === "") return { pane: "foreign" };',
    faults: ["foreign-session", "dies", "person-writes"],
  },
  {
    name: "heldNotAsked",
    file: "src/watchdog/look-up.ts",
    from: `if (record.run === null || sighting(agent, record.run.since).pane !== "alive")`,
    to: "if (record.run === null)",
    faults: ["commits-in-a-burst"],
  },
  {
    name: "noJumpGrace",
    file: "src/watch/jump.ts",
    from: "grace: clock.wall + max_wait + stall_grace,",
    to: "grace: records.grace,",
    faults: ["clock-is-set", "clock-is-set-while-nobody-watches"],
  },
  {
    name: "noJump",
    file: "src/watch/jump.ts",
    from: "return Math.abs(jump) > tolerance ? jump : 0;",
    to: "return 0;",
    faults: ["clock-is-set"],
  },
  {
    name: "memClock",
    file: "src/watchdog/life.ts",
    from: "const records: Records = { ...before, epoch,",
    to: "const records: Records = { ...before, clock: null, grace: 0, epoch,",
    faults: ["clock-is-set-while-nobody-watches"],
  },
  {
    name: "uncappedMarker",
    file: "src/watch/wait.ts",
    from: "until <= declaredAt + maxWait + TOLERANCE",
    to: "until > 0",
    faults: ["lies"],
  },
  {
    name: "noHistoryCheck",
    file: "src/watch/deliver.ts",
    from: "if (heard === true) return",
    to: "if (heard === undefined) return",
    faults: ["records-are-cut-at-a-point", "person-writes"],
    points: ["tmux.press after", "disk.append before"],
  },
  {
    name: "noEnterIntent",
    file: "src/watchdog/intend.ts",
    from: '      return { at, what: "pressing", message: action.message.id };',
    to: "      return null;",
    faults: ["watchdog-dies-at-a-point", "shows-not-what-it-heard", "person-writes"],
    points: ["tmux.press after"],
  },
  {
    name: "intentsUnsaved",
    file: "src/watchdog/tick.ts",
    from: "if (intents > 0) await host.store.save(records);",
    to: "",
    faults: ["watchdog-dies-at-a-point", "shows-not-what-it-heard", "person-writes"],
    points: ["tmux.press after"],
  },
  {
    name: "typedOverDraft",
    file: "src/watch/deliver.ts",
    from: 'const free = !scrolled && reading.draft === "" && seen',
    to: "const free = !scrolled && seen",
    faults: ["is-typed-into", "person-writes"],
  },
  {
    name: "typedWhileBusy",
    file: "src/watch/deliver.ts",
    from: '(queues && reading.mood === "busy") ||',
    to: 'reading.mood === "busy" ||',
    faults: ["person-writes"],
  },
  {
    name: "resumesNothing",
    file: "src/watch/think.ts",
    from: 'scene.agent.kind === "persistent" && canResume(scene) &&',
    to: 'scene.agent.kind === "persistent" &&',
    faults: ["never-gets-ready", "dies-at-each-start", "dies"],
  },
  {
    name: "limitForEver",
    file: "src/watch/assess.ts",
    from: "const over = Math.max(overAt({ since, until }, policy), grace);",
    to: "const over = Number.POSITIVE_INFINITY;",
    faults: ["stays-limited"],
  },
  {
    name: "neverToldToGoOn",
    file: "src/watch/think.ts",
    from: "goOnMessage(seen, now) ?? seen.message;",
    to: "seen.message;",
    faults: ["stays-limited"],
  },
  {
    name: "toldToGoOnAtOnce",
    file: "src/watch/go-on.ts",
    from: "return now > Math.max(overAt(cut, policy), grace) ? message : null;",
    to: "return message;",
    faults: ["stays-limited"],
  },
  {
    name: "neverWoken",
    file: "src/watch/assess.ts",
    from: `{ is: "overdue", until, woken: false }`,
    to: `{ is: "overdue", until, woken: true }`,
    faults: ["wedges-in-its-wait"],
  },
  {
    name: "neverKilled",
    file: "src/watch/stop.ts",
    from: 'waited >= policy.stop_grace ? [{ do: "kill" }] : [];',
    to: 'waited < 0 ? [{ do: "kill" }] : [];',
    faults: ["ignores-term", "wedges", "person-restarts"],
  },
  {
    name: "upAnyway",
    file: "src/watch/assess.ts",
    from: 'if (wish.state === "down") return sighting',
    to: 'if (wish.state === "down" && record.run !== null) return sighting',
    faults: ["person-stops-and-starts"],
  },
  ...MUTANTS_OF_PLANS,
];
