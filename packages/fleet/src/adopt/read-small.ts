import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { isCode } from "@fleet/engine";

/** More than any prompt or note needs. */
const MOST = 1024 * 1024;

export interface Small {
  /** To the byte: with its byte order mark, if it has one. */
  readonly text: string;
  readonly isProgram: boolean;
}

/** A small file of text. Null for what is none: a pipe without a writer must keep nobody waiting, and a program of bytes is no text. */
export async function readSmall(file: string): Promise<Small | null> {
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await handle.stat();
    if (!found.isFile() || found.size > MOST) return null;
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await handle.readFile());
    return { text, isProgram: (found.mode & 0o111) !== 0 };
  } catch (error) {
    if (error instanceof TypeError || NONE.some((code) => isCode(error, code))) return null;
    throw error;
  }
}

const NONE = ["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "ELOOP", "ENXIO"];
