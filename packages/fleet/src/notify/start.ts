import { spawn } from "node:child_process";
import { closeSync, openSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { isHeld, type World } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import { makeHome } from "./home.ts";

/**
 * Runs its arguments, and again when they end otherwise than they should: what
 * dies quickly, ever later. 0: nothing is left to tell. 2, 3, 4: it can't be
 * run, or another one runs. 75: there is new code. 130: it was asked to end.
 */
const KEEPER = `
pause=1
trap 'trap "" TERM INT HUP; kill -TERM "$!" 2>/dev/null; wait "$!"; exit 0' TERM INT HUP
while :; do
  began=$(date +%s)
  "$@" &
  wait "$!"
  code=$?
  case $code in
    0 | 2 | 3 | 4 | 130) exit "$code" ;;
    75) continue ;;
  esac
  [ $(($(date +%s) - began)) -lt 60 ] || pause=1
  echo "fleet: the notifier ended with $code; it starts again in $pause s" >&2
  sleep "$pause" &
  wait "$!"
  pause=$((pause * 2))
  [ "$pause" -le 60 ] || pause=60
done
`;

/** The program `fleet`, built or from its source. Who runs our code otherwise has none that could run a notifier. */
const PROGRAM = /\/(start\.cjs|bin\.ts)$/;

const LOG_MOST = 1_000_000;

/**
 * Sees to it that a notifier runs where there is somebody to tell, and does not
 * wait for it. True when it started one. Who can't write there has no notifier,
 * and agents all the same.
 */
export async function ensureNotifier({ root, fleet }: FoundFleet, { env, err }: World): Promise<boolean> {
  const program = process.argv[1];
  if (fleet.receivers.length === 0 || program === undefined || !PROGRAM.test(program)) return false;
  try {
    const home = await makeHome(root);
    if (await isHeld(home, "notifier")) return false;
    const log = path.join(home, "notifier.log");
    const out = openSync(log, "a", 0o600);
    if (statSync(log).size > LOG_MOST) truncateSync(log);
    // A short command is given much room for its rubbish, so that it need not sort it.
    const flags = process.execArgv.filter((flag) => !flag.includes("semi-space"));
    const argv = [process.execPath, ...flags, program, "notify", "run"];
    const child = spawn("/bin/sh", ["-c", KEEPER, "fleet-notifier", ...argv], {
      cwd: root,
      detached: true,
      env,
      stdio: ["ignore", out, out],
    });
    child.on("error", () => {
      // What is to be told waits on disk, and status says that nobody tells it.
    });
    child.unref();
    closeSync(out);
    return true;
  } catch (error) {
    err(`fleet: nobody will be told what happens: ${error instanceof Error ? error.message : error}\n`);
    return false;
  }
}
