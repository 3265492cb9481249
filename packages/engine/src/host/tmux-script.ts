import { tapeScript } from "../watch/tape.ts";

/** Quotes one word for tmux's own command language. */
export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** tmux expands #{…} and #(…) even in names and folders; doubled, a # stays a #. */
const literal = (text: string): string => quote(text.replaceAll("#", "##"));

export const windowSize = { columns: 200, rows: 50 } as const;

/** In what tmux hands to a shell it expands times, too: a % is doubled, and the one that it is to put there stands for itself. */
const timed = (script: (seconds: string) => string): string =>
  literal(script(NOW).replaceAll("%", "%%").replace(NOW, "%s"));

const NOW = "the-seconds";

/** Of our own server only. The user's tmux.conf is not read, and no program may reach past its pane. */
const OPTIONS = [
  "set-option -s exit-empty off",
  "set-option -s set-clipboard off",
  "set-option -g remain-on-exit on",
  "set-option -g history-limit 2000",
  "set-option -g default-size 200x50",
  "set-option -g allow-rename off",
  "set-option -g automatic-rename off",
  "set-option -g allow-passthrough off",
  "set-option -g destroy-unattached off",
  "set-option -g status-left-length 40",
];

/** Only the newest watchdog's commands take effect: the server itself compares the epochs. */
export const fenced = (epoch: number, ...commands: readonly string[]): string =>
  `if-shell -F '#{==:#{@fleet_epoch},${epoch}}' { ${commands.join(" ; ")} } { display-message -p ${STALE} }`;

export const STALE = "stale-epoch";

/** Raises the server's epoch to ours, unless a newer watchdog has been here. */
export const claim = (epoch: number): string =>
  `if-shell -F '#{e|<|:#{?@fleet_epoch,#{@fleet_epoch},0},${epoch}}' { set-option -g @fleet_epoch ${epoch} }`;

export const setUp = (epoch: number): string => fenced(epoch, ...OPTIONS);

export interface Opening {
  readonly session: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly project: string;
  readonly instance: string;
  /** Where what it prints is kept, absolute; null: nowhere. */
  readonly tape: string | null;
}

/** A new session and its marks, in one line: where the session can't be made, nothing is marked. */
export function open(epoch: number, opening: Opening): string {
  const { session, argv, cwd, env, project, instance, tape } = opening;
  const target = quote(`=${session}:`);
  const variables = Object.entries(env).map(([name, value]) => `-e ${quote(`${name}=${value}`)}`);
  const { columns, rows } = windowSize;
  const size = `-x ${columns} -y ${rows}`;
  const command = argv.map(quote).join(" ");
  return fenced(
    epoch,
    `new-session -d -s ${quote(session)} ${size} -c ${literal(cwd)} ${variables.join(" ")} -- ${command}`,
    `set-option -t ${target} @fleet_project ${quote(project)}`,
    `set-option -t ${target} @fleet_instance ${quote(instance)}`,
    `set-option -F -t ${target} @fleet_pane '#{pane_id}'`,
    ...(tape === null
      ? []
      : [`pipe-pane -t ${target} ${timed((seconds) => tapeScript(tape, `${columns}x${rows}`, seconds))}`]),
  );
}

export const close = (epoch: number, session: string): string =>
  fenced(epoch, `kill-session -t ${quote(`=${session}`)}`);

/** True inside the server when this very run is still in the session, not in copy mode, and its cursor has not moved: a dialog or a person would have moved it. */
export function isStill(epoch: number, instance: string, cursor: string): string {
  const run = `#{&&:#{==:#{@fleet_epoch},${epoch}},#{==:#{@fleet_instance},${instance}}}`;
  const place = `#{&&:#{==:#{pane_in_mode},0},#{==:#{cursor_x} #{cursor_y},${cursor}}}`;
  return `#{&&:${run},${place}}`;
}
