import { expect, it } from "vitest";
import { LOOP, NOW, up } from "../../test/scene.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { FRESH_RECORDS, NO_WISHES, type Records, type Wishes } from "../watch/records.ts";
import { advance } from "./advance.ts";
import type { Host } from "./host.ts";

const loop = {
  docs_dir: "docs",
  done_by: LOOP.name,
  done_source: "local",
  phases: [{ id: "one", plan: "one.md" }],
  on_complete: null,
  handoff: null,
};

/** As much of a host as the phases need, with what each STATUS file says, and what is wished when they have been read. */
const hostOf = (
  journal: JournalEntry[],
  wished: Wishes,
  statuses: Readonly<Record<string, string>> = {},
): Host =>
  ({
    clock: { now: () => NOW },
    relay: null,
    wakes: { on: () => {} },
    site: { root: "/p", project: { agents: [LOOP], loop } },
    store: {
      wishes: async () => wished,
      journal: async (entries: readonly JournalEntry[]) => void journal.push(...entries),
      at: (name: string) => name,
    },
    disk: {
      read: async (file: string) => statuses[file.replace(/.*STATUS-(.*)\.md$/, "$1")] ?? null,
      size: async (file: string) => statuses[file.replace(/.*STATUS-(.*)\.md$/, "$1")]?.length ?? 0,
      write: async () => {},
    },
  }) as unknown as Host;

const wishes = (more: Partial<Wishes> = {}): Wishes => ({
  ...NO_WISHES,
  agents: { [LOOP.name]: up(NOW - 1_000) },
  ...more,
});

it("notes each replay once, also one that was asked for after the clock was set back", async () => {
  const journal: JournalEntry[] = [];
  let records: Records = FRESH_RECORDS;
  for (const at of [NOW, NOW, NOW - 3_600_000, NOW - 3_600_000]) {
    const asked = wishes({ replay: { at, by: "ada", commits: [] } });
    records = await advance(records, asked, hostOf(journal, asked));
  }
  expect(journal.filter(({ what }) => what === "handoffs-replayed")).toHaveLength(2);
  expect(records.replayed).toBe(NOW - 3_600_000);
});

it("knows which wishes stood when the sequence was complete", async () => {
  const asked = wishes({ agents: { [LOOP.name]: up(NOW + 7_000), chief: up(NOW - 9) } });
  const begun = await advance(FRESH_RECORDS, asked, hostOf([], asked));
  expect(begun).toMatchObject({ course: { complete: null }, wished: null });
  const done = await advance(begun, asked, hostOf([], asked, { one: "## DONE\n" }));
  expect(done).toMatchObject({ course: { complete: NOW }, completed: true, wished: [NOW + 7_000, NOW - 9] });
  const since = wishes({ agents: { chief: up(NOW + 1) } });
  const later = await advance(done, since, hostOf([], since, { one: "## DONE\n" }));
  expect(later.wished).toEqual(done.wished);
});

it("hears a pause before it obeys a DONE that came after it, though its tick had begun before both", async () => {
  const asked = wishes();
  const begun = await advance(FRESH_RECORDS, asked, hostOf([], asked));
  const paused = wishes({ pause: { on: true, at: NOW, by: "ada" } });
  const after = await advance(begun, asked, hostOf([], paused, { one: "## DONE\n" }));
  expect(after.course).toEqual(begun.course);
  const next = await advance(after, paused, hostOf([], paused, { one: "## DONE\n" }));
  expect(next.course).toMatchObject({ phase: "one", complete: null });
});

it("knows of the phase that is on whether the branch says that it is done", async () => {
  const said: (string | null | undefined)[] = [undefined, null, "# one\n", "## DONE\n"];
  const journal: JournalEntry[] = [];
  const relay = { pushed: () => said[0], isFailing: () => false };
  const pushed = { ...loop, done_source: "pushed" };
  const site = { root: "/p", project: { agents: [LOOP], loop: pushed } };
  const asked = wishes({ pause: { on: true, at: NOW, by: "ada" } });
  const host = { ...hostOf(journal, asked), relay, site } as unknown as Host;
  let records: Records = FRESH_RECORDS;
  const known: (string | null)[] = [];
  for (; said.length > 0; said.shift()) {
    records = await advance(records, asked, host);
    known.push(records.pushed);
  }
  expect(known).toEqual([null, null, null, "one"]);
});
