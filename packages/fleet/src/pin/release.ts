import { z } from "zod";

/** What a release of the engine says of itself, in its RELEASE.json. */
const Manifest = z.looseObject({
  name: z.literal("fleet-engine"),
  version: z.string().regex(/^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/),
  /** The version of its JSON answers. */
  answers: z.int(),
  /** The version of what it keeps in a state directory. */
  state: z.int(),
  files: z.record(z.string().regex(/^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type Manifest = z.output<typeof Manifest>;

/** Null when the text is none. */
export function parseManifest(text: string): Manifest | null {
  try {
    const parsed = Manifest.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Less than zero when the first is the older one. What comes before a release ("-rc.1") is older than it. */
export function compareVersions(one: string, other: string): number {
  const parts = (version: string) => {
    const [numbers = "", before] = version.replace(/^v/, "").split(/-(.*)/);
    return { numbers: numbers.split(".").map(Number), before };
  };
  const [a, b] = [parts(one), parts(other)];
  for (const index of [0, 1, 2]) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.before === undefined || b.before === undefined)
    return Number(a.before === undefined) - Number(b.before === undefined);
  return a.before.localeCompare(b.before, "en", { numeric: true });
}

/** The parts of a changelog that are newer than one version and not newer than the other. Empty the other way round. */
export function changesBetween(changelog: string, from: string, to: string): string {
  const parts = changelog.split(/^(?=## )/m).filter((part) => {
    const version = /^## v?(\d+\.\d+\.\d+\S*)/.exec(part)?.[1];
    return version !== undefined && compareVersions(version, from) > 0 && compareVersions(version, to) <= 0;
  });
  return parts.join("").trim();
}
