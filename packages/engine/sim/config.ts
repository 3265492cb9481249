import { parseAgentsFile } from "../src/agents-file.ts";
import type { Site } from "../src/host/site.ts";
import type { Project } from "../src/project.ts";
import { digest } from "../src/watch/digest.ts";
import { type InForce, projectIn } from "../src/watch/in-force.ts";
import type { Files } from "./files.ts";
import { textOf } from "./place.ts";

/** agents.toml, as people edit it while everything runs, and what the watchdogs make of it. */
export interface Config {
  /** What people wrote last that is good. */
  readonly good: string;
  /** Of what stands in the file now, and whether it is good. */
  readonly written: { readonly hash: string; readonly good: boolean };
  /** Whether a good file had this hash once. */
  wasGood(hash: string): boolean;
  /** The phases are other ones than they were in the beginning. */
  readonly rephased: boolean;
  edit(change: (good: string) => string): void;
  /** Leaves something in the file that nobody can read. */
  break(): void;
  /** Puts back what was taken out of it. */
  restore(): void;
  /** What the watchdog goes by, as it has written down before it did. */
  inForce(): { readonly hash: string; readonly project: Project };
  /** What a new watchdog begins with. */
  site(): Site;
  /** What the engine answers who asks it to read the file. */
  read(): Promise<string>;
}

/** The parsed edits of this process. */
const parsed = new Map<string, Promise<Project>>();

const projectOf = (text: string): Promise<Project> => {
  const project = parsed.get(text) ?? parse(text);
  parsed.set(text, project);
  return project;
};

async function parse(text: string): Promise<Project> {
  const read = await parseAgentsFile("agents.toml", new TextEncoder().encode(text), { strict: false });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join("\n"));
  return read.value;
}

const BROKEN = "\n[[[\n";
const EDITED = /^\[agents\.(\w+)\]\nmodel = /gm;

/** Another model for one agent. */
export const withModel = (text: string, agent: string): string =>
  text.replace(`[agents.${agent}]\n`, `[agents.${agent}]\nmodel = "opus"\n`);

const ADDED = /\{ id = "x\d", plan = "[^"]+" \}/g;

export function createConfig(site: Site, files: Files): Config {
  const original = textOf(site);
  const kept = `${site.state}/project.json`;
  let good = original;
  const hashes = new Set([digest(original)]);
  /** A phase that is on when it is taken out must come back, or its loops wait for ever. */
  const added = new Set<string>();
  let rephased = false;
  let known: { readonly text: string; readonly inForce: InForce } | null = null;
  const write = (text: string) => files.put(site.file, text);
  const phasesIn = (text: string) => /^phases = .*$/m.exec(text)?.[0];
  const edit = (change: (text: string) => string) => {
    good = change(good);
    for (const phase of good.match(ADDED) ?? []) added.add(phase);
    rephased ||= phasesIn(good) !== phasesIn(original);
    hashes.add(digest(good));
    write(good);
  };
  const inForce = (): InForce => {
    const text = files.texts.get(kept);
    if (text === undefined) return site.inForce;
    if (known?.text !== text) known = { text, inForce: JSON.parse(text) };
    return known.inForce;
  };
  write(original);
  return {
    get good() {
      return good;
    },
    get written() {
      const text = files.texts.get(site.file) ?? "";
      return { hash: digest(text), good: text === good };
    },
    wasGood: (hash) => hashes.has(hash),
    get rephased() {
      return rephased;
    },
    edit,
    break: () => write(good + BROKEN),
    restore() {
      const edited = [...good.matchAll(EDITED)].map(([, name]) => name ?? "");
      const phased = original.replace(/ \}\]$/m, [" }", ...added].join(", ").concat("]"));
      edit(() => edited.reduce(withModel, phased));
    },
    inForce,
    site: () => ({ ...site, inForce: inForce(), project: projectIn(inForce()) }),
    async read() {
      const text = files.texts.get(site.file) ?? "";
      if (text !== good) {
        const problem = { file: "agents.toml", line: 1, column: 1, message: "is broken" };
        return JSON.stringify({ error: { message: "agents.toml has a problem", problems: [problem] } });
      }
      return JSON.stringify({ hash: digest(text), config: await projectOf(text) });
    },
  };
}
