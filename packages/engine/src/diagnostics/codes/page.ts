/** All that is to be said of one code. */
export interface CodePage {
  /** The problem in a few words. */
  readonly title: string;
  /** What holds, and why. */
  readonly rule: string;
  readonly fix: string;
  /** Of "fleet.toml" and "agents.toml" as much as shows it; of "sh" what leads to it, and out of it again. */
  readonly example: {
    readonly of: "fleet.toml" | "agents.toml" | "sh";
    readonly wrong: string;
    readonly right: string;
  };
}
