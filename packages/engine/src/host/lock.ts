import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { digest } from "../watch/digest.ts";

/**
 * A lock that dies with its holder: a Linux abstract socket, held for life. It
 * leaves no file behind, and whether it is held stands in the kernel's own list.
 */
export interface Lock {
  release(): Promise<void>;
}

type Purpose = "watchdog" | "command";

/** The directory must exist. Its real path is the identity: two ways to one directory are one lock. */
const nameOf = (directory: string, purpose: Purpose): string => {
  return `\0fleet/${process.getuid?.() ?? 0}/${digest(realpathSync(directory))}/${purpose}`;
};

/** Null when somebody holds it. */
export function take(directory: string, purpose: Purpose): Promise<Lock | null> {
  // There is nothing to say to who connects: to hold the name is all.
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(error);
    });
    server.listen({ path: nameOf(directory, purpose) }, () => {
      server.unref();
      resolve({ release: () => new Promise<void>((done) => server.close(() => done())) });
    });
  });
}

/** A listening socket, as /proc/net/unix shows it. */
const LISTENS = / 00010000 \S+ \S+ +\d+ @(fleet\/.*)$/;

/** Is it held? Asks the kernel's own list, without taking it or connecting to it. */
export async function isHeld(directory: string, purpose: Purpose): Promise<boolean> {
  if (!existsSync(directory)) return false;
  const name = nameOf(directory, purpose).slice(1);
  const sockets = readFileSync("/proc/net/unix", "utf8");
  return sockets.split("\n").some((line) => LISTENS.exec(line)?.[1] === name);
}
