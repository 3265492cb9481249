import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../real.ts";
import { newest, resultsIn, saidBy } from "./request.ts";
import { play } from "./script.ts";
import { type ModelApi, modelApi } from "./server.ts";
import { fail, shell, text, tool } from "./step.ts";

const KEY = "seat-1";

async function ownApi(): Promise<ModelApi> {
  const api = await modelApi();
  onTestFinished(() => api[Symbol.asyncDispose]());
  return api;
}

/** How each program would ask: where, with what words, with which tools, and where the answer has its words and calls. */
const FORMATS = {
  anthropic: {
    path: "/v1/messages",
    body: (words: string, streams: boolean, tools: readonly string[]) => ({
      model: "m",
      stream: streams,
      tools: tools.map((name) => ({ name })),
      messages: [{ role: "user", content: [{ type: "text", text: words }] }],
    }),
    rounds: (words: string, results: readonly string[]) => ({
      messages: [
        { role: "user", content: words },
        ...results.flatMap((content) => [
          { role: "assistant", content: [{ type: "tool_use", id: "1", name: "Bash", input: {} }] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content }] },
        ]),
      ],
    }),
  },
  responses: {
    path: "/v1/responses",
    body: (words: string, streams: boolean, tools: readonly string[]) => ({
      model: "m",
      stream: streams,
      tools: tools.map((name) => ({ type: "function", name })),
      input: [{ type: "message", role: "user", content: [{ type: "input_text", text: words }] }],
    }),
    rounds: (words: string, results: readonly string[]) => ({
      input: [
        { type: "message", role: "user", content: [{ type: "input_text", text: words }] },
        ...results.flatMap((output) => [
          { type: "function_call", call_id: "1", name: "exec_command", arguments: "{}" },
          { type: "function_call_output", call_id: "1", output },
        ]),
      ],
    }),
  },
  chat: {
    path: "/v1/chat/completions",
    body: (words: string, streams: boolean, tools: readonly string[]) => ({
      model: "m",
      stream: streams,
      tools: tools.map((name) => ({ type: "function", function: { name } })),
      messages: [{ role: "user", content: words }],
    }),
    rounds: (words: string, results: readonly string[]) => ({
      messages: [
        { role: "user", content: words },
        ...results.flatMap((content) => [
          { role: "assistant", content: null, tool_calls: [{ id: "1", type: "function" }] },
          { role: "tool", tool_call_id: "1", content },
        ]),
      ],
    }),
  },
  gemini: {
    path: "/v1beta/models/m:generateContent",
    body: (words: string, _streams: boolean, tools: readonly string[]) => ({
      tools: [{ functionDeclarations: tools.map((name) => ({ name })) }],
      contents: [{ role: "user", parts: [{ text: words }] }],
    }),
    rounds: (words: string, results: readonly string[]) => ({
      contents: [
        { role: "user", parts: [{ text: words }] },
        ...results.flatMap((output) => [
          { role: "model", parts: [{ functionCall: { name: "run_shell_command", args: {} } }] },
          {
            role: "user",
            parts: [{ functionResponse: { name: "run_shell_command", response: { output } } }],
          },
        ]),
      ],
    }),
  },
} as const;
type Name = keyof typeof FORMATS;
const NAMES = Object.keys(FORMATS) as readonly Name[];

interface Asking {
  readonly as?: Name;
  readonly streams?: boolean;
  readonly tools?: readonly string[];
  readonly key?: string;
}

async function ask(
  api: ModelApi,
  words: string,
  { as = "anthropic", streams = false, tools = ["Bash"], key = KEY }: Asking = {},
): Promise<Response> {
  const { path, body } = FORMATS[as];
  const place = as === "gemini" && streams ? path.replace(":generate", ":streamGenerate") : path;
  return await fetch(api.url + place, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(body(words, streams, tools)),
  });
}

const saying = async (...asked: Parameters<typeof ask>): Promise<string> =>
  await (await ask(...asked)).text();

describe.each(NAMES)("as %s", (as) => {
  it.each([true, false])("says a text and calls a tool, streaming: %s", async (streams) => {
    const api = await ownApi();
    api.script(KEY, [text("one two", { chunks: 2 }), tool("Bash", { command: "date" })]);
    const said = await saying(api, "go", { as, streams });
    expect(said).toContain(streams ? '"one ' : '"one two"');
    const called = await saying(api, "go", { as, streams });
    expect(called).toContain('"Bash"');
    expect(called.replaceAll("\\", "")).toContain('{"command":"date"}');
    expect(api.left(KEY)).toBe(0);
  });

  it("fails as its vendor does", async () => {
    const api = await ownApi();
    api.script(KEY, [fail("overloaded")]);
    const answer = await ask(api, "go", { as });
    expect(answer.status).toBe(529);
    expect(await answer.json()).toMatchObject({ error: { message: "Overloaded" } });
  });

  it("knows what was said, and which tools there are", async () => {
    const api = await ownApi();
    await saying(api, "build it", { as, tools: ["Bash", "Read"] });
    const [request] = api.turns(KEY);
    expect(request).toMatchObject({ format: as, model: "m", tools: ["Bash", "Read"], outcome: "answered" });
    expect(request && saidBy(request)).toEqual(["build it"]);
  });

  it("knows how often tools were called since, and what they gave back last", async () => {
    const api = await ownApi();
    const { path, rounds } = FORMATS[as];
    const body = JSON.stringify({ model: "m", ...rounds("go", ["Monday", "Tuesday"]) });
    await fetch(api.url + path, { method: "POST", headers: { "x-api-key": KEY }, body });
    const [request] = api.requests(KEY);
    expect(request && newest(request)).toEqual({ words: "go", rounds: 2 });
    expect(request && resultsIn(request)).toEqual([expect.stringContaining("Tuesday")]);
  });

  it.each([
    ["stalls until it is released", "stall" as const],
    ["breaks off in the middle", "dropmid" as const],
  ])("%s", async (_, kind) => {
    const api = await ownApi();
    api.script(KEY, [{ kind, text: "half" }]);
    const answer = await ask(api, "go", { as, streams: true });
    const all = answer.text().catch(() => "broken");
    if (kind === "stall") {
      expect(await Promise.race([all, wait(200, "silent")])).toBe("silent");
      api.release();
    }
    expect(await all).toBe("broken");
  });
});

describe("a script", () => {
  it("belongs to one key; all others get the default", async () => {
    const api = await ownApi();
    api.script("a", ["for a"]);
    api.otherwise(text("for all"));
    expect(await saying(api, "go", { key: "b" })).toContain("for all");
    expect(await saying(api, "go", { key: "a" })).toContain("for a");
    expect(api.requests("a").map(({ from }) => from)).toEqual(["script"]);
  });

  it("is not touched by requests without tools", async () => {
    const api = await ownApi();
    api.script(KEY, ["mine"]);
    expect(await saying(api, "a title, please", { tools: [] })).toContain("A title");
    expect(api.left(KEY)).toBe(1);
    expect([api.requests(KEY).length, api.turns(KEY).length]).toEqual([1, 0]);
  });

  it("repeats a step so often", async () => {
    const api = await ownApi();
    api.script(KEY, [text("again", { repeat: 2 }), "last"]);
    const said = [await saying(api, "1"), await saying(api, "2"), await saying(api, "3")];
    expect(said.map((one) => /again|last/.exec(one)?.[0])).toEqual(["again", "again", "last"]);
  });

  it("may stand in the prompt, a step for each round of tools", async () => {
    const api = await ownApi();
    api.script(KEY, ["not this"]);
    const steps = [shell("date"), text("the date is known")];
    const words = `Please. [[play:${JSON.stringify(steps)}]]`;
    const called = JSON.parse(await saying(api, words));
    expect(called.content).toMatchObject([{ type: "tool_use", name: "Bash" }]);
    const messages = [
      { role: "user", content: words },
      { role: "assistant", content: called.content },
      {
        role: "user",
        content: [
          { type: "tool_result", content: [{ type: "text", text: "Monday" }] },
          { type: "text", text: "<system-reminder>be good</system-reminder>" },
        ],
      },
    ];
    const answer = await fetch(`${api.url}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": KEY },
      body: JSON.stringify({ model: "m", tools: [{ name: "Bash" }], messages }),
    });
    expect(await answer.text()).toContain("the date is known");
    const last = api.requests(KEY).at(-1);
    expect(last && newest(last)).toEqual({ words, rounds: 1 });
    expect(last && resultsIn(last)).toEqual(["Monday"]);
  });

  it("may be a story that hears each request, and goes on behind it", async () => {
    const api = await ownApi();
    const heard: string[] = [];
    api.script(KEY, [
      play(function* (first) {
        heard.push(...saidBy(first));
        const second = yield shell("git commit");
        heard.push(...saidBy(second));
        yield text("committed");
      }),
      "behind",
    ]);
    const said = [await saying(api, "begin"), await saying(api, "go on"), await saying(api, "and now")];
    expect(said.map((one) => /git commit|committed|behind/.exec(one)?.[0])).toEqual([
      "git commit",
      "committed",
      "behind",
    ]);
    expect(heard).toEqual(["begin", "go on"]);
  });

  it.each([
    ["Bash", { command: "date" }],
    ["exec_command", { cmd: "date" }],
    ["run_shell_command", { command: "date" }],
  ])("runs a command with the shell tool that is there: %s", async (name, input) => {
    const api = await ownApi();
    api.script(KEY, [shell("date")]);
    const { content } = JSON.parse(await saying(api, "go", { tools: ["Read", name] }));
    expect(content).toMatchObject([{ name, input }]);
  });
});

describe("trouble", () => {
  it("at a limit says when the limit ends", async () => {
    const api = await ownApi();
    api.script(KEY, [fail("limit", { resets: 90 })]);
    const { status, headers } = await ask(api, "go");
    expect([status, headers.get("retry-after")]).toEqual([429, "90"]);
    const reset = Number(headers.get("anthropic-ratelimit-unified-reset")) - Date.now() / 1_000;
    expect(reset).toBeGreaterThan(80);
    expect(reset).toBeLessThan(91);
  });

  it("may be a connection that is gone at once", async () => {
    const api = await ownApi();
    api.script(KEY, [{ kind: "drop" }]);
    await expect(ask(api, "go")).rejects.toThrow("fetch failed");
  });

  it("may be silence, and then an answer when it is released", async () => {
    const api = await ownApi();
    api.script(KEY, [{ kind: "hang" }]);
    const said = saying(api, "go");
    await until("the request hangs", async () => api.turns(KEY)[0]?.step === "hang");
    api.release();
    expect(await said).toContain("released");
  });

  it("is noticed when it is the program that goes", async () => {
    const api = await ownApi();
    api.script(KEY, [{ kind: "hang" }]);
    const leaving = new AbortController();
    const asked = fetch(`${api.url}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": KEY },
      body: JSON.stringify(FORMATS.anthropic.body("go", true, ["Bash"])),
      signal: leaving.signal,
    });
    await until("the request hangs", async () => api.turns(KEY)[0]?.step === "hang");
    leaving.abort();
    await expect(asked).rejects.toThrow("aborted");
    await until("it is written down", async () => api.turns(KEY)[0]?.outcome === "gone");
  });

  it("is a request that nobody understands", async () => {
    const api = await ownApi();
    const body = JSON.stringify({ model: "m", messages: "?" });
    await expect(fetch(`${api.url}/v1/messages`, { method: "POST", body })).rejects.toThrow("fetch failed");
    expect(api.requests()[0]?.outcome).toContain("broken: ");
  });
});

it("counts whatever comes, also what is no call of the model", async () => {
  const api = await ownApi();
  await fetch(`${api.url}/v1/models`);
  await fetch(`${api.url}/api/hello`, { method: "HEAD" });
  await fetch(`${api.url}/v1/messages/count_tokens`, { method: "POST", body: "{}" });
  await fetch(`${api.url}/telemetry`, { method: "POST", body: "{}" });
  expect(api.requests().map(({ method, path, outcome }) => [method, path, outcome])).toEqual([
    ["GET", "/v1/models", "answered"],
    ["HEAD", "/api/hello", "answered"],
    ["POST", "/v1/messages/count_tokens", "answered"],
    ["POST", "/telemetry", "not found"],
  ]);
  expect(api.turns()).toEqual([]);
});

it("obeys a person with curl", async () => {
  const api = await ownApi();
  const post = (place: string, body: unknown) =>
    fetch(`${api.url}/control/${place}`, { method: "POST", body: JSON.stringify(body) });
  await post(`script?key=${KEY}`, [text("by hand"), fail("500")]);
  expect(await saying(api, "go")).toContain("by hand");
  const seen = await (await fetch(`${api.url}/control/requests?key=${KEY}`)).json();
  expect(seen).toMatchObject([{ key: KEY, from: "script", outcome: "answered" }]);
  expect((await post("nonsense", {})).status).toBe(404);
});
