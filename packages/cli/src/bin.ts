#!/usr/bin/env node
import process from "node:process";
import { main } from "./main.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => interrupted.abort());
// A reader that has seen enough (`fleet logs | head`) is no reason for a stack.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  interrupted.abort();
});

const ended = main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  signal: interrupted.signal,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
});

// Not awaited here: as CommonJS, which starts faster, a program has no await outside of functions.
ended.then((exit) => {
  process.exitCode = exit;
});
