import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Asked, Format, Reply } from "./format.ts";
import { callsOf, type Failure, presetOf, type Spoken, type Step, text } from "./step.ts";

interface Answering {
  readonly format: Format;
  readonly asked: Asked;
  readonly response: ServerResponse;
  /** Whoever asked is gone. */
  readonly gone: AbortSignal;
  /** Resolves when hangs and stalls shall end. */
  readonly released: Promise<void>;
}

/** Plays one step, and says what came of it. */
export async function answer(step: Step, to: Answering): Promise<string> {
  if (step.delay !== undefined) await wait(step.delay, undefined, { signal: to.gone });
  switch (step.kind) {
    case "drop":
      to.response.destroy();
      return "dropped";
    case "hang":
      return await hang(to);
    case "preset":
      return refuse(presetOf(step.name, Date.now(), step.resets), to);
    case "error":
      return refuse(step, to);
    default:
      return await speak(step, to);
  }
}

/** Whoever hung long enough to be released is answered after all. */
async function hang(to: Answering): Promise<string> {
  await released(to);
  return await speak(text("released"), to);
}

const released = ({ gone, released: end }: Answering): Promise<void> =>
  new Promise((resolve, reject) => {
    gone.throwIfAborted();
    gone.addEventListener("abort", () => reject(gone.reason), { once: true });
    end.then(resolve);
  });

function refuse(failure: Failure, { format, response }: Answering): string {
  response.writeHead(failure.status, { "content-type": "application/json", ...failure.headers });
  response.end(JSON.stringify(failure.body ?? format.failure(failure)));
  return `error ${failure.status}`;
}

async function speak(step: Spoken, to: Answering): Promise<string> {
  const reply = replyTo(to.asked, step);
  const cut = step.kind === "stall" || step.kind === "dropmid";
  // Programs that fall back to an answer in one document after a stall shall hang there, too.
  if (!to.asked.streams && cut) return await hang(to);
  const type = to.asked.streams ? "text/event-stream" : "application/json";
  to.response.writeHead(200, { "content-type": type, "cache-control": "no-cache", ...step.headers });
  if (!to.asked.streams) {
    to.response.end(JSON.stringify(to.format.whole(reply)));
    return "answered";
  }
  let began = false;
  for (const { bytes, spoken } of to.format.frames(reply)) {
    if (cut && began && !spoken) return await cutOff(step, to);
    to.response.write(bytes);
    began ||= spoken;
    if (spoken && step.pause !== undefined) await wait(step.pause, undefined, { signal: to.gone });
  }
  to.response.end();
  return "answered";
}

async function cutOff({ kind }: Spoken, to: Answering): Promise<string> {
  // What was written has to be out before the connection is gone.
  if (kind === "stall") await released(to);
  else await wait(50, undefined, { signal: to.gone });
  to.response.destroy();
  return kind === "stall" ? "stalled" : "dropped midway";
}

/** Tokens as a model would count them, about. */
const tokens = (words: string): number => Math.max(1, Math.ceil(words.length / 4));

function replyTo({ model, tools }: Asked, step: Spoken): Reply {
  const words = step.text ?? (step.kind === "tool" || step.kind === "shell" ? "" : "ok");
  return {
    model,
    thinking: step.thinking ?? null,
    chunks: pieces(words, step.chunks ?? 1),
    calls: callsOf(step, tools),
    usage: { input: 1_000, output: tokens(words), ...step.usage },
    stop: step.stop ?? null,
  };
}

function pieces(words: string, count: number): readonly string[] {
  const letters = [...words];
  const size = Math.max(1, Math.ceil(letters.length / count));
  return Array.from({ length: Math.ceil(letters.length / size) }, (_, index) =>
    letters.slice(index * size, (index + 1) * size).join(""),
  );
}
