import { expect, it } from "vitest";
import { LOOP, messageOf, NOW, running } from "../../test/scene.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { FRESH_RECORDS, NO_WISHES } from "../watch/records.ts";
import type { Action } from "../watch/scene.ts";
import type { Host } from "./host.ts";
import { intend } from "./intend.ts";

/** As much of a host as an intent needs. */
const hostOf = (journal: JournalEntry[]): Host =>
  ({
    clock: { now: () => NOW },
    store: {
      wishes: async () => NO_WISHES,
      journal: async (entries: readonly JournalEntry[]) => void journal.push(...entries),
    },
  }) as unknown as Host;

const before = { ...FRESH_RECORDS, agents: { builder: running(60_000) } };
const intended = async (action: Action) => {
  const journal: JournalEntry[] = [];
  const { intents, records } = await intend(before, [{ agent: LOOP, action }], hostOf(journal));
  return { intents, record: records.agents.builder, said: journal.map(({ what }) => what) };
};

it("knows why a run is ended before the signal is sent: a crash between must not make it a death", async () => {
  const { record, said } = await intended({ do: "stop", because: "stalled" });
  expect(record?.stopping).toEqual({ step: "told", since: NOW, enters: 0, because: "stalled" });
  expect(said).toEqual(["told-to-stop"]);
});

it("knows which message is typed or submitted before the key is pressed", async () => {
  const message = messageOf();
  const { record } = await intended({ do: "type", message });
  expect(record?.mail).toMatchObject({ id: message.id, state: "typing", enters: 0 });
  expect(await intended({ do: "press-enter", message })).toMatchObject({ intents: 1 });
});

it("has no intent where doing it twice is doing it once", async () => {
  expect(await intended({ do: "kill" })).toMatchObject({ intents: 0, said: [] });
});
