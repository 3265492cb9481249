import { existsSync } from "node:fs";
import process from "node:process";
import { Failure, pick, run, type World } from "@fleet/engine";
import type { Scope } from "./units.ts";

/** How systemd has one unit, in its own words: "active", "enabled". */
export interface UnitState {
  readonly active: string;
  readonly enabled: string;
  readonly pid: number;
}

export interface Systemd {
  /** Is there one, and can it be reached from here? */
  isThere(): Promise<boolean>;
  /** @throws Failure ENGINE_FAILED with its last words */
  obey(...words: readonly string[]): Promise<void>;
  states(units: readonly string[]): Promise<ReadonlyMap<string, UnitState>>;
}

const TIMEOUT = 90_000;

export function createSystemd(scope: Scope, { env }: World): Systemd {
  const own = scope === "user" ? ["--user"] : [];
  const folder = `/run/user/${process.getuid?.()}`;
  const around = existsSync(folder) ? { XDG_RUNTIME_DIR: folder } : {};
  const call = (words: readonly string[]) =>
    run("systemctl", [...own, "--no-ask-password", ...words], {
      env: { ...around, ...pick(env), ...bus(env) },
      timeout: TIMEOUT,
    });
  return {
    async isThere() {
      const ran = await call(["is-system-running"]).catch(() => null);
      return /^(?:running|degraded|starting|initializing|maintenance)\s*$/.test(ran?.stdout ?? "");
    },
    async obey(...words) {
      const ran = await call(words);
      if (ran.code === 0) return;
      // Its first line says what, the others where to read more.
      const said = ran.timedOut ? "it did not end in time" : (ran.stderr.trim().split("\n")[0] ?? "");
      throw new Failure(
        "ENGINE_FAILED",
        `systemctl ${[...own, ...words].join(" ")}: ${said || `exit ${ran.code}`}`,
        { hint: `see more: journalctl ${[...own, "-e"].join(" ")}` },
      );
    },
    async states(units) {
      if (units.length === 0) return new Map();
      const properties = ["Id", "ActiveState", "UnitFileState", "MainPID"].flatMap((name) => ["-p", name]);
      const ran = await call(["show", ...properties, "--", ...units]).catch(() => null);
      const blocks = (ran?.stdout ?? "").split(/\n\n+/).map(readBlock);
      return new Map(
        blocks.flatMap(({ Id, ActiveState = "", UnitFileState = "", MainPID = "0" }) =>
          Id === undefined
            ? []
            : [[Id, { active: ActiveState, enabled: UnitFileState, pid: Number(MainPID) }] as const],
        ),
      );
    },
  };
}

const readBlock = (block: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    block.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );

const bus = ({ DBUS_SESSION_BUS_ADDRESS: address }: World["env"]): Readonly<Record<string, string>> =>
  address === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: address };
