import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How one request is answered: with a status, with 503 and "in an hour", never, or by a connection that breaks in the midst of the answer. */
export type Manner = number | "in an hour" | "hangs" | "dies";

/** A receiver that treats each request as it is told, the last manner for all that follow. What it was told lies in `heard`. */
export async function ownReceiver(...manners: readonly Manner[]): Promise<OwnReceiver> {
  const heard: Heard[] = [];
  const left = [...manners];
  let manner: Manner = 200;
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    heard.push({ path: request.url ?? "", headers: request.headers, body });
    manner = left.shift() ?? manner;
    if (manner === "hangs") return;
    if (manner === "dies") {
      response.writeHead(200, { "content-length": "1000" });
      response.write("half");
      setImmediate(() => response.destroy());
      return;
    }
    if (manner === "in an hour") {
      response.writeHead(503, { "retry-after": "3600" }).end();
      return;
    }
    response.writeHead(manner).end(manner === 200 ? "" : `no, ${manner}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    heard,
    notices: () => heard.flatMap(({ body }) => JSON.parse(body).notices ?? []),
  };
}

export interface OwnReceiver {
  readonly url: string;
  readonly port: number;
  readonly heard: readonly Heard[];
  /** All notices of all requests, in the order in which they came. */
  notices(): readonly { readonly id: string; readonly event: string; readonly text: string }[];
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
};

/** As who receives checks it, by the published rules and with none of our code. */
export function isSigned({ headers, body }: Heard, key: string): boolean {
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const wanted = createHmac("sha256", key).update(signed, "utf8").digest();
  const [version, given = ""] = String(headers["webhook-signature"]).split(",");
  const found = Buffer.from(given, "base64");
  return version === "v1" && found.length === wanted.length && timingSafeEqual(found, wanted);
}
