import type { Records } from "../watch/records.ts";
import type { Host } from "./host.ts";
import { because } from "./note.ts";

/** A check of the project as a whole. Trouble with it is told once for each change, and hinders no other check. */
export async function apart(
  check: string,
  before: Records,
  { store, clock }: Host,
  work: (records: Records) => Promise<Records>,
): Promise<Records> {
  const { [check]: known, ...others } = before.troubles;
  const entry = { at: clock.now(), agent: null, check };
  try {
    const after = await work(before);
    if (known === undefined) return after;
    await store.journal([{ ...entry, what: "check-mended" }]);
    return { ...after, troubles: others };
  } catch (error) {
    const why = because(error);
    if (known === why) return before;
    await store.journal([{ ...entry, what: "check-failed", because: why }]);
    return { ...before, troubles: { ...others, [check]: why } };
  }
}
