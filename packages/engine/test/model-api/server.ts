import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { answer } from "./answer.ts";
import { anthropic } from "./anthropic.ts";
import { chat } from "./chat.ts";
import { control } from "./control.ts";
import type { Asked, Format } from "./format.ts";
import { gemini } from "./gemini.ts";
import type { ApiRequest } from "./request.ts";
import { responses } from "./responses.ts";
import { createScripts, type ScriptItem } from "./script.ts";
import type { Step } from "./step.ts";

/** A model API on loopback that says what a test tells it to say, and remembers what it was asked. */
export interface ModelApi extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** What the model does at the next requests with this key, in this order, behind what is there already. */
  script(key: string, items: readonly ScriptItem[]): void;
  /** What everybody gets who has no script. */
  otherwise(step: Step): void;
  /** What requests without tools get: titles, summaries, probes. */
  side(step: Step): void;
  /** How much of a script is left. */
  left(key: string): number;
  /** Every request, with this key or at all, of whatever kind. */
  requests(key?: string): readonly ApiRequest[];
  /** Only those that are turns of the agent: calls of the model, with tools. */
  turns(key?: string): readonly ApiRequest[];
  /** Ends all hangs and stalls of now. */
  release(): void;
}

const FORMATS: readonly Format[] = [anthropic, responses, chat, gemini];
const NOBODY: Asked = { model: "", streams: false, tools: [], conversation: [] };

type Kept = { -readonly [key in keyof ApiRequest]: ApiRequest[key] };

export interface ModelApiOptions {
  readonly port?: number;
  /** Of so many requests, the newest ones, it keeps what they said. */
  readonly bodies?: number;
  /** Told of each request when it is over. */
  readonly log?: (request: ApiRequest) => void;
}

export async function modelApi({
  port = 0,
  bodies = 300,
  log = () => {},
}: ModelApiOptions = {}): Promise<ModelApi> {
  const scripts = createScripts();
  const seen: Kept[] = [];
  let held = Promise.withResolvers<void>();
  const keep = (request: Kept) => {
    seen.push(request);
    const old = seen.at(-1 - bodies);
    if (old !== undefined) Object.assign(old, { body: null, conversation: [] });
  };

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? "/", "http://loopback");
    const body = parse((await buffer(message)).toString());
    if (url.pathname.startsWith("/control/")) {
      const said = control(api, url, body);
      sendJson(response, said === null ? 404 : 200, said);
      return;
    }
    const format =
      message.method === "POST" ? FORMATS.find(({ route }) => route.test(url.pathname)) : undefined;
    const request: Kept = {
      ...NOBODY,
      nth: seen.length + 1,
      at: Date.now(),
      method: message.method ?? "",
      path: url.pathname,
      key: keyOf(message, url),
      headers: message.headers,
      format: format?.name ?? null,
      body,
      from: null,
      step: null,
      outcome: null,
    };
    keep(request);
    request.outcome = await reply(request, format, response).catch((error: Error) => {
      response.destroy();
      return error.name === "AbortError" ? "gone" : `broken: ${error.message}`;
    });
    log(request);
  }

  async function reply(request: Kept, format: Format | undefined, response: ServerResponse): Promise<string> {
    if (format === undefined) return lookUp(request, response);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    Object.assign(request, format.read(request.body, request.path));
    const { step, from } = await scripts.next(request);
    Object.assign(request, { step: step.kind, from });
    return await answer(step, {
      format,
      asked: request,
      response,
      gone: gone.signal,
      released: held.promise,
    });
  }

  const server = createServer((message, response) => void serve(message, response));
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const api: ModelApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script: scripts.add,
    otherwise: scripts.otherwise,
    side: scripts.side,
    left: scripts.left,
    requests: (key) => seen.filter((request) => key === undefined || request.key === key),
    turns: (key) => api.requests(key).filter(({ tools }) => tools.length > 0),
    release() {
      held.resolve();
      held = Promise.withResolvers();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const sendJson = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
};

function keyOf({ headers }: IncomingMessage, { searchParams }: URL): string {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  return String(headers["x-api-key"] ?? headers["x-goog-api-key"] ?? bearer ?? searchParams.get("key") ?? "");
}

/** What programs ask besides the model: how long this is, which models there are, whether anybody is there. */
function lookUp({ method, path, body }: ApiRequest, response: ServerResponse): string {
  const length = Math.ceil(JSON.stringify(body).length / 4);
  if (/count_?tokens$/i.test(path)) sendJson(response, 200, { input_tokens: length, totalTokens: length });
  else if (method === "GET" && path.endsWith("/models"))
    sendJson(response, 200, { object: "list", data: [] });
  else if (method === "HEAD" || path === "/") response.writeHead(200).end();
  else {
    sendJson(response, 404, { error: { type: "not_found_error", message: `no route ${path}` } });
    return "not found";
  }
  return "answered";
}
