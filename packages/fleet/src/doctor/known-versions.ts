/** A version of a program with which something is known to be wrong. */
export interface KnownBad {
  readonly program: string;
  /** From this one on; null: from the first. */
  readonly from: string | null;
  /** Up to this one, which is well. */
  readonly below: string;
  /** note: only some uses of it are bad. */
  readonly level: "wrong" | "note";
  readonly why: string;
  /** When it became known, and where it stands. */
  readonly date: string;
  readonly source: string;
}

/**
 * What is known of versions. A line is added when it was seen, or when the
 * maker says so; it is never taken out, for old versions stay where they are.
 */
export const KNOWN_BAD: readonly KnownBad[] = [
  {
    ...{ program: "node", from: null, below: "24.0.0", level: "wrong" },
    why: "the engine is TypeScript that Node runs as it is, and older ones can't",
    ...{ date: "2025-05-06", source: "https://nodejs.org/en/blog/release/v24.0.0" },
  },
  {
    ...{ program: "node", from: "25.0.0", below: "26.0.0", level: "note" },
    why: "no fixes come for it any more since June 2026",
    ...{ date: "2026-06-01", source: "https://github.com/nodejs/release#release-schedule" },
  },
  {
    ...{ program: "tmux", from: null, below: "3.2", level: "wrong" },
    why: "fleet was never tried with it, and its formats lack what the engine asks for",
    ...{ date: "2026-11-20", source: "docs/architecture.md" },
  },
  {
    ...{ program: "tmux", from: "3.2", below: "3.7", level: "note" },
    why: "a client in control mode (tmux -CC, as iTerm2 uses) that connects while much happens can end the server, and every agent of the project with it; plain `fleet attach` is safe",
    ...{ date: "2026-11-20", source: "https://github.com/tmux/tmux/issues/4980" },
  },
  {
    ...{ program: "tmux", from: "3.6", below: "3.6a", level: "wrong" },
    why: "its server ends as soon as it starts, on some systems",
    ...{ date: "2025-11-26", source: "https://github.com/tmux/tmux/issues/4710" },
  },
  {
    ...{ program: "tmux", from: "3.6a", below: "3.7", level: "note" },
    why: "a selection in copy mode can end the server: don't scroll in an agent's window",
    ...{ date: "2026-06-01", source: "https://github.com/tmux/tmux/issues/5144" },
  },
  {
    ...{ program: "git", from: null, below: "2.31", level: "wrong" },
    why: "fleet was never tried with it",
    ...{ date: "2026-11-20", source: "docs/architecture.md" },
  },
  {
    ...{ program: "claude", from: null, below: "1.0.111", level: "wrong" },
    why: "the servers that a repository names in .mcp.json are run before anybody trusted it (CVE-2025-59536)",
    ...{ date: "2025-10-03", source: "CVE-2025-59536" },
  },
  {
    ...{ program: "claude", from: null, below: "2.0.65", level: "wrong" },
    why: "a repository's settings can send your key to any server before anybody trusted it (CVE-2026-21852)",
    ...{ date: "2026-01-20", source: "CVE-2026-21852" },
  },
  {
    ...{ program: "claude", from: null, below: "2.1.53", level: "wrong" },
    why: "a repository's settings can leave out the question whether it is trusted (CVE-2026-33068)",
    ...{ date: "2026-03-18", source: "GHSA-mmgp-wc2j-qcv7" },
  },
  {
    ...{ program: "claude", from: null, below: "2.1.84", level: "wrong" },
    why: "a crafted .git/commondir lets a repository inherit the trust of another folder",
    ...{ date: "2026-04-24", source: "GHSA-q5hj-mxqh-vv77" },
  },
  {
    ...{ program: "codex", from: null, below: "0.23.0", level: "wrong" },
    why: "a repository's .env and .codex/config.toml run any command at the start (CVE-2025-61260)",
    ...{ date: "2025-08-20", source: "CVE-2025-61260" },
  },
  {
    ...{ program: "gemini", from: null, below: "0.1.14", level: "wrong" },
    why: "words in a repository's README can run any command behind one that was allowed",
    ...{ date: "2025-07-25", source: "https://github.com/google-gemini/gemini-cli/releases/tag/v0.1.14" },
  },
  {
    ...{ program: "opencode", from: null, below: "1.0.216", level: "wrong" },
    why: "any local program, and any web page, can run commands by its server (CVE-2026-22812)",
    ...{ date: "2026-01-12", source: "CVE-2026-22812" },
  },
];

/** With which versions the engine's reading of these programs was measured: docs/conformance.md. */
export const MEASURED: Readonly<Record<string, string>> = {
  claude: "2.1.329",
  codex: "0.169.0",
  gemini: "0.61.0",
  opencode: "1.18.33",
};

/** What is known of this version, the newest word first. */
export const knownOf = (program: string, version: string): readonly KnownBad[] =>
  KNOWN_BAD.filter(
    (one) =>
      one.program === program &&
      compareVersions(version, one.below) < 0 &&
      (one.from === null || compareVersions(version, one.from) >= 0),
  ).toSorted((a, b) => (a.date < b.date ? 1 : -1));

/** As tmux and npm count: 3.3a comes after 3.3 and before 3.4, 1.2.10 after 1.2.9; what follows a dash is left out. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map(partsOf) as [readonly number[], readonly number[]];
  for (let nth = 0; nth < Math.max(a.length, b.length); nth++) {
    const difference = (a[nth] ?? 0) - (b[nth] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** A letter behind a number counts as a part of its own. */
const partsOf = (version: string): readonly number[] =>
  (version.replace(/[-+].*/, "").match(/\d+|[a-z]/g) ?? []).map((part) =>
    /\d/.test(part) ? Number(part) : part.charCodeAt(0) - 96,
  );

/** The version in what a program says of itself; null where it says none. */
export const versionIn = (said: string): string | null =>
  /\d+\.\d+(?:\.\d+)*[a-z]?(?:[-+][\w.]+)?/.exec(said)?.[0] ?? null;
