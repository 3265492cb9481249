import { expect, it } from "vitest";
import { createConfig } from "./config.ts";
import type { Disk } from "./disk.ts";
import type { Ran, RunOptions } from "./run.ts";

const TIMED_OUT: Ran = { code: null, stdout: "", stderr: "", timedOut: true };
const READ: Ran = { code: 0, stdout: '{"hash":"h","config":{}}', stderr: "", timedOut: false };

it("gives a machine that is too busy to read agents.toml more time, each time it was not enough", async () => {
  const answers = [TIMED_OUT, TIMED_OUT, READ, TIMED_OUT, READ];
  const limits: unknown[] = [];
  let text = "a";
  const config = createConfig({
    file: "/p/agents.toml",
    cwd: "/p",
    environment: {},
    wake: () => {},
    disk: { size: async () => text.length, read: async () => text } as unknown as Disk,
    run: async (_file: string, _args: readonly string[], { timeout }: RunOptions) => {
      limits.push(timeout);
      return answers.shift() ?? READ;
    },
  });
  let now = 0;
  const look = async () => {
    now += 60_000;
    await config.look("in force", now, 300_000);
    await config.idle();
    return config.take();
  };
  expect(await look()).toMatchObject({ is: "invalid", because: "it can't be read within 5 s" });
  expect(await look()).toMatchObject({ is: "invalid", because: "it can't be read within 10 s" });
  expect(await look()).toMatchObject({ is: "valid" });
  text = "b";
  expect(await look()).toMatchObject({ because: "it can't be read within 5 s" });
  expect(await look()).toMatchObject({ is: "valid" });
  expect(limits).toEqual([5_000, 10_000, 20_000, 5_000, 10_000]);
});
