import path from "node:path";
import { type Message, toTyped } from "../watch/message.ts";
import type { Disk } from "./disk.ts";

/*
 * The door of one agent: a folder in which a message lies until a plugin of
 * ours, inside the agent's program, takes it. Whoever moves its file away has
 * it, and only one can: the plugin, to `.taken`, or we, to `.back`. What was
 * taken stays there, so that laid down once more it is not told once more.
 */

export const doorFolder = (state: string, agent: string): string => path.join(state, "doors", agent);

const files = (folder: string, id: string) => ({
  lies: path.join(folder, `${id}.json`),
  taken: path.join(folder, `${id}.taken`),
  back: path.join(folder, `${id}.back`),
});

/** Whoever listens there has left the name of its run. */
export const isDoorOpen = async (folder: string, instance: string, disk: Disk): Promise<boolean> =>
  (await disk.read(path.join(folder, "open"))) === instance;

export async function handIn(folder: string, message: Message, disk: Disk): Promise<void> {
  const { lies, taken } = files(folder, message.id);
  // One at a time: what was taken before is settled by now.
  for (const name of await disk.list(folder)) {
    const file = path.join(folder, name);
    if (/\.(?:taken|back)$/.test(name) && file !== taken) await disk.remove(file);
  }
  await disk.write(lies, JSON.stringify({ id: message.id, text: toTyped(message) }));
}

/** What was taken cannot be had back. */
export async function takeBack(folder: string, { id }: Message, disk: Disk): Promise<"back" | "taken"> {
  const { lies, taken, back } = files(folder, id);
  await disk.move(lies, back);
  return disk.exists(taken) ? "taken" : "back";
}
