/*
 * What the model does next: said as data, so that it fits into a queue, into
 * a prompt and into a line of curl.
 */

export interface Usage {
  readonly input: number;
  readonly output: number;
}

export interface Call {
  readonly name: string;
  readonly input: unknown;
  /** OpenAI Responses: a tool that takes plain text, and no JSON. */
  readonly custom?: boolean;
}

interface Common {
  /** Milliseconds before the first byte. */
  readonly delay?: number;
  /** So many requests get this step, and not only one. */
  readonly repeat?: number;
}

interface Speech extends Common {
  readonly text?: string;
  readonly thinking?: string;
  /** In so many pieces, … */
  readonly chunks?: number;
  /** … with so many milliseconds after each. */
  readonly pause?: number;
  readonly usage?: Partial<Usage>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Why the model stopped, in the words of the wire format. */
  readonly stop?: string;
}

export interface Failure extends Common {
  readonly kind: "error";
  readonly status: number;
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In the place of what the wire format makes of the rest. */
  readonly body?: unknown;
}

/** Steps that answer, and may do so only in part. */
export type Spoken =
  | (Speech & { readonly kind: "text" })
  | (Speech & { readonly kind: "tool"; readonly calls: readonly Call[] })
  /** A command for the shell tool of whichever program asks. */
  | (Speech & { readonly kind: "shell"; readonly command: string })
  /** Some text, and then silence. */
  | (Speech & { readonly kind: "stall" })
  /** Some text, and then the connection is gone. */
  | (Speech & { readonly kind: "dropmid" });

export type Step =
  | Spoken
  | Failure
  | (Common & { readonly kind: "preset"; readonly name: PresetName; readonly resets?: number })
  /** Not one byte, until `release`. */
  | (Common & { readonly kind: "hang" })
  /** The connection is gone at once. */
  | (Common & { readonly kind: "drop" });

export const text = (words: string, more: Speech = {}): Spoken => ({ kind: "text", text: words, ...more });
export const tool = (name: string, input: unknown, more: Speech = {}): Spoken => ({
  kind: "tool",
  calls: [{ name, input }],
  ...more,
});
export const shell = (command: string, more: Speech = {}): Spoken => ({ kind: "shell", command, ...more });
/** `resets`: a limit ends in so many seconds. */
export const fail = (name: PresetName, more: Common & { readonly resets?: number } = {}): Step => ({
  kind: "preset",
  name,
  ...more,
});

const HOUR = 3_600;

/** What vendors' servers answer when they do not. */
const PRESETS = {
  overloaded: { status: 529, type: "overloaded_error", message: "Overloaded" },
  rate: {
    status: 429,
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    message: "Rate limited",
    headers: { "retry-after": "1" },
  },
  limit: {
    status: 429,
    type: "rate_limit_error",
    code: "usage_limit_reached",
    message: "This request would exceed your account's rate limit. Please try again later.",
  },
  thinking400: {
    status: 400,
    type: "invalid_request_error",
    message:
      "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be " +
      "modified. These blocks must remain as they were in the original response.",
  },
  "500": { status: 500, type: "api_error", message: "Internal server error" },
  "401": { status: 401, type: "authentication_error", message: "invalid x-api-key" },
  toolong: {
    status: 400,
    type: "invalid_request_error",
    code: "context_length_exceeded",
    message: "prompt is too long: 215000 tokens > 200000 maximum",
  },
  credit: {
    status: 400,
    type: "invalid_request_error",
    message:
      "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or " +
      "purchase credits.",
  },
} as const satisfies Readonly<Record<string, Omit<Failure, "kind">>>;

export type PresetName = keyof typeof PRESETS;

/** The failure that a preset means at this moment. */
export function presetOf(name: PresetName, now: number, resets = HOUR): Failure {
  const failure: Failure = { kind: "error", ...PRESETS[name] };
  if (name !== "limit") return failure;
  return {
    ...failure,
    headers: {
      "retry-after": String(resets),
      "x-should-retry": "false",
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-representative-claim": "five_hour",
      "anthropic-ratelimit-unified-reset": String(Math.floor(now / 1_000) + resets),
    },
  };
}

/** The shell tools of the programs, and how each wants to be told. */
const SHELLS: Readonly<Record<string, (command: string) => unknown>> = {
  Bash: (command) => ({ command, description: "Run it" }),
  bash: (command) => ({ command, description: "Run it" }),
  exec_command: (command) => ({ cmd: command }),
  shell_command: (command) => ({ command }),
  shell: (command) => ({ command: ["sh", "-c", command] }),
  run_shell_command: (command) => ({ command, description: "Run it" }),
};

/** What a step calls, when these tools are there. */
export function callsOf(step: Spoken, tools: readonly string[]): readonly Call[] {
  if (step.kind === "tool") return step.calls;
  if (step.kind !== "shell") return [];
  const name = Object.keys(SHELLS).find((one) => tools.includes(one));
  const inputOf = name === undefined ? undefined : SHELLS[name];
  if (name === undefined || inputOf === undefined)
    throw new Error(`no shell among the tools ${tools.join(" ")}`);
  return [{ name, input: inputOf(step.command) }];
}
