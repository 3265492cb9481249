import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { receiversOf } from "../src/fleet-file/notify.ts";
import { send, type Tried } from "../src/notify/send.ts";
import type { Delivery } from "../src/notify/think/notice.ts";
import { ownDirectory } from "./own.ts";
import { isSigned, ownReceiver } from "./receivers.ts";

const DELIVERY: Delivery = {
  id: "d1",
  at: 1_790_000_000_000,
  notices: [
    {
      id: "n1",
      event: "needs-human",
      project: "demo",
      agent: "builder",
      at: 1_790_000_000_000,
      text: "asks: Größe <b>42</b>? $(id) ✓",
      command: "fleet why demo builder",
    },
  ],
};

/** Tells a receiver of these keys. */
async function tell(
  table: object,
  { root, env = {} }: { readonly root?: string; readonly env?: object } = {},
): Promise<Tried> {
  const [receiver] = receiversOf({ notify: { one: table } });
  if (receiver === undefined) throw new Error("there is something wrong with its keys");
  return send(receiver, DELIVERY, {
    root: root ?? (await ownDirectory()),
    env: { PATH: process.env.PATH, ...env },
    now: DELIVERY.at + 5_000,
    signal: new AbortController().signal,
  });
}

it("posts to a webhook what happened, signed so that anybody with the secret can check it", async () => {
  const root = await ownDirectory();
  await writeFile(path.join(root, "hook.secret"), "s3cr3t\n", { mode: 0o600 });
  const { url, heard } = await ownReceiver(204);
  expect(await tell({ webhook: url, secret: "file:hook.secret" }, { root })).toEqual({ is: "told" });
  const [request] = heard;
  if (request === undefined) throw new Error("nothing was heard");
  expect(request.headers).toMatchObject({
    "content-type": "application/json",
    "webhook-id": "d1",
    "webhook-timestamp": "1790000005",
  });
  expect(isSigned(request, "s3cr3t")).toBe(true);
  expect(isSigned({ ...request, body: request.body.replace("42", "43") }, "s3cr3t")).toBe(false);
  expect(JSON.parse(request.body)).toEqual({
    schema_version: 1,
    id: "d1",
    at: "2026-09-21T14:13:20.000Z",
    title: "demo/builder needs you",
    text: "demo/builder asks: Größe <b>42</b>? $(id) ✓\ntype: fleet why demo builder",
    notices: [{ ...DELIVERY.notices[0], at: "2026-09-21T14:13:20.000Z" }],
  });
});

it.each([
  ["refuses", [500], "it answered 500: no, 500", false],
  ["does not like what is in it", [422], "it answered 422: no, 422", true],
  ["sends us elsewhere", [302], "it answered 302: no, 302", false],
  ["hangs", ["hangs"], "no answer within 0.3 s", false],
  ["dies in the midst", ["dies"], "aborted", false],
] as const)("says why a webhook that %s was not told", async (_, manners, because, vain) => {
  const { url } = await ownReceiver(...manners);
  // Only one that hangs may be waited for: a busy machine takes its time.
  const timeout = because.startsWith("no answer") ? "300ms" : "60s";
  expect(await tell({ webhook: url, timeout })).toEqual({ is: "failed", because, after: 0, vain });
});

it("says why a webhook where nobody listens was not told", async () => {
  expect(await tell({ webhook: "http://127.0.0.1:9/hook" })).toMatchObject({
    is: "failed",
    because: expect.stringContaining("ECONNREFUSED"),
  });
});

it("goes through the proxy that the environment names", async () => {
  const proxy = await ownReceiver(200);
  const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` };
  expect(await tell({ webhook: "http://fleet.invalid/hook" }, { env })).toEqual({ is: "told" });
  expect(proxy.heard.map((one) => one.path)).toEqual(["http://fleet.invalid/hook"]);
});

it("gives ntfy its topic, a title and a text of any letters, its token and a priority", async () => {
  const { port, heard } = await ownReceiver(200);
  const ntfy = `http://127.0.0.1:${port}/under/builds`;
  expect(await tell({ ntfy, token: "env:NTFY" }, { env: { NTFY: "tk_1" } })).toEqual({ is: "told" });
  expect(heard.map(({ path, headers, body }) => [path, headers.authorization, JSON.parse(body)])).toEqual([
    [
      "/under/",
      "Bearer tk_1",
      {
        topic: "builds",
        title: "demo/builder needs you",
        message: "demo/builder asks: Größe <b>42</b>? $(id) ✓\ntype: fleet why demo builder",
        priority: 4,
      },
    ],
  ]);
});

it("hands a command JSON on its standard input, and nothing of it on its command line", async () => {
  const root = await ownDirectory();
  await mkdir(path.join(root, "bin"));
  await writeFile(path.join(root, "bin/tell"), '#!/bin/sh\ncat >got; echo "$# $1 $SECRET" >args\n', {
    mode: 0o755,
  });
  const env = { SECRET: "of the caller's" };
  expect(await tell({ command: ["bin/tell", "$(touch trap)"] }, { root, env })).toEqual({ is: "told" });
  expect(JSON.parse(await readFile(path.join(root, "got"), "utf8"))).toMatchObject({ id: "d1" });
  expect(await readFile(path.join(root, "args"), "utf8")).toBe("1 $(touch trap) \n");
});

it.each([
  ["fails", "echo first >&2; echo 'no route' >&2; exit 7", "it exited 7: no route"],
  ["takes too long", "sleep 60", "it did not end within 0.3 s"],
])("says why a command that %s did not tell", async (_, script, because) => {
  const command = ["sh", "-c", script];
  const timeout = because.includes("did not end") ? "300ms" : "60s";
  expect(await tell({ command, timeout })).toEqual({ is: "failed", because, after: 0, vain: false });
});

it("shows on the desktop the text as text, and no markup", async () => {
  const root = await ownDirectory();
  const program = '#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done >"$HOME/words"\n';
  await writeFile(path.join(root, "notify-send"), program, { mode: 0o755 });
  expect(await tell({ desktop: true }, { env: { PATH: `${root}:/usr/bin:/bin`, HOME: root } })).toEqual({
    is: "told",
  });
  expect((await readFile(path.join(root, "words"), "utf8")).split("\n")).toEqual([
    "--app-name=fleet",
    "--urgency=critical",
    "--",
    "demo/builder needs you",
    "demo/builder asks: Größe &lt;b&gt;42&lt;/b&gt;? $(id) ✓",
    "type: fleet why demo builder",
    "",
  ]);
});

it("never says a secret, and takes none that everybody may read", async () => {
  const root = await ownDirectory();
  const { url, heard } = await ownReceiver(200);
  const secret = path.join(root, "secret");
  await writeFile(secret, "s3cr3t");
  await chmod(secret, 0o644);
  const said: string[] = [];
  for (const table of [
    { webhook: url, secret: "file:secret" },
    { webhook: url, secret: "file:nowhere" },
    { webhook: url, secret: "env:NOT_SET" },
    { webhook: "env:HOOK" },
  ]) {
    const tried = await tell(table, { root, env: { HOOK: "gopher://s3cr3t" } });
    said.push(tried.is === "failed" ? tried.because.replaceAll(root, "…") : tried.is);
  }
  expect(said).toEqual([
    "everybody may read …/secret: chmod 600 it",
    "…/nowhere can't be read: ENOENT",
    "the environment variable NOT_SET is not set here",
    "what env:HOOK holds is no address: this is not an http or https URL",
  ]);
  expect(heard).toEqual([]);
});
