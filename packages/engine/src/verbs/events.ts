import { defineCommand } from "../command/command.ts";
import { readJournal } from "../host/journal.ts";
import { createStore } from "../host/store.ts";
import { chosen, configFlag, openRunning } from "./common.ts";
import { readSince } from "./duration.ts";
import { toIso } from "./say.ts";
import { tell } from "./tell.ts";

export const events = defineCommand({
  name: "events",
  about: "show what happened and what was decided, oldest first, as far as the journal goes back",
  operands: "[agent..]",
  flags: {
    ...configFlag,
    json: { type: "boolean", about: "one JSON object a line" },
    follow: { type: "boolean", short: "f", about: "go on as things happen" },
    since: { type: "string", about: "only what is younger: 90s, 30m, 2h, or a time", value: "WHEN" },
  },
  examples: [
    ["agents events", "everything in the journal"],
    ["agents events builder -f", "one agent, live"],
    ["agents events --since 2h", "the last two hours"],
    ["agents events --json | grep pinged", "each handoff with its commit and its recipient"],
  ],
  async run(names, { config, json, follow = false, since }, world) {
    const site = await openRunning(config, world);
    const agents = new Set(names.length === 0 ? [] : chosen(site, names).map(({ name }) => name));
    const from = since === undefined ? 0 : readSince(since, Date.now());
    const file = createStore(site.state).at("journal.jsonl");
    for await (const entry of readJournal(file, { follow, signal: world.signal })) {
      if (entry.at < from) continue;
      if (agents.size > 0 && (entry.agent === null || !agents.has(entry.agent))) continue;
      const at = toIso(entry.at);
      world.out(
        json
          ? `${JSON.stringify({ ...entry, at })}\n`
          : `${at}  ${(entry.agent ?? "-").padEnd(12)}  ${tell(entry).text}\n`,
      );
    }
    return 0;
  },
});
