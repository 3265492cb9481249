/** Where one agent program is seated. */
export interface Place {
  /** HOME; everything that the program keeps is below. */
  readonly home: string;
  readonly workdir: string;
  /** The folders in which it may work: the workdir, and what else a test has. */
  readonly trusts: readonly string[];
  /** The model API. */
  readonly url: string;
  readonly key: string;
  /** Ask before tools run; otherwise everything is allowed. */
  readonly asks: boolean;
}

export interface Start {
  readonly prompt: string | null;
  /** The id of a conversation to go on with. */
  readonly resume: string | null;
  readonly args: readonly string[];
}

/**
 * How one agent program is started so that it shows no dialog, sends no
 * telemetry and fetches nothing. Facts of the pinned version, measured.
 */
export interface Program {
  /** By path, absolute. */
  files(place: Place): Readonly<Record<string, string>>;
  env(place: Place): Readonly<Record<string, string>>;
  argv(start: Start, place: Place): readonly string[];
  /** The id of the newest conversation that was kept, or null. */
  conversation(place: Place): Promise<string | null>;
  /** Can a person type into it? It is up, whatever else is on the screen. */
  readonly box: RegExp;
  /** On the screen while it works, and never else. */
  readonly busy: RegExp;
  /** On the screen while it asks whether a tool may run. */
  readonly asking: RegExp;
  /** What a person presses to say yes. */
  readonly yes: readonly string[];
}
