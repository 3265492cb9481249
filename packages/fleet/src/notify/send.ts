import { createHmac } from "node:crypto";
import path from "node:path";
import { Failure, oneLine, pick, run, VERSION } from "@fleet/engine";
import { type Receiver, refuseAddress, type Way } from "../fleet-file/notify.ts";
import { type Answer, post } from "./post.ts";
import { NoSecret, reveal, type Surroundings } from "./secret.ts";
import { bounded, type Delivery, isPressing, textOf, titleOf, toJson, withinBytes } from "./think/notice.ts";

/** What came of one try. */
export type Tried =
  | { readonly is: "told" }
  /** `after`: not again before so many milliseconds. `vain`: the same again would be refused again. */
  | { readonly is: "failed"; readonly because: string; readonly after: number; readonly vain: boolean };

export interface Try extends Surroundings {
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Tells one receiver, once. What the receiver does wrong is an answer. */
export async function send({ way, timeout }: Receiver, delivery: Delivery, given: Try): Promise<Tried> {
  try {
    return await tell(way, delivery, timeout, given);
  } catch (error) {
    // A bug is no reason to stop telling the others either: it stands in the status, in its own words.
    const because = error instanceof NoSecret || error instanceof Failure ? error.message : sayError(error);
    return { is: "failed", because: bounded(because), after: 0, vain: false };
  }
}

const sayError = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

function tell(way: Way, delivery: Delivery, timeout: number, given: Try): Promise<Tried> {
  switch (way.by) {
    case "command": {
      const [program = "", ...args] = way.argv;
      const file = program.includes("/") ? path.resolve(given.root, program) : program;
      return runProgram(file, args, toJson(delivery), timeout, given);
    }
    case "desktop": {
      const urgency = delivery.notices.some(isPressing) ? "critical" : "normal";
      const words = [
        `--app-name=fleet`,
        `--urgency=${urgency}`,
        "--",
        titleOf(delivery),
        plain(textOf(delivery)),
      ];
      return runProgram("notify-send", words, "", timeout, given);
    }
    case "webhook":
      return toWebhook(way, delivery, timeout, given);
    case "ntfy":
      return toNtfy(way, delivery, timeout, given);
    default:
      return way satisfies never;
  }
}

/** Of the caller's environment a desktop needs these; else what every program of ours gets. */
const DESKTOP = ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"];

/** Bodies of desktop notifications are markup. */
const plain = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

async function runProgram(
  file: string,
  args: readonly string[],
  input: string,
  timeout: number,
  { root, env }: Try,
): Promise<Tried> {
  const ran = await run(file, args, { input, cwd: root, env: pick(env, DESKTOP), timeout });
  if (ran.code === 0) return { is: "told" };
  const said = ran.stderr.trim().split("\n").at(-1) ?? "";
  const how = ran.timedOut
    ? `it did not end within ${timeout / 1000} s`
    : ran.code === null
      ? "it was ended by a signal"
      : `it exited ${ran.code}`;
  return { is: "failed", because: bounded(said === "" ? how : `${how}: ${said}`), after: 0, vain: false };
}

async function addressOf(text: string, of: "webhook" | "ntfy", given: Try): Promise<URL> {
  const address = await reveal(text, given);
  const refusal = refuseAddress(address, of);
  if (refusal === null && URL.canParse(address)) return new URL(address);
  throw new NoSecret(`what ${text} holds is no address: ${refusal?.message ?? "it names another place"}`);
}

const AGENT = { "content-type": "application/json", "user-agent": `fleet/${VERSION}` } as const;

/** Signed as standardwebhooks.com has it: id, time and body, so that nothing can be changed, and an old one not be sent again. */
async function toWebhook(
  { url, secret }: Extract<Way, { by: "webhook" }>,
  delivery: Delivery,
  timeout: number,
  given: Try,
): Promise<Tried> {
  const address = await addressOf(url, "webhook", given);
  const body = toJson(delivery);
  const time = String(Math.floor(given.now / 1000));
  const headers: Record<string, string> = {
    ...AGENT,
    "webhook-id": delivery.id,
    "webhook-timestamp": time,
  };
  if (secret !== null) {
    const signature = createHmac("sha256", keyOf(await reveal(secret, given)))
      .update(`${delivery.id}.${time}.${body}`)
      .digest("base64");
    headers["webhook-signature"] = `v1,${signature}`;
  }
  return judge(await post(address, body, headers, { timeout, signal: given.signal, env: given.env }));
}

const keyOf = (secret: string): Buffer =>
  secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret);

const PRIORITIES = { min: 1, low: 2, default: 3, high: 4, urgent: 5 } as const;

/** What is longer it would make a file of, which nobody opens on a phone. */
const NTFY_MOST = 4000;

/** As JSON, to the server's root: headers would take no letter beyond ASCII. */
async function toNtfy(
  { url, token, priority }: Extract<Way, { by: "ntfy" }>,
  delivery: Delivery,
  timeout: number,
  given: Try,
): Promise<Tried> {
  const address = await addressOf(url, "ntfy", given);
  const [, folder = "/", topic = ""] = /^(.*\/)([^/]*)$/.exec(address.pathname) ?? [];
  address.pathname = folder;
  const pressing = delivery.notices.some(isPressing);
  const body = JSON.stringify({
    topic,
    title: titleOf(delivery),
    message: withinBytes(textOf(delivery), NTFY_MOST),
    priority: PRIORITIES[priority ?? (pressing ? "high" : "default")],
  });
  const authorization = token === null ? {} : { authorization: `Bearer ${await reveal(token, given)}` };
  return judge(
    await post(
      address,
      body,
      { ...AGENT, ...authorization },
      { timeout, signal: given.signal, env: given.env },
    ),
  );
}

/** It does not like what is in it, and would not like it tomorrow. */
const VAIN: ReadonlySet<number> = new Set([400, 413, 422]);
const LONGEST_PAUSE = 3_600_000;

function judge({ status, retryAfter, text }: Answer): Tried {
  if (status >= 200 && status < 300) return { is: "told" };
  const said = oneLine(text.trim().slice(0, 160));
  const because = `it answered ${status}${said === "" ? "" : `: ${said}`}`;
  return {
    is: "failed",
    because: bounded(because),
    after: Math.min(retryAfter ?? 0, LONGEST_PAUSE),
    vain: VAIN.has(status),
  };
}
