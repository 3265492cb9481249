/** A bug that must not go unnoticed: one piece of the source, and what it is read as instead. */
export interface Mutant {
  readonly name: string;
  /** Relative to packages/engine. */
  readonly file: string;
  /** Stands there exactly once, so that no mutant loses its mark unseen. */
  readonly from: string;
  readonly to: string;
}

/** Bugs that there were once, and bugs that there might be. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "zeroGrace",
    file: "src/watch/assess.ts",
    from: "late > policy.stall_grace && now > grace",
    to: "late > 0 && now > grace",
  },
  {
    name: "noStall",
    file: "src/watch/assess.ts",
    from: `if (agent.watch !== "heal+stall" || record.run?.ready == null) return null;`,
    to: "return null;",
  },
  {
    name: "singleEnter",
    file: "src/watch/deliver.ts",
    from: "const ENTERS = 60;",
    to: "const ENTERS = 1;",
  },
  {
    name: "rebootLimited",
    file: "src/watch/assess.ts",
    from: 'if (agent.watch === "none" || now <= Math.max(over, grace)) return { is: "limited", since, until };',
    to: 'if (now - since < 1000) return { is: "limited", since, until };',
  },
  {
    name: "noFencing",
    file: "sim/machine.ts",
    from: "if (server?.epoch !== epoch) throw",
    to: "if (server === null) throw",
  },
  {
    name: "localRef",
    file: "sim/remote.ts",
    from: "      fetched = branch;",
    to: "      fetched = made;",
  },
  {
    name: "noPersist",
    file: "src/watchdog/life.ts",
    from: "const before = await store.records();",
    to: "const before = { ...(await store.records()), course: null };",
  },
  {
    name: "silentRebaseline",
    file: "src/host/relay.ts",
    from: "if (baseline || before === null) {",
    to: "if (baseline || before === null || head !== before.seen) {",
  },
  {
    name: "leftoversIgnored",
    file: "src/watch/assess.ts",
    from: "if (leftovers > 0) return",
    to: "if (leftovers > 1_000) return",
  },
  {
    name: "tornState",
    file: "src/host/store.ts",
    from: "if (older !== null) {",
    to: "if (older !== null && older === null) {",
  },
  {
    name: "tornCopy",
    file: "src/host/store.ts",
    from: "if (!damaged.has(file)) await",
    to: "await",
  },
  {
    name: "noStartLimit",
    file: "src/watch/assess.ts",
    from: "if (recent.length >= policy.start_limit) {",
    to: "if (recent.length >= 1_000) {",
  },
  {
    name: "foreignTaken",
    file: "src/host/look.ts",
    from: `if (pane.project !== projectId || instance === null) return { pane: "foreign" };`,
    to: `if (instance === null) return { pane: "absent", with: "session" };`,
  },
  {
    name: "heldNotAsked",
    file: "src/watchdog/look-up.ts",
    from: `if (record.run === null || sighting(agent, record.run.since).pane !== "alive")`,
    to: "if (record.run === null)",
  },
];
