import process from "node:process";
import { Failure, pick, run } from "@fleet/engine";

/** What the programs that every project needs say of themselves; null for one that is not here. */
export interface Machine {
  readonly tmux: string | null;
  readonly git: string | null;
}

const TIMEOUT = 5_000;

/** One process each, however many projects there are. What agent programs are here is asked when they are started. */
export async function readMachine(): Promise<Machine> {
  const [tmux, git] = await Promise.all([ask("tmux", "-V"), ask("git", "--version")]);
  return { tmux, git };
}

async function ask(program: string, flag: string): Promise<string | null> {
  try {
    return (await run(program, [flag], { env: pick(process.env), timeout: TIMEOUT })).stdout.trim();
  } catch (error) {
    if (error instanceof Failure && error.code === "TOOL_MISSING") return null;
    throw error;
  }
}
