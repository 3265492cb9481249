import { z } from "../zod.ts";

export const instant = z.number();
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
  server: z.string().nullable().default(null).catch(null),
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
  given: z.string().nullable().default(null),
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
  "server-lost",
]);
/** What is remembered of one agent: each part that does not hold is forgotten for itself. */
export const agent = z.object({
  run: run.nullable().default(null).catch(null),
  latest: z.string().nullable().default(null).catch(null),
  seen: seen.nullable().default(null).catch(null),
  stopping: z
    .object({
      step: z.enum(["quit-typed", "quit-entered", "told"]).default("told"),
      since: instant,
      enters: z.int().min(0).default(0),
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
      door: z.boolean().default(false),
      since: instant,
      enters: z.number(),
      tries: z.number().default(1),
    })
    .nullable()
    .default(null)
    .catch(null),
  told: z.object({ first: instant, last: instant }).nullable().default(null).catch(null),
  missed: z.object({ until: instant, at: instant }).nullable().default(null).catch(null),
  cut: z
    .object({
      id: z.string(),
      run: z.string(),
      since: instant,
      until: instant.nullable(),
      told: instant.nullable(),
    })
    .nullable()
    .default(null)
    .catch(null),
  restraint: z
    .object({ by: z.enum(["hold", "limit"]), because: z.string(), until: instant.nullable() })
    .nullable()
    .default(null)
    .catch(null),
  released: instant.nullable().default(null).catch(null),
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
