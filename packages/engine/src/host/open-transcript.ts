import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
} from "node:fs";
import type { Backend } from "../backends/backend.ts";

/** A transcript that a process holds open, by which number, and the conversation that it notes. */
export interface OpenTranscript extends OpenFile {
  readonly conversation: string;
}

interface OpenFile {
  readonly pid: number;
  readonly number: string;
  readonly file: string;
}

/** The one of this process; `known` it is as long as it stays open. */
export function openTranscript(
  { isTranscript, conversation }: NonNullable<Backend["opens"]>,
  pid: number,
  known: OpenTranscript | null,
): OpenTranscript | null {
  if (known !== null && linkOf(known.pid, known.number) === known.file) return known;
  const files = openFiles(pid, isTranscript).toSorted((a, b) => (a.file < b.file ? 1 : -1));
  for (const open of files) {
    const id = conversation(headOf(open.file));
    if (id !== null) return { ...open, conversation: id };
  }
  return null;
}

/** What this process holds open; or, when none of it is wanted, what its children do, and theirs: it may be no more than a launcher. */
function openFiles(program: number, isWanted: (file: string) => boolean): readonly OpenFile[] {
  for (let pids: readonly number[] = [program]; pids.length > 0; pids = pids.flatMap(childrenOf)) {
    const found = pids.flatMap(filesOf).filter(({ file }) => isWanted(file));
    if (found.length > 0) return found;
  }
  return [];
}

const filesOf = (pid: number): readonly OpenFile[] =>
  list(`/proc/${pid}/fd`).flatMap((number) => {
    const file = linkOf(pid, number);
    return file === null ? [] : [{ pid, number, file }];
  });

/** Each thread has those that it started itself. */
const childrenOf = (pid: number): readonly number[] =>
  list(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1");
      return children.split(" ").filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });

/** It has ended, or it is another user's: then nothing of it can be seen. */
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(pid: number, number: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/fd/${number}`);
  } catch {
    return null;
  }
}

/** The first line may hold all that the program was told by its makers. */
const HEAD_BYTES = 512 * 1024;

export function headOf(file: string): string {
  let handle: number;
  try {
    // A pipe in its place would be waited for for ever.
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return "";
  }
  try {
    if (!fstatSync(handle).isFile()) return "";
    const bytes = Buffer.alloc(HEAD_BYTES);
    const read = readSync(handle, bytes, 0, HEAD_BYTES, 0);
    const end = bytes.subarray(0, read).indexOf(0x0a);
    // Not a whole line yet.
    return end < 0 ? "" : bytes.toString("utf8", 0, end);
  } finally {
    closeSync(handle);
  }
}
