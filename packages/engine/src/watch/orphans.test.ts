import { expect, it } from "vitest";
import { LOOP, policy, running } from "../../test/scene.ts";
import type { Project } from "../project.ts";
import { orphansOf, withoutOrphans } from "./orphans.ts";
import { FRESH_RECORD } from "./record.ts";
import { FRESH_RECORDS } from "./records.ts";

const project = { session_prefix: "x-", agents: [LOOP], supervision: policy } as unknown as Project;
const session = (name: string, instance: string | null, of: string | null = "ours") => ({
  session: name,
  project: of,
  instance,
});
const of = (
  agents: Readonly<Record<string, ReturnType<typeof running>>>,
  marked: readonly ReturnType<typeof session>[],
) =>
  orphansOf(project, { ...FRESH_RECORDS, agents }, marked, "ours").map((agent) => [
    agent.name,
    agent.session,
  ]);

it("are runs of ours that no agent owns, by their record or by the marks of their session", () => {
  expect(of({ builder: running(1) }, [session("x-builder", "i-1")])).toEqual([]);
  expect(of({ old: running(1) }, [session("x-old", "i-1")])).toEqual([["old", "x-old"]]);
  expect(of({ old: running(1) }, [])).toEqual([["old", ""]]);
  expect(of({ old: FRESH_RECORD }, [])).toEqual([]);
  expect(of({}, [session("x-old", "i-7")])).toEqual([["session x-old", "x-old"]]);
});

it("are never sessions of somebody else", () => {
  const foreign = [session("x-a", null, null), session("x-b", "i-7", "theirs"), session("x-c", null)];
  expect(of({}, foreign)).toEqual([]);
});

it("are forgotten when they have ended", () => {
  const agents = { "session x-a": FRESH_RECORD, "session x-b": running(1), builder: FRESH_RECORD };
  expect(Object.keys(withoutOrphans({ ...FRESH_RECORDS, agents }).agents)).toEqual([
    "session x-b",
    "builder",
  ]);
});
