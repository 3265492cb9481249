import type { Exit } from "../watch/sighting.ts";

/** One session's own pane, before its backend has read the screen. */
export interface Pane {
  readonly session: string;
  readonly id: string;
  readonly pid: number;
  /** Null on a session that we did not make. */
  readonly project: string | null;
  readonly instance: string | null;
  readonly dead: boolean;
  /** Undefined while tmux has not collected it. */
  readonly exit: Exit | undefined;
  readonly scrolled: boolean;
  /** The title that the program gave its terminal. */
  readonly title: string;
  /** Where its cursor stands. */
  readonly cursor: string;
  /** When it last printed something, in whole seconds since the epoch. */
  readonly activity: number;
  /** Columns and rows, as "200x50". */
  readonly size: string;
  /** When its session was made, in whole seconds since the epoch. */
  readonly created: number;
}

export interface Panes {
  /** Process id of the server; null when there is none. */
  readonly server: number | null;
  readonly epoch: number;
  readonly sessions: ReadonlyMap<string, Pane>;
}

export const NO_PANES: Panes = { server: null, epoch: 0, sessions: new Map() };

const FIELDS = [
  "session_name",
  "pane_id",
  "pane_pid",
  "pane_dead",
  "pane_dead_status",
  "pane_dead_signal",
  "pane_in_mode",
  "cursor_x",
  "cursor_y",
  "window_activity",
  "pane_width",
  "pane_height",
  "pid",
  "@fleet_epoch",
  "@fleet_project",
  "@fleet_instance",
  "@fleet_pane",
  "session_created",
  // Last: it is the program's own text.
  "pane_title",
] as const;
/** What `list-panes` is asked for. */
export const FORMAT = FIELDS.map((field) => `#{${field}}`).join("\t");

/** The lines of `list-panes`. Of a session that a person has split, only the pane that we made counts. */
export function parsePanes(listed: string): Panes {
  const sessions = new Map<string, Pane>();
  let server: number | null = null;
  let epoch = 0;
  for (const line of listed.split("\n").filter((text) => text !== "")) {
    const [session = "", id = "", pid, dead, code = "", signal = "", mode, ...more] = line.split("\t");
    const [column, row, activity, width, height, serverPid, stamped, ...marks] = more;
    const [project = "", instance = "", own = "", created, ...title] = marks;
    server = Number(serverPid);
    epoch = Number(stamped ?? 0);
    if (own !== "" && own !== id) continue;
    if (own === "" && sessions.has(session)) continue;
    // A blank exit is an exit not known yet; it is not an exit of 0.
    const exit = signal !== "" ? { signal } : code !== "" ? { code: Number(code) } : undefined;
    sessions.set(session, {
      session,
      id,
      pid: Number(pid),
      project: project === "" ? null : project,
      instance: instance === "" ? null : instance,
      dead: dead === "1",
      exit: dead === "1" ? exit : undefined,
      scrolled: mode !== "0" && mode !== "",
      title: title.join("\t"),
      cursor: `${column} ${row}`,
      activity: Number(activity),
      size: `${width}x${height}`,
      created: Number(created),
    });
  }
  return { server, epoch, sessions };
}
