import type { BackendSettings } from "../project.ts";
import type { Reading } from "../watch/sighting.ts";

/** A command, ready to run. Building one does nothing. */
export interface Launch {
  readonly argv: readonly [string, ...string[]];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Programs of ours that must lie on disk before it starts: absolute path to the asset's name. */
  readonly assets: Readonly<Record<string, string>>;
}

export interface LaunchRequest {
  readonly agent: string;
  /** Absolute. */
  readonly workdir: string;
  /** The state directory, absolute. */
  readonly state: string;
  /** A full id. */
  readonly model: string | null;
  readonly args: readonly string[];
  readonly settings: BackendSettings | null;
  /** The first message: constant words that point at a file, so that no prompt shows in `ps`. */
  readonly first: string | null;
  /** Go on with the conversation of the agent's last run, where the backend can. */
  readonly resume: boolean;
}

/** All that the engine knows about one agent program. A backend only knows; it never does. */
export interface Backend {
  /** The command that starts it. */
  launch(request: LaunchRequest): Launch;
  /** What its screen says. Lines as tmux captured them, without colours. */
  read(screen: string): Reading;
  /**
   * Does the box show just what was typed, though not by its beginning? Some
   * programs show a placeholder for a long paste. Asked only about text that
   * was typed by us and not seen since.
   */
  holds?(draft: string, typed: string): boolean;
  /** Does the screen show the message with this mark as one that was heard, outside of the box? Without this, none is ever called confirmed. */
  heard?(screen: string, mark: string): boolean;
  /** The part of a screen that changes only when something was done; the default leaves out clocks and spinners. */
  essence?(screen: string): string;
  /** The tmux keys that submit what was typed. */
  readonly submit: readonly string[];
  /** What its user would type into the empty box to end it; null when there is no such word. */
  readonly quit: string | null;
  /** Variables of the caller that it needs, besides the few that every agent gets. */
  readonly passes: readonly string[];
}
