import { type ClientRequest, Agent as HttpAgent, request as http, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as https } from "node:https";

export interface Answer {
  readonly status: number;
  /** In milliseconds; null where it does not say. */
  readonly retryAfter: number | null;
  /** The beginning of what it says. */
  readonly text: string;
}

export interface PostSettings {
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** It may name a proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const TEXT_MOST = 2048;

/**
 * One POST, within a time that holds for all of it. No redirects: where a
 * message goes stands in fleet.toml. Node's own http, for `fetch` keeps twenty
 * megabytes for as long as the process lives.
 */
export function post(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  { timeout, signal, env }: PostSettings,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let sent: ClientRequest | null = null;
    const end = (because: string) => sent?.destroy(new Error(because));
    const timer = setTimeout(() => end(`no answer within ${timeout / 1000} s`), timeout);
    const abort = () => end("interrupted");
    signal.addEventListener("abort", abort, { once: true });
    const settle = <T>(how: (value: T) => void, value: T) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      how(value);
    };
    const send = url.protocol === "https:" ? https : http;
    sent = send(
      url,
      {
        method: "POST",
        headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
        agent: agentFor(url, env),
      },
      (response) =>
        hear(response).then(
          (answer) => settle(resolve, answer),
          (error) => settle(reject, error),
        ),
    );
    sent.on("error", (error) => settle(reject, error));
    sent.end(body);
    if (signal.aborted) abort();
  });
}

async function hear(response: IncomingMessage): Promise<Answer> {
  let text = "";
  response.setEncoding("utf8");
  for await (const part of response) {
    text += part;
    // It has been heard: what more it says is nobody's business.
    if (text.length > TEXT_MOST) break;
  }
  response.destroy();
  const after = Number(response.headers["retry-after"]);
  return {
    status: response.statusCode ?? 0,
    retryAfter: Number.isFinite(after) && after >= 0 ? after * 1000 : null,
    text: text.slice(0, TEXT_MOST),
  };
}

/** One for each request, so that nothing stays open: they are minutes apart. */
const agentFor = ({ protocol }: URL, env: PostSettings["env"]): HttpAgent =>
  protocol === "https:" ? new HttpsAgent({ proxyEnv: { ...env } }) : new HttpAgent({ proxyEnv: { ...env } });
