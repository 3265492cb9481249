import type { Duration } from "./watch/time.ts";

export type Kind = "persistent" | "loop" | "task" | "service";
export type Watch = "none" | "heal" | "heal+stall";

/** What agents.toml says, with defaults filled in and names resolved. Keys keep the file's own words; durations are milliseconds. */
export interface Project {
  readonly session_prefix: string;
  /** The state directory, relative to the project. */
  readonly log_dir: string;
  /** Alias to full id, the built-in ones included. */
  readonly models: Readonly<Record<string, string>>;
  readonly backends: Readonly<Record<string, BackendSettings>>;
  /** Agents in file order, then services in file order: the order of `status`. */
  readonly agents: readonly Agent[];
  readonly loop: Loop | null;
  readonly supervision: Policy;
}

export interface Agent {
  readonly name: string;
  readonly kind: Kind;
  readonly enabled: boolean;
  /** The whole tmux session name, prefix included. */
  readonly session: string;
  /** Relative to the project. */
  readonly workdir: string;
  /** Null for a service, and only for a service. */
  readonly backend: string | null;
  /** As written: an alias or a full id. Null when neither the agent nor [defaults] says one, and for services. */
  readonly model: string | null;
  /** Services are always "heal". */
  readonly watch: Watch;
  readonly role: string;
  /** A prompt file, relative to the project, for a fresh conversation. */
  readonly prompt: string | null;
  /** A service's argv; null for everything else, and for a server, which its backend knows how to start. */
  readonly command: readonly [string, ...string[]] | null;
  /** Of a service: the backend whose agents share it as their server; null for everyone else. */
  readonly serves: string | null;
  readonly args: readonly string[];
  readonly deny_args: readonly string[];
  readonly schedule: { readonly cron: string; readonly tz: string } | null;
  readonly start: "use-or-create" | "fresh";
}

export interface BackendSettings {
  readonly command: readonly [string, ...string[]] | null;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the project. */
  readonly env_file: string | null;
  /** Where the server that its agents share is to be; null: each runs its own. */
  readonly server: string | null;
  /** Its agents' workdirs are trusted without a dialog, for their runs alone. */
  readonly trust_workdirs: boolean;
}

export interface Loop {
  readonly kickoff_template: string | null;
  readonly roles_dir: string | null;
  /** Inside the workdir of done_by. */
  readonly docs_dir: string;
  readonly done_by: string;
  /** Where the STATUS file is read: in the workdir of done_by, or at the head of the watched branch. */
  readonly done_source: "local" | "pushed";
  readonly phases: readonly Phase[];
  readonly on_complete:
    | { readonly agent: string; readonly message: string }
    | { readonly command: readonly [string, ...string[]] }
    | null;
  readonly handoff: Handoff | null;
}

export interface Phase {
  readonly id: string;
  readonly plan: string;
  /** Loop agent to model, as written. The string form of the file has become one entry a loop agent. */
  readonly models: Readonly<Record<string, string>>;
}

export interface Handoff {
  /** A clone, relative to the project, whose remote is watched. */
  readonly repo: string;
  readonly branch: string;
  /** Who hears of a commit whose subject starts with "claim(". */
  readonly claim: string;
  readonly review: string;
  /** A file at the top of the branch, and who hears when it changes. */
  readonly inbox: Readonly<Record<string, string>>;
}

/** The [supervision] table: when to look, when to worry, and how patient to be. */
export interface Policy {
  readonly signal_tick: Duration;
  readonly heavy_tick: Duration;
  readonly stall_idle: Duration;
  readonly stall_grace: Duration;
  /** A declared wait further ahead than this (and a minute) does not count. */
  readonly max_wait: Duration;
  readonly start_timeout: Duration;
  /** A scheduled slot that was missed, because no watchdog ran, is run late if it is not older than this. */
  readonly catch_up: Duration;
  /** After this much uptime a death is the first again: the backoff begins anew. */
  readonly healthy_after: Duration;
  /** The wait before the n-th automatic restart; the last entry goes on. */
  readonly backoff: readonly Duration[];
  readonly start_limit: number;
  readonly start_limit_window: Duration;
  readonly restart_gap: Duration;
  /** So long, at the most, may a loop agent that is at work when its phase is done go on, to end its turn. */
  readonly turn_grace: Duration;
  /** How long an agent that was asked to quit may take; 0: nobody is asked. */
  readonly quit_grace: Duration;
  readonly stop_signal: "TERM" | "INT" | "HUP";
  readonly stop_grace: Duration;
  readonly clock_jump: Duration;
}
