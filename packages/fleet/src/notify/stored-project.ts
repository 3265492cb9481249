import { readText, writeWhole } from "@fleet/engine";
import { z } from "zod";
import { EVENTS } from "../fleet-file/notify.ts";
import type { Cursor } from "../journal-news.ts";
import { FRESH_STORY, type Story } from "./think/story.ts";

/** How far one project was followed, and what was known of it then. */
export interface Followed {
  /** Its state directory: another one is another journal. */
  readonly state: string;
  /** Null: it had no journal yet. */
  readonly cursor: Cursor | null;
  readonly story: Story;
}

const Event = z.enum(EVENTS);

const Stored = z.object({
  state: z.string(),
  cursor: z
    .object({ inode: z.number(), position: z.number(), time: z.number(), mark: z.string() })
    .nullable(),
  story: z.object({
    troubles: z
      .array(
        z.object({
          event: Event,
          agent: z.string().nullable(),
          reason: z.string(),
          text: z.string(),
          since: z.number(),
          over: z.number().nullable(),
          told: z.boolean(),
        }),
      )
      .default([]),
    watched: z.boolean().default(false),
    facts: z.array(z.object({ event: Event, at: z.number(), text: z.string() })).default([]),
  }),
});

/** Null: it was never followed, or what is stored is of no use. */
export async function loadFollowed(file: string): Promise<Followed | null> {
  const text = await readText(file);
  try {
    const { success, data } = Stored.safeParse(JSON.parse(text ?? "null"));
    return success ? { ...data, story: { ...FRESH_STORY, ...data.story } } : null;
  } catch {
    return null;
  }
}

export const saveFollowed = (file: string, followed: Followed): Promise<void> =>
  writeWhole(file, `${JSON.stringify(followed)}\n`);
