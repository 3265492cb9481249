import { readFileSync } from "node:fs";

/** Programs of ours that are not TypeScript. The release puts their text in the place of each call. */
const ASSETS: Readonly<Record<string, () => string>> = {
  "demo-agent": () => readFileSync(new URL("../backends/demo/agent.sh", import.meta.url), "utf8"),
};

export function assetText(name: string): string {
  const read = ASSETS[name];
  if (read === undefined) throw new Error(`no asset is called ${name}`);
  return read();
}
