import type { Bulletins } from "../host/bulletins.ts";
import type { Clock } from "../host/clock.ts";
import type { Config } from "../host/config.ts";
import type { Disk } from "../host/disk.ts";
import type { Effort } from "../host/effort.ts";
import type { Environment } from "../host/environment.ts";
import type { Informer } from "../host/informer.ts";
import type { AskHealth } from "../host/lack.ts";
import type { Eyes } from "../host/look.ts";
import type { Relay } from "../host/relay.ts";
import type { Rescuer } from "../host/rescuer.ts";
import type { Ran, RunOptions } from "../host/run.ts";
import type { Site } from "../host/site.ts";
import type { Store } from "../host/store.ts";
import type { Terminal } from "../host/tmux.ts";
import type { Wakes } from "../host/wakes.ts";
import type { Handoff } from "../project.ts";
import type { Login } from "../watch/logins.ts";

export interface Accounts {
  readonly bulletins: Bulletins;
  /** By the backend. */
  of(site: Site): Promise<ReadonlyMap<string, Login>>;
}

/** The outside world, as far as the watchdog can touch it. */
export interface Host {
  /** As it is in force in this tick. */
  readonly site: Site;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly eyes: Eyes;
  readonly disk: Disk;
  readonly effort: Effort;
  readonly informer: Informer;
  readonly store: Store;
  readonly wakes: Wakes;
  /** Null when the project declares no handoffs. */
  readonly relay: Relay | null;
  relayTo(handoff: Handoff): Relay;
  /** Null where agents.toml never changes. */
  readonly config: Config | null;
  readonly rescuer: Rescuer;
  /** The logins that the agents use, and what the projects of this user tell each other of them; null: nothing. */
  readonly accounts: Accounts | null;
  readonly environment: Environment;
  /** A name for a run that no other run ever had. */
  newInstance(): string;
  /** Runs a program of the project's to its end. */
  run(file: string, args: readonly string[], options: RunOptions): Promise<Ran>;
  /** The living process that has an agent's conversation open. */
  ownerOf(conversation: string, backend: string): Promise<number | null>;
  readonly healthOf: AskHealth;
  processes(): Promise<ReadonlyMap<string, readonly number[]>>;
  signal(pids: readonly number[], signal: NodeJS.Signals): void;
}
