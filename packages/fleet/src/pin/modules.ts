import { refuseGitUrl } from "../fleet-file/schema.ts";

/** What a project's .gitmodules says of its engine. */
export interface Modules {
  /** Null where there is none that could be used. */
  readonly url: string | null;
  /** What is wrong with the file, a sentence each. */
  readonly faults: readonly string[];
}

/** Keys that git obeys in a .gitmodules, and that cannot make it run or fetch anything else. */
const HARMLESS = new Set(["path", "url", "branch", "shallow", "ignore"]);

/**
 * Reads a .gitmodules as strictly as a project needs it, which is more strictly
 * than git does: past holes were a carriage return at the end of a value, names
 * that lead elsewhere, and `update` with a command.
 */
export function readModules(text: string): Modules {
  const faults: string[] = [];
  const values = new Map<string, string>();
  if (/[^\n\t\x20-\x7e\u00a0-\uffff]/.test(text)) faults.push(".gitmodules holds a control character");
  let section: string | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const bare = line.trim();
    if (bare === "" || /^[#;]/.test(bare)) continue;
    const place = `.gitmodules:${index + 1}`;
    const header = /^\[submodule "([^"\\]*)"\]$/.exec(bare);
    const [, key = "", value = ""] = /^(\w+)\s*=\s*([^\s"\\#;](?:[^"\\#;]*[^\s"\\#;])?|)$/.exec(bare) ?? [];
    if (header !== null) {
      if (header[1] !== "engine") faults.push(`${place} has another submodule than engine`);
      else if (section !== null) faults.push(`${place} has engine a second time`);
      section = header[1] ?? "";
    } else if (section === null || key === "")
      faults.push(`${place} is neither a submodule nor a value of one`);
    else if (section === "engine") {
      const name = key.toLowerCase();
      if (!HARMLESS.has(name)) faults.push(`${place} sets ${key}, which a pin must not`);
      else if (values.has(name)) faults.push(`${place} sets ${key} a second time`);
      values.set(name, value);
    }
  }
  if (section === null) faults.push(".gitmodules has no submodule engine");
  const folder = values.get("path");
  if (section !== null && folder !== "engine")
    faults.push(`the engine's path is ${folder ?? "missing"}, not engine`);
  const url = values.get("url");
  const refusal = url === undefined ? { message: "the engine has no url" } : refuseGitUrl(url);
  if (section !== null && refusal !== null) faults.push(refusal.message);
  return { url: refusal === null ? (url ?? null) : null, faults };
}
