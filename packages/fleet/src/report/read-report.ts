import { statSync } from "node:fs";
import path from "node:path";
import { BACKENDS, type Instant, isHeld, readJournal, readRunning, readText, type Site } from "@fleet/engine";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { openPassages, type Place } from "../logs/conversation.ts";
import { createPlaceFinder, type Places } from "../logs/places.ts";
import { type Collector, createCollector } from "./collect.ts";
import type { ProjectReport } from "./report.ts";
import { createPurse, type Spending } from "./spending.ts";
import type { Window } from "./timeline.ts";

/** Reads what came of a project in this time. One line of the journal is held at a time, however long it is. @throws Failure */
export async function readReport(
  found: FoundFleet,
  project: FleetProject,
  window: Window,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<ProjectReport> {
  const site = await readRunning(path.join(folderOf(found, project), "agents.toml"));
  const collector = createCollector(window, site.project.supervision);
  const finder = createPlaceFinder(site, env);
  for await (const entry of readJournal(path.join(site.state, "journal.jsonl"), { signal })) {
    if (signal.aborted) break;
    collector.add(entry);
    finder.add(entry);
  }
  const agents = site.project.agents.map(({ name }) => name);
  const spent = await spentBy(site, await finder.end(), collector, window);
  return collector.end({ project: project.name, agents, seen: await seenAt(site, window), spent });
}

/** When somebody looked last: just now, if there is a watchdog. */
async function seenAt({ state }: Site, { to }: Window): Promise<Instant> {
  if (await isHeld(state, "watchdog")) return to;
  try {
    const { heartbeat } = JSON.parse((await readText(path.join(state, "records.json"))) ?? "{}");
    return typeof heartbeat === "number" ? heartbeat : 0;
  } catch {
    return 0;
  }
}

async function spentBy(
  { project }: Site,
  places: Places,
  { phaseAt }: Collector,
  { from, to }: Window,
): Promise<ReadonlyMap<string, Readonly<Record<string, Spending>>>> {
  const spent = new Map<string, Readonly<Record<string, Spending>>>();
  for (const [agent, those] of places) {
    const { backend, kind } = project.agents.find(({ name }) => name === agent) ?? {};
    const knows = BACKENDS[backend ?? ""];
    if (knows === undefined) continue;
    const purse = createPurse();
    for (const place of those) {
      if (isOlder(place, from)) continue;
      const passages = openPassages(place, knows);
      for await (const passage of passages.news()) if (passage.is === "spent") purse.add(passage);
      await passages.close();
      purse.close();
    }
    const phases = purse.count(
      (at) => (kind === "loop" ? phaseAt(at) : ""),
      (at) => at >= from && at <= to,
    );
    if (phases.size > 0) spent.set(agent, Object.fromEntries(phases));
  }
  return spent;
}

/** Nothing was written there since. */
const isOlder = (place: Place, since: Instant): boolean =>
  "file" in place && (statSync(place.file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < since;
