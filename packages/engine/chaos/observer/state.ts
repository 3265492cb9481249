import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** What a watchdog may never forget, whatever happens to it. */
export interface History {
  see(): readonly string[];
  /** Each phase in the order in which it was entered. */
  readonly entered: readonly string[];
}

interface Stored {
  readonly epoch: number;
  readonly course: { readonly phase: string; readonly turn: number; readonly complete: number | null } | null;
}

/** Reads the state file whenever it was written: it is always whole, and never goes back. */
export function createHistory(state: string): History {
  const file = path.join(state, "records.json");
  const entered: string[] = [];
  let [written, epoch, turn, complete] = ["", 0, 0, false];
  return {
    entered,
    see() {
      const wrong: string[] = [];
      const before = written;
      written = writtenOf(file);
      if (written === before) return [];
      if (written === "") return ["records.json has gone"];
      const stored = parse(file);
      if (stored === null) return ["records.json is not whole"];
      if (stored.epoch < epoch) wrong.push(`the epoch went back from ${epoch} to ${stored.epoch}`);
      epoch = stored.epoch;
      const { course } = stored;
      if (course === null) return turn === 0 ? wrong : [...wrong, `turn ${turn} was forgotten`];
      if (course.turn < turn) wrong.push(`the turn went back from ${turn} to ${course.turn}`);
      if (course.turn > turn) entered.push(course.phase);
      turn = course.turn;
      if (complete && course.complete === null) wrong.push("the end of the sequence was forgotten");
      complete = course.complete !== null;
      return wrong;
    },
  };
}

/** A mark of one writing of a file; "" when it is not there. */
function writtenOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? "" : `${stat.ino} ${stat.mtimeNs}`;
}

function parse(file: string): Stored | null {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

export const isComplete = (state: string): boolean => existsSync(path.join(state, "SEQUENCE-COMPLETE"));
