import { existsSync, realpathSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { digest } from "../watch/digest.ts";

/**
 * A lock that dies with its holder: a Linux abstract socket, held for life. It
 * leaves no file behind, and a connection to it ends at the very moment the
 * holder does.
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
  const connections = new Set<Socket>();
  const server: Server = createServer((socket) => {
    connections.add(socket);
    socket.on("error", () => {}).on("close", () => connections.delete(socket));
    socket.resume();
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(error);
    });
    server.listen({ path: nameOf(directory, purpose) }, () => {
      server.unref();
      const release = () =>
        new Promise<void>((done) => {
          for (const socket of connections) socket.destroy();
          server.close(() => done());
        });
      resolve({ release });
    });
  });
}

/** Is it held? Asks without taking it. */
export function isHeld(directory: string, purpose: Purpose): Promise<boolean> {
  if (!existsSync(directory)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ path: nameOf(directory, purpose) });
    const answer = (held: boolean) => {
      socket.destroy();
      resolve(held);
    };
    socket.once("connect", () => answer(true)).once("error", () => answer(false));
  });
}
