import { expect, it } from "vitest";
import { LOOP, NOW, running } from "../../test/scene.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { FRESH_RECORDS, type Records } from "../watch/records.ts";
import { act } from "./act.ts";
import type { Host } from "./host.ts";

it.each([
  ["clear", { do: "clear" }],
  ["enter-quit", { do: "enter-quit" }],
] as const)(
  "tells once that it can't %s, however often it is tried, and when it can again",
  async (_, action) => {
    const journal: JournalEntry[] = [];
    let trouble: string | null = "tmux does not answer";
    const key = async (): Promise<boolean> => {
      if (trouble !== null) throw new Error(trouble);
      return true;
    };
    const host = {
      site: { project: { agents: [], backends: {} } },
      clock: { now: () => NOW },
      terminal: { close: key, press: key },
      store: { journal: async (entries: readonly JournalEntry[]) => void journal.push(...entries) },
    } as unknown as Host;
    let records: Records = { ...FRESH_RECORDS, agents: { [LOOP.name]: running(60_000) } };
    const turn = async (times: number) => {
      for (let nth = 0; nth < times; nth++) records = await act(records, [{ agent: LOOP, action }], host);
    };
    await turn(1_000);
    trouble = "no such server";
    await turn(1_000);
    trouble = null;
    await turn(1);
    const done = action.do === "clear" ? "cleared" : "quit-entered";
    expect(journal.map(({ what, because, times }) => [what, because ?? times])).toEqual([
      ["act-failed", "tmux does not answer"],
      ["act-failed", "no such server"],
      ["act-mended", 2_000],
      [done, undefined],
    ]);
  },
);
