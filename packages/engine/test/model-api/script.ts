import { type ApiRequest, newest, type Source } from "./request.ts";
import { type Step, text } from "./step.ts";

/** Asked at each request for what comes next, until it says null: then the script goes on behind it. */
export type Play = (request: ApiRequest) => Step | null | Promise<Step | null>;

/** A word alone is a text. */
export type ScriptItem = Step | Play | string;

/** A whole story as one generator: it yields steps, and is handed the request that follows each. */
export function play(
  story: (first: ApiRequest) => Iterator<Step, void, ApiRequest> | AsyncIterator<Step, void, ApiRequest>,
): Play {
  let told: ReturnType<typeof story> | undefined;
  return async (request) => {
    told ??= story(request);
    // The first request is in the story already; a generator drops what its first next() is handed.
    const next = await told.next(request);
    return next.done === true ? null : next.value;
  };
}

/** In a prompt: [[play: {"kind": "text", "text": "hello"}]], or a list of steps for as many rounds. */
const IN_PROMPT = /\[\[play:([\s\S]*?)\]\](?!\])/;

export interface Scripts {
  add(key: string, items: readonly ScriptItem[]): void;
  otherwise(step: Step): void;
  side(step: Step): void;
  left(key: string): number;
  next(request: ApiRequest): Promise<{ readonly step: Step; readonly from: Source }>;
}

/** Which step a request gets: from its prompt, from the queue of its key, or the one for all others. */
export function createScripts(): Scripts {
  const queues = new Map<string, (Step | Play)[]>();
  let other: Step = text("Done.");
  let aside: Step = text("A title");
  const queueOf = (key: string) => {
    const queue = queues.get(key) ?? [];
    queues.set(key, queue);
    return queue;
  };
  return {
    add(key, items) {
      queueOf(key).push(...items.map((item) => (typeof item === "string" ? text(item) : item)));
    },
    otherwise(step) {
      other = step;
    },
    side(step) {
      aside = step;
    },
    left: (key) => queueOf(key).length,
    async next(request) {
      if (request.tools.length === 0) return { step: aside, from: "side" };
      const written = stepInPrompt(request);
      if (written !== null) return { step: written, from: "prompt" };
      const step = await take(queueOf(request.key), request);
      return step === null ? { step: other, from: "default" } : { step, from: "script" };
    },
  };
}

async function take(queue: (Step | Play)[], request: ApiRequest): Promise<Step | null> {
  for (;;) {
    const [first] = queue;
    if (first === undefined) return null;
    if (typeof first !== "function") {
      const { repeat = 1 } = first;
      if (repeat > 1) queue[0] = { ...first, repeat: repeat - 1 };
      else queue.shift();
      return first;
    }
    const step = await first(request);
    if (step !== null) return step;
    if (queue[0] === first) queue.shift();
  }
}

function stepInPrompt(request: ApiRequest): Step | null {
  const { words, rounds } = newest(request);
  const json = IN_PROMPT.exec(words)?.[1];
  if (json === undefined) return null;
  const steps: Step | readonly Step[] = JSON.parse(json);
  return [steps].flat()[rounds] ?? null;
}
