import { expect, it } from "vitest";
import { parseEntry } from "./journal.ts";

it.each([
  ["an entry", '{"at":1,"agent":null,"what":"phase-done","phase":"a"}', 1],
  ["what this engine does not know", '{"at":1,"agent":"a","what":"danced"}', 1],
  ["a line cut short", '{"at":1,"agent":"a","wha', 0],
  ["the end of a line", '"agent":"a","what":"died"}', 0],
  ["an empty line", "", 0],
  ["a bare value", "5", 0],
  ["null", "null", 0],
  ["an object that is no entry", '{"at":1}', 0],
])("reads a line of the journal: %s", (_, line, found) => {
  expect(parseEntry(line)).toHaveLength(found);
});
