import { z } from "../zod.ts";
import { NO_HOLD } from "./hold.ts";
import type { Bulletin } from "./logins.ts";
import type { Message } from "./message.ts";
import type { End } from "./receipt.ts";
import { type Records, SCHEMA, type Wishes } from "./records.ts";
import { agent, instant } from "./stored-agent.ts";

/*
 * The readers of what stands on disk. They are tolerant: what a newer or older
 * engine wrote and this one does not know is passed over, and what is missing
 * gets its default; only a document that is none of ours is refused.
 */

const handed = z.object({ sha: z.string(), kind: z.enum(["claim", "review"]) });
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
  booted: instant.default(0),
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
      asked: z.boolean().default(false).catch(false),
      complete: instant.nullable(),
      paused: z.boolean().default(false).catch(false),
      stale: z.string().nullable().default(null).catch(null),
      lost: z.boolean().default(false).catch(false),
    })
    .nullable()
    .default(null),
  handoff: z.object({ seen: z.string(), turn: z.number() }).nullable().default(null),
  rewritten: z
    .object({
      base: z.string().nullable(),
      gone: z.array(handed).nullable(),
      untold: z.array(handed),
    })
    .nullable()
    .default(null)
    .catch(null),
  replayed: instant.default(0),
  unpushed: z
    .object({ phase: z.string(), since: instant, told: z.boolean() })
    .nullable()
    .default(null)
    .catch(null),
  pushed: z.string().nullable().default(null).catch(null),
  restarted: instant.default(0),
  hold: z
    .object({ told: instant.nullable().default(null), over: instant.nullable().default(null) })
    .default(NO_HOLD)
    .catch(NO_HOLD),
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
        fresh: z.boolean().optional(),
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
  hold: z
    .object({
      on: z.boolean(),
      at: instant,
      until: instant.nullable().default(null),
      by: z.string().default("somebody"),
      why: z.string().nullable().default(null),
    })
    .nullable()
    .default(null)
    .catch(null),
  standstill: z
    .object({ at: instant, by: z.string().default("somebody"), why: z.string().nullable().default(null) })
    .nullable()
    .default(null)
    // What can't be read was said all the same.
    .catch({ at: 0, by: "somebody", why: null }),
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
const login = z.string().regex(/^[a-z]+:[0-9a-f]{12}$/);
const moment = z.number().refine(Number.isFinite);
const loginLimit = z.object({
  login,
  says: z.string().max(300),
  by: z.string().max(300),
  since: moment,
  until: moment.nullable(),
});
/** Each part counts for itself, and there is an end to it: others may have written it. */
const each = <T>(part: z.ZodType<T>) =>
  z
    .array(z.unknown())
    .catch([])
    .default([])
    .transform((parts) =>
      parts.slice(0, 200).flatMap((one): T[] => {
        const parsed = part.safeParse(one);
        return parsed.success ? [parsed.data] : [];
      }),
    );
const bulletin = z.object({
  limits: each(loginLimit),
  answered: each(z.object({ login, at: moment, cleared: z.boolean().default(false) })),
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
export const parseBulletin = (text: string): Bulletin | null => parse(bulletin, text);
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
