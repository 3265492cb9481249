import type { Tone } from "./cells.ts";
import type { Row } from "./rows.ts";

/** What a key asks of the world. */
export type Errand =
  | { readonly do: "attach"; readonly project: string; readonly agent: string; readonly readOnly: boolean }
  | {
      readonly do: "read";
      readonly what: "why" | "logs";
      readonly project: string;
      readonly agent: string | null;
    }
  | { readonly do: "send"; readonly project: string; readonly agent: string | null; readonly text: string }
  | { readonly do: "restart"; readonly project: string; readonly agent: string | null }
  | { readonly do: "quit"; readonly exit: number };

export type Reading = Extract<Errand, { readonly do: "read" }>;

/** What the keys mean just now. */
export type Mode =
  | { readonly is: "list" }
  | { readonly is: "filter"; readonly before: string }
  | { readonly is: "restart"; readonly project: string; readonly agent: string | null }
  | { readonly is: "compose"; readonly project: string; readonly agent: string | null; readonly text: string }
  | {
      readonly is: "text";
      readonly title: string;
      /** What it is asked for again; null for what does not change. */
      readonly reading: Reading | null;
      /** Null until it was read. */
      readonly text: string | null;
      /** The first line that is shown; "end": the last ones, whatever comes. */
      readonly top: number | "end";
    };

/** What the person has done with the screen. */
export interface State {
  /** Null until the first move: then it is who needs a person most. */
  readonly selected: string | null;
  /** Where that stood, for when it is gone. */
  readonly at: number;
  readonly filter: string;
  readonly folds: ReadonlyMap<string, boolean>;
  readonly mode: Mode;
  /** What came of the last errand, until the next key. */
  readonly note: { readonly text: string; readonly tone: Tone } | null;
}

export const LIST: Mode = { is: "list" };

export const BEGINNING: State = {
  selected: null,
  at: 0,
  filter: "",
  folds: new Map(),
  mode: LIST,
  note: null,
};

/** Which of the rows is selected; -1 when there are none. */
export function selectedIn(rows: readonly Row[], { selected, at }: State): number {
  const found = rows.findIndex(({ key }) => key === selected);
  if (found >= 0) return found;
  if (selected !== null) return Math.min(at, rows.length - 1);
  if (rows[0]?.concern != null) return 0;
  const first = rows.findIndex(({ is }) => is === "agent");
  return first >= 0 ? first : rows.length > 0 ? 0 : -1;
}

/** A text that was read for the person, if they still want to see it. */
export function withText(state: State, reading: Reading, text: string): State {
  const { mode } = state;
  return mode.is === "text" && mode.reading === reading ? { ...state, mode: { ...mode, text } } : state;
}
