import { appendFileSync, readFileSync } from "node:fs";
import fs from "node:fs/promises";
import { registerHooks, syncBuiltinESMExports } from "node:module";
import path from "node:path";
import process from "node:process";

/*
 * Loaded before the real program (`node --import`), so that it can be killed at
 * a named effect and its clock can be set. The program itself knows nothing of
 * this: the doors through which it touches the world are exchanged as they are
 * loaded, each by a literal that must be found exactly once.
 *
 * CHAOS_HOME is a folder of small files, read anew each time:
 *   plan     points at which to die, a line each: "terminal.paste:after 2" is after the second paste of one life
 *   killed   the points that did kill, written here
 *   offset   milliseconds by which the wall clock is wrong
 *   refuse   a code: the disk answers every writing with it
 */

type Deed = (this: unknown, ...args: never[]) => unknown;

const home = process.env.CHAOS_HOME ?? "";

const read = (name: string): string => {
  try {
    return readFileSync(path.join(home, name), "utf8");
  } catch {
    return "";
  }
};

const lines = (name: string): readonly string[] => read(name).split("\n").filter(Boolean);

const reached = new Map<string, number>();

/** Whatever changes a file, by the functions that Node has for it. */
function refuse(): void {
  for (const name of ["open", "rename", "copyFile", "rm", "mkdir", "unlink"] as const) {
    const own = fs[name] as (...args: unknown[]) => Promise<unknown>;
    Object.assign(fs, {
      [name]: async (...args: unknown[]) => {
        const code = name === "open" && (args[1] ?? "r") === "r" ? "" : read("refuse");
        if (code !== "") throw Object.assign(new Error(`${code}: ${name} '${args[0]}'`), { code });
        return own(...args);
      },
    });
  }
  syncBuiltinESMExports();
}
refuse();

function reach(point: string): void {
  const times = (reached.get(point) ?? 0) + 1;
  reached.set(point, times);
  const armed = lines("plan").find((line) => line.startsWith(`${point} `));
  if (armed === undefined || times < Number(armed.split(" ")[1]) || lines("killed").includes(armed)) return;
  appendFileSync(path.join(home, "killed"), `${armed}\n`);
  process.kill(process.pid, "SIGKILL");
}

/** A deed with a point before and a point after it. */
function guarded(name: (args: readonly unknown[]) => string, deed: Deed): Deed {
  return function (...args) {
    const called = name(args);
    reach(`${called}:before`);
    const result = deed.apply(this, args);
    if (!(result instanceof Promise)) {
      reach(`${called}:after`);
      return result;
    }
    return result.then((value) => {
      reach(`${called}:after`);
      return value;
    });
  };
}

/** What a port does to the world; the rest of its methods only look. */
const EFFECTS: Readonly<Record<string, readonly string[]>> = {
  store: ["make", "save", "journal", "queue", "settle"],
  terminal: ["claim", "open", "close", "paste", "press", "end"],
  mirror: ["fetch"],
};

interface Panes {
  readonly sessions: ReadonlyMap<string, { readonly activity: number }>;
}

/** tmux tells by the machine's clock when a pane last printed; the same clock would be wrong for it too. */
const withOurClock = (look: () => Promise<Panes>) => async (): Promise<Panes> => {
  const panes = await look();
  const wrong = Math.round((Date.now() - now()) / 1000);
  const sessions = [...panes.sessions].map(
    ([session, pane]) => [session, { ...pane, activity: pane.activity + wrong }] as const,
  );
  return { ...panes, sessions: new Map(sessions) };
};

const port =
  (name: string, make: Deed) =>
  (...args: never[]): unknown => {
    const made = make(...args) as Record<string, Deed>;
    for (const effect of EFFECTS[name] ?? []) {
      const deed = made[effect];
      if (deed === undefined) throw new Error(`the ${name} has no ${effect} any more`);
      made[effect] = guarded(() => `${name}.${effect}`, deed);
    }
    if (name === "terminal") made.panes = withOurClock(made.panes as () => Promise<Panes>);
    return made;
  };

/** Which kind of file it is; the names of messages differ each time. */
function kindOf(file: unknown): string {
  const parts = String(file).split("/");
  const [part, name = ""] = parts.slice(-2);
  return part === "new" || part === "done" || part === "kickoffs" ? part : name;
}

Object.assign(globalThis, {
  chaos: {
    port,
    signal: (deed: Deed) => guarded(() => "signal", deed),
    write: (deed: Deed) => guarded(([file]) => `write.${kindOf(file)}`, deed),
    torn: (file: unknown) => reach(`rename.${kindOf(file)}:before`),
  },
});

const DOORS: readonly (readonly [file: string, literal: string, exchanged: string])[] = [
  [
    "store.ts",
    "export function createStore(",
    'export const createStore = chaos.port("store", own);\nfunction own(',
  ],
  [
    "tmux.ts",
    "export function createTmux(",
    'export const createTmux = chaos.port("terminal", own);\nfunction own(',
  ],
  [
    "mirror.ts",
    "export function createMirror(",
    'export const createMirror = chaos.port("mirror", own);\nfunction own(',
  ],
  [
    "processes.ts",
    "export function signalAll(",
    "export const signalAll = chaos.signal(own);\nfunction own(",
  ],
  [
    "files.ts",
    "export async function writeWhole(",
    "export const writeWhole = chaos.write(own);\nasync function own(",
  ],
  ["files.ts", "await rename(draft, file);", "chaos.torn(file);\n  await rename(draft, file);"],
];

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const doors = DOORS.filter(([file]) => url.endsWith(`/engine/src/host/${file}`));
    if (doors.length === 0) return loaded;
    let source = String(loaded.source);
    for (const [file, literal, exchanged] of doors) {
      const parts = source.split(literal);
      if (parts.length !== 2) throw new Error(`${file} has "${literal}" ${parts.length - 1} times, not once`);
      source = parts.join(exchanged);
    }
    return { ...loaded, source };
  },
});

const now = Date.now;
let offset = 0;
let asked = 0;

/** The wall clock alone: what counts from the start of the machine stays, as it does when somebody sets the time. */
Date.now = () => {
  const at = performance.now();
  if (at - asked > 5) {
    asked = at;
    offset = Number(read("offset"));
  }
  return now() + offset;
};
