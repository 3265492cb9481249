import { HELP } from "./help.ts";
import type { AgentRow, Row } from "./rows.ts";
import { type Errand, LIST, type Mode, type Reading, type State, selectedIn } from "./state.ts";

/** One key: a name for those that have one, otherwise the text itself. Pasted text is text, whatever it says. */
export type Key =
  | { readonly is: "key"; readonly name: string }
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "paste"; readonly text: string };

/** What the person sees while they press it. */
export interface Sight {
  readonly rows: readonly Row[];
  /** How many lines are shown at once, of the list or of the text. */
  readonly page: number;
  /** How many lines the text has. */
  readonly total: number;
}

export interface Step {
  readonly state: State;
  readonly errand: Errand | null;
}

/** What a key does. */
export function press(before: State, key: Key, sight: Sight): Step {
  const state = before.note === null ? before : { ...before, note: null };
  if (key.is === "key" && key.name === "ctrl-c") return { state, errand: { do: "quit", exit: 130 } };
  const { mode } = state;
  switch (mode.is) {
    case "list":
      return pressInList(state, key, sight);
    case "filter":
      return only(pressInFilter(state, mode, key));
    case "restart":
      return pressInQuestion(state, mode, key);
    case "compose":
      return pressInMessage(state, mode, key);
    case "text":
      return only(pressInText(state, mode, key, sight));
    default:
      return mode satisfies never;
  }
}

const only = (state: State): Step => ({ state, errand: null });
const nameOf = (key: Key): string => (key.is === "key" ? key.name : key.is === "text" ? key.text : "");

/** How far a key moves; null for one that does not. */
function movement(name: string, page: number): number | null {
  switch (name) {
    case "up":
    case "k":
      return -1;
    case "down":
    case "j":
      return 1;
    case "pageup":
      return -page;
    case "pagedown":
      return page;
    case "home":
    case "g":
      return Number.NEGATIVE_INFINITY;
    case "end":
    case "G":
      return Number.POSITIVE_INFINITY;
    default:
      return null;
  }
}

const within = (index: number, count: number): number => Math.max(0, Math.min(index, count - 1));

function pressInList(state: State, key: Key, { rows, page }: Sight): Step {
  const name = nameOf(key);
  const index = selectedIn(rows, state);
  const move = movement(name, Math.max(1, page - 1));
  if (move !== null) return only(select(state, rows, within(index + move, rows.length)));
  if (name === "q") return { state, errand: { do: "quit", exit: 0 } };
  if (name === "/") return only({ ...state, mode: { is: "filter", before: state.filter } });
  if (name === "?")
    return only({ ...state, mode: { is: "text", title: "keys", reading: null, text: HELP, top: 0 } });
  if (name === "escape") return only({ ...state, filter: "" });
  const row = rows[index];
  if (row === undefined) return only(state);
  // What is shown as selected stays selected, wherever it moves.
  const chosen = select(state, rows, index);
  return pressOnRow(chosen, name, row, rows);
}

const select = (state: State, rows: readonly Row[], index: number): State => ({
  ...state,
  selected: rows[index]?.key ?? null,
  at: Math.max(0, index),
});

function pressOnRow(state: State, name: string, row: Row, rows: readonly Row[]): Step {
  const project = row.line.project.name;
  const agent = row.is === "agent" ? row.agent.name : null;
  switch (name) {
    case "left":
    case "right":
    case "space":
      return only(fold(state, rows, row, name === "space" ? null : name === "right"));
    case "return":
      return row.is === "agent" ? attach(state, row, false) : only(fold(state, rows, row, null));
    case "v":
      return row.is === "agent" ? attach(state, row, true) : needsAgent(state);
    case "s":
      return only({ ...state, mode: { is: "compose", project, agent, text: "" } });
    case "r":
      return only({ ...state, mode: { is: "restart", project, agent } });
    case "w":
      return read(state, { do: "read", what: "why", project, agent });
    case "l":
      return read(state, { do: "read", what: "logs", project, agent });
    default:
      return only(state);
  }
}

/** To another side, or to the one that is asked for. Who closes a project from within stands on it then. */
function fold(state: State, rows: readonly Row[], row: Row, wanted: boolean | null): State {
  const { name } = row.line.project;
  const at = rows.findIndex(({ key }) => key === name);
  const head = rows[at];
  const open = wanted ?? !(head?.is === "project" && head.open);
  const folds = new Map([...state.folds, [name, open]]);
  return open ? { ...state, folds } : { ...state, folds, selected: name, at };
}

const attach = (state: State, { line, agent }: AgentRow, readOnly: boolean): Step => ({
  state,
  errand: { do: "attach", project: line.project.name, agent: agent.name, readOnly },
});

const needsAgent = (state: State): Step =>
  only({ ...state, note: { text: "choose an agent to look at", tone: "warn" } });

/** Whoever asks for a log wants its end. */
function read(state: State, reading: Reading): Step {
  const { what, project, agent } = reading;
  const title = `${what === "logs" ? "log of" : "why"} ${agent === null ? project : `${project}/${agent}`}`;
  const mode: Mode = { is: "text", title, reading, text: null, top: what === "logs" ? "end" : 0 };
  return { state: { ...state, mode }, errand: reading };
}

function pressInFilter(state: State, { before }: Extract<Mode, { is: "filter" }>, key: Key): State {
  const name = nameOf(key);
  if (name === "return") return { ...state, mode: LIST };
  if (name === "escape") return { ...state, mode: LIST, filter: before };
  return { ...state, filter: edit(state.filter, key) };
}

function pressInQuestion(state: State, { project, agent }: Extract<Mode, { is: "restart" }>, key: Key): Step {
  const asked = { ...state, mode: LIST };
  if (key.is === "text" && (key.text === "y" || key.text === "Y"))
    return { state: asked, errand: { do: "restart", project, agent } };
  return only({ ...asked, note: { text: "nothing was restarted", tone: "quiet" } });
}

function pressInMessage(state: State, mode: Extract<Mode, { is: "compose" }>, key: Key): Step {
  const name = nameOf(key);
  if (name === "escape")
    return only({ ...state, mode: LIST, note: { text: "nothing was sent", tone: "quiet" } });
  if (name !== "return" || key.is !== "key")
    return only({ ...state, mode: { ...mode, text: edit(mode.text, key) } });
  const { project, agent } = mode;
  const text = mode.text.trim();
  if (text === "") return only(state);
  return { state: { ...state, mode: LIST }, errand: { do: "send", project, agent, text } };
}

/** A field of one line, at whose end one writes. */
function edit(text: string, key: Key): string {
  if (key.is === "paste") return text + key.text.replaceAll(/\s+/g, " ");
  if (key.is === "text") return text + key.text;
  if (key.name === "space") return `${text} `;
  if (key.name === "backspace") return [...text].slice(0, -1).join("");
  if (key.name === "ctrl-u") return "";
  return key.name === "ctrl-w" ? text.replace(/\S*\s*$/, "") : text;
}

function pressInText(
  state: State,
  mode: Extract<Mode, { is: "text" }>,
  key: Key,
  { page, total }: Sight,
): State {
  const name = nameOf(key);
  if (name === "q" || name === "escape") return { ...state, mode: LIST };
  const last = Math.max(0, total - page);
  const move = movement(name === "space" ? "pagedown" : name, Math.max(1, page - 1));
  if (move === null) return state;
  const top = Math.max(0, Math.min((mode.top === "end" ? last : mode.top) + move, last));
  // At the end of a log one stays there while it grows.
  const sticks = top === last && mode.reading?.what === "logs";
  return { ...state, mode: { ...mode, top: sticks ? "end" : top } };
}
