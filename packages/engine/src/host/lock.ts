import { existsSync, readFileSync, realpathSync } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { digest } from "../watch/digest.ts";

/**
 * A lock that dies with its holder: a Linux abstract socket, held for life. It
 * leaves no file behind, and whether it is held stands in the kernel's own list.
 */
export interface Lock {
  release(): Promise<void>;
}

/** "wishes": for the moment in which they are read and written. "notifier": of a fleet. */
type Purpose = "watchdog" | "command" | "wishes" | "notifier";

/** The directory must exist. Its real path is the identity: two ways to one directory are one lock. */
const nameOf = (directory: string, purpose: Purpose): string => {
  return `\0fleet/${process.getuid?.() ?? 0}/${digest(realpathSync(directory))}/${purpose}`;
};

/** Null when somebody holds it. Who holds it may have a word for those who ask. */
export function take(
  directory: string,
  purpose: Purpose,
  word: () => string | null = () => null,
): Promise<Lock | null> {
  const server = createServer((socket) => {
    // Who asked and went away has got what it wanted.
    socket.on("error", () => {});
    socket.end(word() ?? "");
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(error);
    });
    server.listen({ path: nameOf(directory, purpose) }, () => {
      server.unref();
      forget();
      resolve({ release: () => new Promise<void>((done) => server.close(() => done(forget()))) });
    });
  });
}

const ANSWERS_WITHIN = 500;

/** The word of who holds the lock: it gets out where no file can be written. Null when there is none. */
export function ask(directory: string, purpose: Purpose): Promise<string | null> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ path: nameOf(directory, purpose), timeout: ANSWERS_WITHIN });
    socket.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => resolve(said === "" ? null : said));
  });
}

/** A listening socket, as /proc/net/unix shows it. */
const LISTENS = / 00010000 \S+ \S+ +(\d+) @(fleet\/.*)$/gm;

/** Is it held? Asks the kernel's own list, without taking it or connecting to it. */
export const isHeld = async (directory: string, purpose: Purpose): Promise<boolean> =>
  socketOf(directory, purpose) !== null;

/** Is this the process that holds it? Its number alone proves nothing: numbers are given again. */
export async function isHeldBy(directory: string, purpose: Purpose, pid: number): Promise<boolean> {
  const socket = socketOf(directory, purpose);
  if (socket === null) return false;
  const folder = `/proc/${pid}/fd`;
  const open = await readdir(folder).catch(() => []);
  const links = await Promise.all(open.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return links.includes(`socket:[${socket}]`);
}

/** The listening socket's inode; null when nobody holds it. */
function socketOf(directory: string, purpose: Purpose): string | null {
  if (!existsSync(directory)) return null;
  return listening().get(nameOf(directory, purpose).slice(1)) ?? null;
}

let listed: ReadonlyMap<string, string> | null = null;

const forget = (): void => {
  listed = null;
};

/** All our listening sockets, by name. In one turn of the event loop nothing newer could be known: who asks for many projects reads them once. */
function listening(): ReadonlyMap<string, string> {
  if (listed !== null) return listed;
  const found = readFileSync("/proc/net/unix", "utf8").matchAll(LISTENS);
  listed = new Map([...found].map(([, inode = "", name = ""]) => [name, inode]));
  setImmediate(forget).unref();
  return listed;
}
