import { expect, it } from "vitest";
import { row } from "./conformance/delivery.ts";
import { TEXTS } from "./conformance/texts.ts";
import { DRIVEN_CLIS } from "./driven.ts";

/*
 * The little sister of `pnpm conformance`, which does this a hundred times with
 * each kind of text.
 */

const KINDS = Object.values(TEXTS);
const ofEachKind = (nth: number): string => KINDS[nth % KINDS.length]?.(nth) ?? "";

it.each(
  DRIVEN_CLIS.flatMap((cli) => [
    { cli, does: "rests", busy: false },
    { cli, does: "works", busy: true },
  ]),
)(
  "$cli is told once and whole what is short, of many lines, long, and of all scripts, while it $does",
  async ({ cli, busy }) => {
    const { good, wrong } = await row(cli, KINDS.length, busy, ofEachKind);
    expect(wrong).toEqual([]);
    expect(good).toBe(KINDS.length);
  },
);
