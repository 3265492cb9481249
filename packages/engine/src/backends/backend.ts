import type { BackendSettings } from "../project.ts";
import type { Reading } from "../watch/sighting.ts";
import type { Claim } from "../watch/sign.ts";
import type { Instant } from "../watch/time.ts";
import type { Passage } from "./passage.ts";
import type { View } from "./view.ts";

/** A command, ready to run. Building one does nothing. */
export interface Launch {
  readonly argv: readonly [string, ...string[]];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Programs of ours that must lie on disk before it starts: absolute path to the asset's name. */
  readonly assets: Readonly<Record<string, string>>;
  /** Files of settings, below the state directory, that must lie there too: absolute path to their text. */
  readonly files: Readonly<Record<string, string>>;
}

export interface LaunchRequest {
  readonly agent: string;
  /** Absolute. */
  readonly workdir: string;
  /** The state directory, absolute. */
  readonly state: string;
  /** A UUID that no other run has or had: a backend that may name its conversation can take it for a name. */
  readonly instance: string;
  /** A full id. */
  readonly model: string | null;
  readonly args: readonly string[];
  readonly settings: BackendSettings | null;
  /** The first message: constant words that point at a file, so that no prompt shows in `ps`. */
  readonly first: string | null;
  /** The folder of that file, absolute. Of all outside its workdir, it has to read there, and no person is there to allow it. */
  readonly kickoffs: string;
  /** Null begins a conversation; else this one is gone on with. Its id is null where the backend finds it by itself. */
  readonly resume: { readonly id: string | null } | null;
  /** The shared server that it attaches to, and the conversation there; null: it runs on its own. */
  readonly server: Attachment | null;
  /** The program, absolute, that a hook of the backend is to run: what it reads on its standard input reaches `hears`. */
  readonly hook: string;
}

export interface Attachment {
  readonly url: string;
  readonly password: string;
  readonly conversation: string;
  /** For temporary files. */
  readonly tmp: string;
}

/** A server that agents are to share. */
export interface ServeRequest {
  readonly url: string;
  readonly password: string;
  /** The state directory, the place of its seats and the one for its temporary files: all absolute. */
  readonly state: string;
  readonly seats: string;
  readonly tmp: string;
  readonly cwd: string;
  readonly settings: BackendSettings | null;
}

/** All that the engine knows about one agent program. A backend only knows; it never does. */
export interface Backend {
  /** The command that starts it. */
  launch(request: LaunchRequest): Launch;
  /** The command that starts the server that its agents may share; absent where there is none. */
  serve?(request: ServeRequest): Launch;
  /** The command that tells its version; absent where it tells none. */
  version?(settings: BackendSettings | null): readonly [string, ...string[]];
  /** What its screen says. */
  read(view: View): Reading;
  /**
   * What one of its hooks said, and when: the text that the hook was given,
   * usually JSON. Null when nothing of it matters.
   */
  hears?(event: string, at: Instant): Claim | null;
  /**
   * By what its agents share a usage limit, as the environment of a run tells: a key, the folder of a login, or a name.
   * Null, and absent: by nothing that is known; then a limit is each agent's own.
   */
  account?(of: {
    readonly home: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  }): { readonly by: "key" | "folder" | "name"; readonly value: string } | null;
  /** The file in which it says how it is, and how that is to be read; `home` is its HOME, `pid` its process. */
  readonly status?: {
    file(of: {
      readonly home: string;
      readonly pid: number;
      readonly env: Readonly<Record<string, string | undefined>>;
    }): string;
    read(text: string): Claim | null;
  };
  /** The folder in which each of its processes keeps a file about itself. */
  readonly registry?: {
    folder(of: { readonly home: string; readonly env: Readonly<Record<string, string | undefined>> }): string;
    read(text: string): { readonly pid: number; readonly conversation: string } | null;
  };
  /** What it notes of its conversation, a record a line, in a file that it names in an event, that it holds open, or that lies where it keeps them. */
  transcript?(line: string): Claim | null;
  /** The same record, or one of its database, as a person would read the conversation. Who has none of this gets its terminal taped. */
  passages?(record: string): readonly Passage[];
  /** For a program that keeps its conversations in a database. */
  readonly database?: {
    file(of: { readonly home: string; readonly env: Readonly<Record<string, string | undefined>> }): string;
    /** SQL: the records of a conversation (first `?`), in their order, that came or changed since a moment in milliseconds (second `?`), each with that moment. */
    readonly records: string;
  };
  /** For a program that names its transcript nowhere: which of the files is it that its process holds open? */
  readonly opens?: {
    /** By its name; of several the last one counts, in the order of their names. */
    isTranscript(file: string): boolean;
    /** The conversation's id, by the file's first line; null where it is not the agent's own. */
    conversation(head: string): string | null;
  };
  /** For a program that names its transcript nowhere, and opens it only to write a line. */
  readonly kept?: {
    /** The folder below which they all lie. */
    root(of: { readonly home: string; readonly env: Readonly<Record<string, string | undefined>> }): string;
    /** Which of them may be this conversation's: a glob, from there. */
    pattern(conversation: string): string;
    /** The conversation's id, by the file's first line. */
    conversation(head: string): string | null;
  };
  /**
   * Does the box show just what was typed, though not by its beginning? Some
   * programs show a placeholder for a long paste. Asked only about text that
   * was typed by us and not seen since.
   */
  holds?(draft: string, typed: string): boolean;
  /** Does the screen show the message with this mark as one that was heard, outside of the box? Without this, the screen confirms none. */
  heard?(screen: string, mark: string): boolean;
  /** Does the screen show it as one that is kept for later? It is not heard yet, and would be lost with the process. */
  keeps?(screen: string, mark: string): boolean;
  /** The part of a screen that changes only when something was done; the default leaves out clocks and spinners. */
  essence?(screen: string): string;
  /** Its screen is read with its colours, so that faint words in the box are known for a placeholder. */
  readonly styled: boolean;
  /** How a conversation gets its id: it takes the run's, it tells its own by a claim, or there is none, and it finds the last one by itself. */
  readonly conversations: "the run's" | "told" | "its own";
  /** What is typed while it works, it takes when it can: nothing of it is lost. */
  readonly queues: boolean;
  /** A plugin of ours inside it takes messages at a door, a folder of the agent's own: nothing has to be typed. */
  readonly door: boolean;
  /** The tmux keys that submit what was typed. */
  readonly submit: readonly string[];
  /** So long it needs, after a paste, before it takes the Enter for one; in milliseconds. */
  readonly settle: number;
  /** So long it may need, on a busy machine, to show that it has taken an Enter; in milliseconds. Some take a second one for the same text once more. */
  readonly showing: number;
  /** What its user would type into the empty box to end it; null when there is no such word. */
  readonly quit: string | null;
  /** Variables of the caller that it needs, besides the few that every agent gets. */
  readonly passes: readonly string[];
}
