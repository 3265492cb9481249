import { z } from "../zod.ts";
import type { Message } from "./message.ts";
import type { End } from "./receipt.ts";
import { type Records, SCHEMA, type Wishes } from "./records.ts";

/*
 * The readers of what stands on disk. They are tolerant: what a newer or older
 * engine wrote and this one does not know is passed over, and what is missing
 * gets its default; only a document that is none of ours is refused.
 */

const instant = z.number();
const exit = z.union([z.object({ code: z.number() }), z.object({ signal: z.string() })]);
const mood = z.union([
  z.object({ mood: z.enum(["busy", "ready", "unclear"]) }),
  z.object({ mood: z.literal("asking"), question: z.string() }),
  z.object({ mood: z.literal("limited"), until: instant.nullable() }),
  z.object({ mood: z.literal("fatal"), error: z.string() }),
]);
const run = z.object({
  instance: z.string(),
  since: instant,
  turn: z.number().nullable().default(null),
  model: z.string().nullable().default(null),
  backend: z.string().nullable().default(null),
  opened: z.boolean().default(true),
  resumed: z.boolean().default(false),
  conversation: z.string().nullable().default(null).catch(null),
  transcript: z.string().nullable().default(null).catch(null),
  ready: instant.nullable().default(null),
});
const sign = z.object({
  rule: z.string(),
  mood: mood.nullable(),
  conversation: z.string().nullable(),
  transcript: z.string().nullable(),
  heard: z.string().nullable(),
  at: instant,
  way: z.enum(["event", "status", "transcript"]),
});
const seen = z.object({
  mood,
  since: instant,
  rule: z.string().default(""),
  dissent: z.string().nullable().default(null).catch(null),
  shown: z
    .object({ mood: z.enum(["busy", "ready", "asking", "limited", "fatal", "unclear"]), since: instant })
    .default({ mood: "unclear", since: 0 })
    .catch({ mood: "unclear", since: 0 }),
  signs: z
    .partialRecord(z.enum(["event", "status", "transcript"]), sign)
    .default({})
    .catch({}),
  heard: z.array(z.string()).default([]).catch([]),
  digest: z.string(),
  still: instant,
  running: z.string().nullable().default(null),
  size: z.string().default(""),
  wait: z
    .object({ until: instant, declared: instant, moved: z.number().default(0) })
    .nullable()
    .default(null),
});
const reason = z.enum([
  "unwanted",
  "next-phase",
  "restart-asked",
  "limit-over",
  "leftover-processes",
  "fatal",
  "stalled",
  "never-ready",
]);
const agent = z.object({
  run: run.nullable().default(null).catch(null),
  latest: z.string().nullable().default(null).catch(null),
  seen: seen.nullable().default(null).catch(null),
  stopping: z
    .object({
      step: z.enum(["quit-typed", "quit-entered", "told"]).default("told"),
      since: instant,
      because: reason,
    })
    .nullable()
    .default(null)
    .catch(null),
  served: instant.nullable().default(null).catch(null),
  slot: z.object({ of: z.string(), at: instant }).nullable().default(null).catch(null),
  called: instant.nullable().default(null).catch(null),
  mail: z
    .object({
      id: z.string(),
      state: z.enum(["typing", "typed"]),
      since: instant,
      enters: z.number(),
      tries: z.number().default(1),
    })
    .nullable()
    .default(null)
    .catch(null),
  told: z.object({ first: instant, last: instant }).nullable().default(null).catch(null),
  missed: z.object({ until: instant, at: instant }).nullable().default(null).catch(null),
  ended: z
    .object({
      at: instant,
      how: z.string(),
      exit: exit.nullable(),
      blame: z.enum(["agent", "host", "server", "plan", "person"]).default("agent"),
      limit: instant.nullable().default(null),
    })
    .nullable()
    .default(null)
    .catch(null),
  failures: z.number().default(0).catch(0),
  restarts: z.array(instant).default([]).catch([]),
  gaveUp: z
    .object({ at: instant, because: z.string(), turn: z.number().nullable().default(null) })
    .nullable()
    .default(null)
    .catch(null),
  conversation: z
    // As earlier versions wrote it: it has one, or it has none.
    .union([
      z.object({ id: z.string().nullable() }),
      z.boolean().transform((has) => (has ? { id: null } : null)),
    ])
    .nullable()
    .default(null)
    .catch(null),
  decided: z.string().nullable().default(null).catch(null),
  failing: z
    .record(z.string(), z.object({ because: z.string(), since: instant, times: z.number(), told: instant }))
    .default({})
    .catch({}),
  killed: z.number().default(0).catch(0),
});
const records = z.object({
  schema: z.literal(SCHEMA),
  epoch: z.number(),
  pid: z.number().default(0),
  version: z.string().default(""),
  heartbeat: instant.default(0),
  clock: z
    .object({ wall: instant, steady: z.number(), boot: z.string() })
    .nullable()
    .default(null)
    .catch(null),
  grace: instant.default(0),
  server: z.number().nullable().default(null),
  serverLost: instant.default(0),
  serversLost: z.number().default(0),
  course: z
    .object({
      phase: z.string(),
      turn: z.number(),
      since: instant,
      obeyed: instant.nullable().default(null),
      complete: instant.nullable(),
      paused: z.boolean().default(false).catch(false),
      stale: z.string().nullable().default(null).catch(null),
      lost: z.boolean().default(false).catch(false),
    })
    .nullable()
    .default(null),
  handoff: z.object({ seen: z.string(), turn: z.number() }).nullable().default(null),
  replayed: instant.default(0),
  unpushed: z
    .object({ phase: z.string(), since: instant, told: z.boolean() })
    .nullable()
    .default(null)
    .catch(null),
  pushed: z.string().nullable().default(null).catch(null),
  restarted: instant.default(0),
  completed: z.boolean().default(false),
  wished: z.array(instant).nullable().default(null).catch(null),
  troubles: z.record(z.string(), z.string()).default({}).catch({}),
  agents: z.record(z.string(), agent).default({}),
});
const wishes = z.object({
  schema: z.literal(SCHEMA),
  agents: z
    .record(
      z.string(),
      z.object({
        state: z.enum(["up", "down"]),
        at: instant,
        anew: z.boolean().default(false),
        drain: instant.optional(),
      }),
    )
    .default({}),
  phase: z
    .object({ goto: z.string(), at: instant, by: z.string().default("somebody") })
    .nullable()
    .default(null),
  pause: z
    .object({ on: z.boolean(), at: instant, by: z.string().default("somebody") })
    .nullable()
    .default(null)
    .catch(null),
  replay: z
    .object({ at: instant, by: z.string(), commits: z.array(z.string()) })
    .nullable()
    .default(null)
    .catch(null),
  off: z.boolean().default(false),
  env: z.record(z.string(), z.string()).default({}),
});
const message = z.object({
  // It becomes part of what is typed and of a tmux command.
  id: z.string().regex(/^[\w-]{1,64}$/),
  to: z.string(),
  at: instant,
  from: z.enum(["handoff", "person", "engine"]),
  text: z.string(),
  sha: z.string().nullable().default(null),
  also: z.array(z.string()).default([]).catch([]),
  kind: z.string().nullable().default(null).catch(null),
  turn: z.number().nullable().default(null),
  expires: instant.nullable().default(null).catch(null),
  run: z.string().nullable().default(null).catch(null),
});
const end = z.union([
  z.object({ state: z.enum(["submitted", "confirmed"]) }),
  z.object({ state: z.enum(["refused", "expired"]), because: z.string() }),
]);
/** As an earlier version wrote it: it knew two ends, in a word each. */
const endOfOld = z.enum(["submitted", "dropped"]);
const settled = message.extend({ settled: z.union([end, endOfOld]) });

/** Null when the text is no such document. */
export const parseRecords = (text: string): Records | null => parse(records, text);
export const parseWishes = (text: string): Wishes | null => parse(wishes, text);
export const parseMessage = (text: string): Message | null => parse(message, text);
export function parseSettled(text: string): { readonly message: Message; readonly end: End } | null {
  const found = parse(settled, text);
  if (found === null) return null;
  const { settled: how, ...rest } = found;
  if (how === "dropped") return { message: rest, end: { state: "refused", because: "dropped" } };
  return { message: rest, end: how === "submitted" ? { state: how } : how };
}

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
