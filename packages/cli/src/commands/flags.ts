export const jsonFlag = { json: { type: "boolean", about: "print JSON for scripts" } } as const;

export const tagFlag = {
  tag: { type: "string", about: "the projects that have this tag, or one of several: a,b", value: "TAG" },
} as const;

export const drainFlag = {
  drain: { type: "string", about: "let who is at work end its turn, for so long at the most", value: "TIME" },
} as const;

/** The flags as words again, for the project's own engine. */
export const toWords = (flags: Readonly<Record<string, string | boolean | undefined>>): readonly string[] =>
  Object.entries(flags).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : typeof value === "string" ? [`--${name}=${value}`] : [],
  );
