import { refuseGitUrl } from "../fleet-file/schema.ts";

/** What a project's .gitmodules says of its engine. */
export interface Modules {
  /** Null where there is none that could be used. */
  readonly url: string | null;
  /** What is wrong with the file, a sentence each. */
  readonly faults: readonly string[];
  /** The same for someone who shows the file. */
  readonly places: readonly ModulesFault[];
}

export interface ModulesFault {
  readonly code: "FL0002" | "FL0212" | "FL0227" | "FL0405";
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Keys that git obeys in a .gitmodules, and that cannot make it run or fetch anything else. */
const HARMLESS = new Set(["path", "url", "branch", "shallow"]);

/**
 * Reads a .gitmodules as strictly as a project needs it, which is more strictly
 * than git does: past holes were a carriage return at the end of a value, names
 * that lead elsewhere, and `update` with a command.
 */
export function readModules(text: string): Modules {
  const faults: string[] = [];
  const places: ModulesFault[] = [];
  const values = new Map<string, string>();
  const lines = new Map<string, number>();
  const note = (code: ModulesFault["code"], line: number, message: string, whole?: string) => {
    places.push({ code, line, message });
    faults.push(whole ?? `.gitmodules:${line} ${message}`);
  };
  const control = text.search(/[^\n\t\x20-\x7e\u00a0-\uffff]/);
  if (control !== -1) {
    const message = "holds a control character";
    note("FL0002", text.slice(0, control).split("\n").length, message, `.gitmodules ${message}`);
  }
  let section: string | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const bare = line.trim();
    if (bare === "" || /^[#;]/.test(bare)) continue;
    const at = index + 1;
    const header = /^\[submodule "([^"\\]*)"\]$/.exec(bare);
    const [, key = "", value = ""] = /^(\w+)\s*=\s*([^\s"\\#;](?:[^"\\#;]*[^\s"\\#;])?|)$/.exec(bare) ?? [];
    if (header !== null) {
      if (header[1] !== "engine") note("FL0405", at, "has another submodule than engine");
      else if (section !== null) note("FL0405", at, "has engine a second time");
      section = header[1] ?? "";
    } else if (section === null || key === "")
      note("FL0405", at, "is neither a submodule nor a value of one");
    else if (section === "engine") {
      const name = key.toLowerCase();
      if (!HARMLESS.has(name)) note("FL0212", at, `sets ${key}, which a pin must not`);
      else if (values.has(name)) note("FL0405", at, `sets ${key} a second time`);
      values.set(name, value);
      lines.set(name, at);
    }
  }
  if (section === null) note("FL0405", 1, "has no submodule engine", ".gitmodules has no submodule engine");
  const folder = values.get("path");
  if (section !== null && folder !== "engine") {
    const message = `the engine's path is ${folder ?? "missing"}, not engine`;
    note("FL0405", lines.get("path") ?? 1, message, message);
  }
  const url = values.get("url");
  const refusal = url === undefined ? { message: "the engine has no url" } : refuseGitUrl(url);
  if (section !== null && refusal !== null)
    note(url === undefined ? "FL0405" : "FL0227", lines.get("url") ?? 1, refusal.message, refusal.message);
  return { url: refusal === null ? (url ?? null) : null, faults, places };
}
