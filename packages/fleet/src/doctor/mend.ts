import { appendFile, chmod, readFile, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { isCode, isHeld } from "@fleet/engine";
import type { Fix } from "./finding.ts";

/** Does it, and says what was done; null when it was not needed any more, or can't be done. */
export async function mend(fix: Fix): Promise<string | null> {
  try {
    switch (fix.do) {
      case "chmod":
        await chmod(fix.path, fix.mode);
        return `made ${fix.path} its owner's alone`;
      case "append":
        return await append(fix.file, fix.line);
      case "remove-socket":
        return await removeSocket(fix.path, fix.state);
      default:
        return fix satisfies never;
    }
  } catch (error) {
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
}

async function append(file: string, line: string): Promise<string | null> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return "";
    throw error;
  });
  if (text.split(/\r?\n/).includes(line)) return null;
  await appendFile(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
  return `added ${line} to ${file}`;
}

/** Only one of ours on which nobody listens, and about which no watchdog has a say at this moment. */
async function removeSocket(file: string, state: string): Promise<string | null> {
  if ((await isHeld(state, "watchdog")) || (await answers(file))) return null;
  await unlink(file);
  return `removed ${file}`;
}

const answers = (file: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(file);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", (error) => resolve(!isCode(error, "ECONNREFUSED")));
  });
