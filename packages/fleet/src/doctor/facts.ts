/** What the doctor saw, before it says what that means. */
export interface Facts {
  readonly machine: MachineFacts;
  readonly programs: readonly ProgramFacts[];
  /** Null where there is no fleet.toml, or none that can be read. */
  readonly fleet: FleetFacts | null;
}

export interface MachineFacts {
  readonly root: boolean;
  readonly node: string;
  /** Null: it is not installed. */
  readonly tmux: string | null;
  readonly git: string | null;
  /** Does git write a value that ends in a carriage return so that it reads the same again? Null: not known. */
  readonly gitQuotes: boolean | null;
  /** The socket of the tmux that we are typed in. */
  readonly insideTmux: string | null;
  readonly path: string;
  readonly temporary: { readonly path: string; readonly is: "writable" | "missing" | "read-only" };
  /** How many files a process may have open at the most; null: no limit, or not known. */
  readonly files: number | null;
  readonly inotify: { readonly instances: number; readonly used: number; readonly watches: number } | null;
  readonly synchronized: boolean | null;
  /** systemd runs this machine. */
  readonly systemd: boolean;
  readonly disks: readonly DiskFacts[];
}

export interface DiskFacts {
  readonly path: string;
  /** In bytes. */
  readonly free: number;
  /** How many files more; null where the file system does not count them. */
  readonly files: number | null;
}

/** One agent program as some agents use it. */
export interface ProgramFacts {
  readonly backend: string;
  /** What is run: its name, or its path. */
  readonly command: string;
  /** The projects whose agents use it. */
  readonly projects: readonly string[];
  /** What it said; "missing", or "silent" when it did not end in time or said no version. */
  readonly said: { readonly version: string } | "missing" | "silent";
  readonly login: LoginFact;
}

/**
 * file, variable: there it is, by that name. elsewhere: a file of settings, or
 * one of secrets, that may name a login of its own. Nothing of it is read.
 */
export type LoginFact =
  | { readonly by: "file" | "variable" | "elsewhere"; readonly name: string }
  | { readonly by: "nothing"; readonly command: string; readonly looked: readonly string[] }
  | null;

export interface FleetFacts {
  readonly root: string;
  /** What `validate` finds wrong in the files: of these projects, where some were named. */
  readonly problems: number;
  /** Those whose files can be read. */
  readonly projects: readonly ProjectFacts[];
  /** What git would take into the fleet's own repository, and is not meant to be there. */
  readonly strays: readonly string[];
}

export interface ProjectFacts {
  readonly name: string;
  readonly folder: string;
  readonly agents: number;
  readonly running: number;
  readonly state: StateFacts | null;
  /** Of its tmux server, when one runs. */
  readonly server: ServerFacts | null;
  /** Are agents asked for? */
  readonly wished: boolean;
  readonly watched: boolean;
  /** systemd starts its keeper with the machine: fleet service. */
  readonly unit: boolean;
  /** What the watchdog runs with, and does not find there. */
  readonly unfound: readonly string[];
  readonly leftovers: readonly { readonly pid: number; readonly agent: string }[];
  readonly orphans: readonly string[];
  /** Files with state or secrets that git does not ignore. */
  readonly unignored: readonly { readonly path: string; readonly tracked: boolean }[];
  /** Folders in which agents commit, and git does not know as whom. */
  readonly nameless: readonly string[];
  readonly remotes: readonly RemoteFact[];
}

export interface StateFacts {
  readonly path: string;
  readonly own: boolean;
  readonly mode: number;
  /** Bytes of the socket's path. */
  readonly socketLength: number;
  /** A socket lies there, and nobody listens. */
  readonly deadSocket: string | null;
}

export interface ServerFacts {
  readonly socket: string;
  readonly version: string | null;
  /** Null: it does not say. */
  readonly remainOnExit: boolean | null;
  readonly destroyUnattached: boolean | null;
}

export interface RemoteFact {
  readonly url: string;
  readonly answers: boolean;
  readonly because: string;
  /** It answers, and only with the ssh agent of this login. */
  readonly byAgentOnly: boolean;
}
