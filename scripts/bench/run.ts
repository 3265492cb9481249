import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";

export const ENV = { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: "C.UTF-8" } as const;

/** Runs a program to its end; what it printed. Rejects when it fails. */
export async function run(
  file: string,
  args: readonly string[],
  {
    input = "",
    env = ENV,
    cwd,
  }: { input?: string; env?: Readonly<Record<string, string | undefined>>; cwd?: string } = {},
): Promise<string> {
  const running = promisify(execFile)(file, [...args], { env, cwd, maxBuffer: 256 * 1024 * 1024 });
  running.child.stdin?.on("error", () => {}).end(input);
  return (await running).stdout.trim();
}
