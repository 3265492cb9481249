import manifest from "../package.json" with { type: "json" };

export const VERSION: string = manifest.version;

/** Of every JSON answer of this engine. It is raised when a key changes or goes, not when one comes. */
export const ANSWER_VERSION = 1;
