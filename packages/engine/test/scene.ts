import type { Agent, Kind, Watch } from "../src/project.ts";
import { type Message, PLAIN } from "../src/watch/message.ts";
import { DEFAULT_POLICY } from "../src/watch/policy.ts";
import { type AgentRecord, FRESH_RECORD, type Run, type Seen } from "../src/watch/record.ts";
import type { Scene, Wish } from "../src/watch/scene.ts";
import type { Mood, Reading, Sighting } from "../src/watch/sighting.ts";
import { type Thought, think } from "../src/watch/think.ts";

/** Scenes to think about, told by what is out of the ordinary in them. */
export const second = 1_000;
export const minute = 60 * second;
export const NOW = Date.UTC(2026, 5, 13, 12);

export const policy = DEFAULT_POLICY;

export const agentOf = (kind: Kind, watch: Watch, more: Partial<Agent> = {}): Agent => ({
  name: "builder",
  kind,
  enabled: true,
  session: "x-builder",
  workdir: ".",
  backend: kind === "service" ? null : "demo",
  model: null,
  watch,
  role: "builder",
  prompt: null,
  command: kind === "service" ? ["true"] : null,
  serves: null,
  args: [],
  deny_args: [],
  schedule: null,
  start: "use-or-create",
  ...more,
});

export const LOOP = agentOf("loop", "heal+stall");
export const PERSISTENT = agentOf("persistent", "heal");
export const TASK = agentOf("task", "none");
export const SERVICE = agentOf("service", "heal");

export const up = (at: number, anew = false): Wish => ({ state: "up", at, anew });
export const down = (at: number): Wish => ({ state: "down", at, anew: false });
/** When everything was asked for, unless a test says otherwise. */
export const ASKED = NOW - 500 * minute;

export const read = (
  mood: Mood,
  more: Partial<Pick<Reading, "draft" | "final" | "running" | "rule">> = {},
): Reading => ({
  ...mood,
  draft: "",
  final: null,
  running: null,
  rule: mood.mood === "unclear" ? null : "box",
  ...more,
});

export const alive = (
  reading: Reading,
  more: Partial<Extract<Sighting, { pane: "alive" }>> = {},
): Sighting => ({
  pane: "alive",
  pid: 1,
  instance: "i-1",
  created: NOW - minute,
  digest: "d-1",
  size: "200x50",
  screen: "❯",
  scrolled: false,
  reading,
  ...more,
});
export const busy = alive(read({ mood: "busy" }));
export const ready = alive(read({ mood: "ready" }));
export const unclear = alive(read({ mood: "unclear" }));
export const says = (final: string): Sighting => alive(read({ mood: "ready" }, { final }));
export const gone: Sighting = { pane: "absent", with: "session" };
export const lost: Sighting = { pane: "absent", with: "server" };
export const dead: Sighting = {
  pane: "dead",
  instance: "i-1",
  created: NOW - minute,
  exit: { code: 1 },
  screen: "",
};
export const exited: Sighting = {
  pane: "dead",
  instance: "i-1",
  created: NOW - minute,
  exit: { code: 0 },
  screen: "",
};

export const runOf = (ago: number, more: Partial<Run> = {}): Run => ({
  instance: "i-1",
  since: NOW - ago,
  turn: null,
  model: null,
  backend: "demo",
  server: null,
  opened: true,
  resumed: false,
  conversation: null,
  transcript: null,
  ready: NOW - ago,
  ...more,
});

/** A record of a run that began so long ago. */
export const running = (
  ago: number,
  more: Partial<AgentRecord> = {},
  run: Partial<Run> = {},
): AgentRecord => ({
  ...FRESH_RECORD,
  run: runOf(ago, run),
  latest: run.instance ?? "i-1",
  served: ASKED,
  conversation: { id: null },
  ...more,
});

/** What was on the screen all that time. */
export const seenFor = (ago: number, mood: Mood = { mood: "ready" }, more: Partial<Seen> = {}): Seen => ({
  mood,
  rule: "screen: box",
  dissent: null,
  shown: { mood: mood.mood, since: NOW - ago },
  signs: {},
  heard: [],
  running: null,
  since: NOW - ago,
  digest: "d-1",
  still: NOW - ago,
  size: "200x50",
  wait: null,
  ...more,
});

/** A record of an agent whose last run ended so long ago, after so many failures. */
export const fallen = (ago: number, failures: number, more: Partial<AgentRecord> = {}): AgentRecord => ({
  ...FRESH_RECORD,
  latest: "i-1",
  served: ASKED,
  conversation: { id: null },
  ended: { at: NOW - ago, how: "died", exit: { code: 1 }, blame: "agent", limit: null },
  failures,
  ...more,
});

export const messageOf = (more: Partial<Message> = {}): Message => ({
  id: "3f2a1c9",
  to: "builder",
  at: NOW - minute,
  from: "person",
  text: "go on",
  ...PLAIN,
  ...more,
});

export const scene = (more: Partial<Scene> = {}): Scene => ({
  agent: LOOP,
  wish: up(ASKED),
  policy,
  record: FRESH_RECORD,
  sighting: gone,
  signs: [],
  turn: null,
  blocked: null,
  lacks: null,
  restraint: null,
  severed: null,
  door: false,
  leftovers: 0,
  working: false,
  restartGap: 0,
  serverRest: 0,
  grace: 0,
  booted: 0,
  slots: null,
  message: null,
  quit: null,
  drain: null,
  stopsAfter: null,
  rescue: "over",
  ...more,
});

export const iso = (instant: number): string => new Date(instant).toISOString();

/** "assessment → action → action". */
export const gist = (more: Partial<Scene>, now = NOW): string => gistOf(think(scene(more), now));

export const gistOf = ({ assessment, actions }: Thought): string =>
  [
    "because" in assessment && assessment.is !== "unseen"
      ? `${assessment.is} (${assessment.because})`
      : assessment.is,
    ...actions.map((action) => action.do),
  ].join(" → ");
