import { z } from "zod";

const Answer = z.object({
  schema_version: z.int(),
  project: z.string(),
  phase: z
    .object({
      id: z.string(),
      index: z.int(),
      total: z.int(),
      plan: z.string(),
      state: z.string(),
      paused: z.boolean().optional(),
    })
    .nullable(),
  agents: z
    .array(
      z.object({
        name: z.string(),
        state: z.string(),
        enabled: z.boolean(),
        session: z.string(),
        is: z.string().optional(),
        why: z.string().optional(),
        // Engines before this fleet do not say these two.
        is_since: z.string().nullish(),
        kind: z.string().optional(),
        backend: z.string().nullish(),
        model: z.string().nullish(),
        since: z.string().nullish(),
        until: z.string().nullish(),
        next_slot: z.string().nullish(),
        restraint: z.object({ by: z.string(), because: z.string(), until: z.string().nullable() }).nullish(),
      }),
    )
    .readonly(),
  socket: z.string().optional(),
  notes: z.array(z.string()).readonly().optional(),
  watchdog: z
    .object({
      pid: z.int(),
      epoch: z.int(),
      heartbeat: z.string(),
      stale: z.boolean().optional(),
      trouble: z.string().nullish(),
    })
    .nullable(),
  keeper: z.object({ deaths: z.int(), next: z.string() }).nullish(),
  standstill: z.object({ since: z.string(), by: z.string(), why: z.string().nullable() }).nullish(),
  hold: z
    .object({
      since: z.string(),
      until: z.string().nullable(),
      by: z.string(),
      why: z.string().nullable(),
    })
    .nullish(),
});

/** What an engine answers to `status --json`, as far as this fleet knows. */
export type EngineStatus = z.output<typeof Answer>;

/** The version of an engine's answers that this fleet knows. */
const KNOWN = 1;

/** "newer" and "older": its keys may mean something else by now, so what is shown of it may be little. */
export const ageOf = ({ schema_version }: EngineStatus): "newer" | "known" | "older" =>
  schema_version === KNOWN ? "known" : schema_version > KNOWN ? "newer" : "older";

/** Of an answer in another version: what can be understood of each part by itself. */
const Foreign = z.looseObject({
  schema_version: z.int(),
  project: z.string().catch(""),
  phase: Answer.shape.phase.catch(null),
  agents: z.array(z.unknown()).catch([]).transform(agentsIn),
  watchdog: z
    .looseObject({
      pid: z.int().catch(0),
      epoch: z.int().catch(0),
      heartbeat: z.string().catch(""),
      stale: z.boolean().optional().catch(undefined),
      trouble: z.string().nullish().catch(null),
    })
    .nullable()
    .catch(null),
  socket: z.string().optional().catch(undefined),
  notes: z.array(z.string()).readonly().optional().catch(undefined),
  keeper: Answer.shape.keeper.catch(null),
  hold: Answer.shape.hold.catch(null),
  standstill: Answer.shape.standstill.catch(null),
});

function agentsIn(list: readonly unknown[]): EngineStatus["agents"] {
  return list.flatMap((one) => {
    const parsed = z
      .looseObject({
        name: z.string(),
        state: z.string().catch("unknown"),
        enabled: z.boolean().catch(true),
        session: z.string().catch(""),
        is: z.string().optional().catch(undefined),
        why: z.string().optional().catch(undefined),
        is_since: z.string().nullish().catch(null),
        until: z.string().nullish().catch(null),
      })
      .safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}

/**
 * Reads what an engine said. An answer of the version that this fleet knows is
 * right or none; of another version it takes what it understands.
 */
export function readStatus(text: string): EngineStatus | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return null;
  }
  const known = Answer.safeParse(answer);
  // As it came: with what a newer engine says beyond that, in its own order.
  if (known.success) return answer as EngineStatus;
  const foreign = Foreign.safeParse(answer);
  return foreign.success && foreign.data.schema_version !== KNOWN ? foreign.data : null;
}
