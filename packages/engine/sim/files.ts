import path from "node:path";
import type { Disk } from "../src/host/disk.ts";
import { refusing } from "../src/host/files.ts";

const NONE: readonly string[] = [];

/** A disk that is a map. What is in it outlives every watchdog. */
export interface Files extends Disk {
  readonly texts: Map<string, string>;
  /** How often anything was changed. */
  changes(): number;
  /** Every write is refused with this code, until it is null again. */
  refuse(code: "ENOSPC" | "EROFS" | null): void;
  refused(): string | null;
  /** As an agent writes: never refused. */
  put(file: string, text: string): void;
  /** Called with each file that changed, as inotify would. */
  onChange(listener: (file: string) => void): void;
}

export function createFiles(): Files {
  const texts = new Map<string, string>();
  /** The names in each folder that ever had one. */
  const names = new Map<string, Set<string>>();
  const folders = new Set<string>();
  let refused: string | null = null;
  let changes = 0;
  let listener: (file: string) => void = () => {};
  const change = (file: string, how: () => void) => {
    if (refused !== null) throw Object.assign(new Error(`${refused}: ${file}`), { code: refused });
    changes += 1;
    how();
    listener(file);
  };
  const set = (file: string, text: string) =>
    change(file, () => {
      if (!texts.has(file)) namesIn(file).add(path.basename(file));
      texts.set(file, text);
    });
  const drop = (file: string) => {
    texts.delete(file);
    namesIn(file).delete(path.basename(file));
  };
  const namesIn = (file: string): Set<string> => {
    const folder = path.dirname(file);
    const known = names.get(folder) ?? new Set();
    names.set(folder, known);
    return known;
  };
  return {
    texts,
    changes: () => changes,
    refuse: (code) => {
      refused = code;
    },
    onChange: (next) => {
      listener = next;
    },
    refused: () => refused,
    put(file, text) {
      const before = refused;
      refused = null;
      set(file, text);
      refused = before;
    },
    read: async (file) => texts.get(file) ?? null,
    write: async (file, text) => set(file, text),
    async append(file, lines) {
      set(file, (texts.get(file) ?? "") + lines);
    },
    async copy(from, to) {
      const text = texts.get(from);
      if (text !== undefined) set(to, text);
    },
    async move(from, to) {
      const text = texts.get(from);
      if (text === undefined) return;
      set(to, text);
      drop(from);
    },
    async remove(file) {
      if (texts.has(file)) change(file, () => drop(file));
    },
    size: async (file) => texts.get(file)?.length ?? 0,
    async list(folder) {
      const known = names.get(folder);
      return known === undefined || known.size === 0 ? NONE : [...known];
    },
    exists: (file) => folders.has(file) || texts.has(file),
    async makeFolder(folder) {
      if (!folders.has(folder))
        await refusing(folder, (async () => change(folder, () => folders.add(folder)))());
    },
  };
}
