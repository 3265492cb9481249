import { spawn } from "node:child_process";
import type { Lend } from "../command/command.ts";
import { Failure } from "../problem.ts";

/** Runs a program that has this process's own terminal while it lasts. Interrupted, it is asked to end, so that it leaves the terminal as it was. */
export const lendTerminal =
  (signal: AbortSignal): Lend =>
  (program, args, env) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, { env, stdio: "inherit" });
      const end = () => child.kill("SIGTERM");
      signal.addEventListener("abort", end, { once: true });
      child.once("error", (cause) =>
        reject(new Failure("TOOL_MISSING", `${program} could not be started: ${cause.message}`, { cause })),
      );
      child.once("close", (code) => {
        signal.removeEventListener("abort", end);
        resolve(code);
      });
      if (signal.aborted) end();
    });
