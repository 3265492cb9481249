import { digest } from "./digest.ts";
import { type Message, PLAIN } from "./message.ts";
import type { Instant } from "./time.ts";

/** Tells an agent that it has missed its own declared wait. Same run and wait, same id: it is told once. */
export function wakeMessage(to: string, instance: string, until: Instant, at: Instant): Message {
  const id = `wake-${digest(`${instance} ${until}`).slice(0, 6)}`;
  const text =
    "The wait that you declared is over, and you did not go on. Go on now; when you wait again, declare it.";
  return { ...PLAIN, id, to, at, from: "engine", text, run: instance };
}
