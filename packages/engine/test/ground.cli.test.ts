import { access } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CLI_NAMES, type CliName } from "./agent-clis.ts";
import { saidBy } from "./model-api/request.ts";
import { modelApi } from "./model-api/server.ts";
import { shell } from "./model-api/step.ts";
import { signal, until } from "./processes.ts";
import { type Seat, seat } from "./seat.ts";

/*
 * What the tests of the engine stand on: that the real programs, as they are
 * pinned, do here what a person sees them do. No code of the engine.
 */

/** Seconds. opencode works for ten of them before it asks its model; on a busy machine that is minutes. */
const START = 240;
const PROMPT = "please make it";

async function ownSeat(cli: CliName, more: { readonly asks?: boolean } = {}) {
  const api = await modelApi();
  onTestFinished(() => api[Symbol.asyncDispose]());
  const own = await seat(cli, { api, ...more });
  onTestFinished(() => own.end());
  return { api, own };
}

const made = ({ place }: Seat): Promise<boolean> =>
  access(path.join(place.workdir, "made")).then(
    () => true,
    () => false,
  );

describe.each(CLI_NAMES)("%s", (cli) => {
  it("hears its first prompt, shows no dialog, runs a tool, answers, rests, and knows of it when it comes back", async () => {
    const { api, own } = await ownSeat(cli);
    api.script(own.place.key, [shell("touch made"), "It is made.", "It was made before."]);
    await own.start({ prompt: PROMPT });
    await own.until("its answer", /It is made\./, START);
    await own.idle(START);
    expect(await made(own)).toBe(true);
    const heard = own.turns().map((turn) => saidBy(turn).filter((said) => said.includes(PROMPT)).length);
    expect(heard).toEqual([1, 1]);

    const id = await own.conversation();
    await own.tmux("kill-session", "-t", "seat");
    // gemini does not mind the end of its terminal.
    for (const pid of await own.pids()) signal(pid, "SIGTERM");
    await until("none of its processes is left", async () => (await own.pids()).length === 0, 20);

    await own.start({ resume: id });
    await own.until("what was said before", /It is made\./, START);
    await own.idle(START);
    await own.say("and now?");
    await own.until("the next answer", /It was made before\./, START);
    const last = own.turns().at(-1);
    expect(last && saidBy(last)).toEqual([
      expect.stringContaining(PROMPT),
      expect.stringContaining("and now?"),
    ]);
  });

  it("asks before a tool runs, when it is told to", async () => {
    const { api, own } = await ownSeat(cli, { asks: true });
    api.script(own.place.key, [shell("touch made"), "It is made."]);
    await own.start({ prompt: PROMPT });
    await own.until("its question", own.program.asking, START);
    expect(await made(own)).toBe(false);
    await own.keys(...own.program.yes);
    await own.until("its answer", /It is made\./, START);
    expect(await made(own)).toBe(true);
  });
});
