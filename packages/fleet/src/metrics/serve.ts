import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "@fleet/engine";
import { CONTENT_TYPES, type MetricsFormat } from "./text.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** "9464", "127.0.0.1:9464" or "[::1]:9464". @throws Failure WRONG_USAGE; DENIED for an address that others reach */
export function readAddress(text: string, exposed: boolean): Address {
  const [, plain, bracketed, digits = ""] = /^(?:(?:([^:[\]]+)|\[([^[\]]+)\]):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535)
    throw new Failure("WRONG_USAGE", `--listen takes a port, not "${text}"`, {
      hint: "as in --listen 9464 or --listen 127.0.0.1:9464",
    });
  const host = plain ?? bracketed ?? "127.0.0.1";
  if (LOOPBACK.test(host) || exposed) return { host, port };
  throw new Failure("DENIED", `${host} can be reached from other machines, and there is no password`, {
    hint: `let a Prometheus on this machine read it, or say that it is meant: --listen ${text} --expose`,
  });
}

/** Answers GET /metrics until the signal comes. @throws Failure BUSY, NOT_WRITABLE */
export async function serveMetrics(
  { host, port }: Address,
  measure: (format: MetricsFormat) => Promise<string>,
  { signal, said }: { readonly signal: AbortSignal; readonly said: (url: string) => void },
): Promise<void> {
  /** Two who ask at the same moment get one answer. */
  const pending = new Map<MetricsFormat, Promise<string>>();
  const once = (format: MetricsFormat): Promise<string> => {
    const text = pending.get(format) ?? measure(format).finally(() => pending.delete(format));
    pending.set(format, text);
    return text;
  };
  const server = createServer((request, response) => {
    answer(request, response, once, host).catch(() => response.destroy());
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(refusal(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  said(`http://${host.includes(":") ? `[${host}]` : host}:${own}/metrics`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function refusal(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (error.code === "EADDRINUSE")
    return new Failure("BUSY", `somebody listens at ${host}:${port} already`, { cause: error });
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return new Failure("NOT_WRITABLE", `${host}:${port} can't be listened at: ${error.code}`, {
      cause: error,
    });
  return error;
}

async function answer(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  measure: (format: MetricsFormat) => Promise<string>,
  host: string,
): Promise<void> {
  const end = (status: number, text: string, type = "text/plain; charset=utf-8") =>
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
  // A page in a browser here may have its own name lead to us.
  const called = /^(\[[^\]]+\]|[^:]*)/.exec(headers.host ?? "")?.[0].replace(/^\[|\]$/g, "") ?? "";
  if (LOOPBACK.test(host) && !LOOPBACK.test(called)) return void end(403, "ask for it by its address\n");
  if (method !== "GET" && method !== "HEAD") return void end(405, "GET /metrics\n");
  if (!/^\/metrics(\?|$)/.test(url ?? "")) return void end(404, "GET /metrics\n");
  const format = wanted(headers.accept);
  try {
    end(200, await measure(format), CONTENT_TYPES[format]);
  } catch (error) {
    end(500, `${error instanceof Error ? error.message : error}\n`);
  }
}

/** OpenMetrics, unless somebody names what they understand and that is not among it. */
const wanted = (accept: string | undefined): MetricsFormat =>
  accept === undefined || /openmetrics-text|\*\/\*/.test(accept) ? "openmetrics" : "prometheus";
