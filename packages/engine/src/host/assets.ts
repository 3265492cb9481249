import { readFileSync } from "node:fs";

/** Programs of ours that are run by others. The release puts their text in the place of each call. */
const ASSETS: Readonly<Record<string, () => string>> = {
  "demo-agent": () => readFileSync(new URL("../backends/demo/agent.sh", import.meta.url), "utf8"),
  hook: () => readFileSync(new URL("./hook.sh", import.meta.url), "utf8"),
  "opencode-door": () => readFileSync(new URL("./opencode-door.ts", import.meta.url), "utf8"),
  "opencode-seats": () => readFileSync(new URL("./opencode-seats.ts", import.meta.url), "utf8"),
  "opencode-plugin": () => readFileSync(new URL("./opencode-plugin.ts", import.meta.url), "utf8"),
};

/** Asked for at each start. */
const known = new Map<string, string>();

export function assetText(name: string): string {
  const read = ASSETS[name];
  if (read === undefined) throw new Error(`no asset is called ${name}`);
  const text = known.get(name) ?? read();
  known.set(name, text);
  return text;
}
