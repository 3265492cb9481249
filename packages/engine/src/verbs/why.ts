import { defineCommand } from "../command/command.ts";
import { readJournal } from "../host/journal.ts";
import type { Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { type Counters, count } from "../watch/counters.ts";
import { decisionOf } from "../watch/decision.ts";
import type { JournalEntry } from "../watch/journal.ts";
import type { Records } from "../watch/records.ts";
import type { Assessment, Scene } from "../watch/scene.ts";
import { decide } from "../watch/think.ts";
import type { Instant } from "../watch/time.ts";
import { ANSWER_VERSION, chosen, configFlag, jsonFlag, openRunning, readCount } from "./common.ts";
import { type Examined, examine } from "./examine.ts";
import { type Foresight, foresee } from "./foresee.ts";
import { explains, renderCounters, renderWhy, type Why } from "./render-why.ts";
import { toIso } from "./say.ts";
import { settingsOf } from "./settings.ts";
import type { Survey } from "./survey.ts";
import { notesOn, surveyPhase } from "./survey-phase.ts";
import { surveyKeeper, surveyWatchdog } from "./survey-watchdog.ts";
import { tell } from "./tell.ts";
import { tellDecision } from "./tell-decision.ts";

export const why = defineCommand({
  name: "why",
  about: "tell why an agent is as it is, what comes next, and what led to it; changes nothing",
  operands: "[agent]",
  flags: {
    ...configFlag,
    ...jsonFlag,
    lines: { type: "string", short: "n", about: "how far back the story goes (20)", value: "N" },
    counters: {
      type: "boolean",
      about: "how well it is watched: restarts, false ones, lost and doubled messages",
    },
  },
  examples: [
    ["agents why builder", "why it was restarted, or left alone"],
    ["agents why", "all agents, and the last that happened"],
    ["agents why --counters", "restarts, false restarts, messages, time to heal"],
  ],
  async run(names, { config, json, lines, counters }, world) {
    const site = await openRunning(config, world);
    const agents = new Set(chosen(site, names).map(({ name }) => name));
    const most = readCount("--lines", lines ?? "20");
    const [seen, read] = await Promise.all([
      examine(site, world.env),
      readAll(site, json === true || counters === true, (entry) =>
        entry.agent === null ? names.length === 0 || explains(entry) : agents.has(entry.agent),
      ),
    ]);
    const phase = await surveyPhase(site, seen);
    const complete = completeIn(phase, seen.records);
    const watchdog = await surveyWatchdog(site, seen.records, seen.now);
    const answer: Why = {
      schema_version: ANSWER_VERSION,
      project: site.name,
      at: toIso(seen.now),
      watchdog,
      keeper: watchdog === null ? await surveyKeeper(site) : null,
      complete,
      notes: notesOn(site, phase, seen),
      agents: seen.agents
        .filter(({ agent }) => agents.has(agent.name))
        .map((one) => ({ ...now(one, seen.now, complete), pending: settingsOf(site, one, seen).pending })),
      story: read.story
        .slice(-most)
        .map((entry) => ({ ...entry, at: toIso(entry.at), text: tell(entry).text })),
      counters: read.counters,
    };
    if (json) world.out(`${JSON.stringify(answer)}\n`);
    else if (counters && read.counters !== null) world.out(renderCounters(read.counters));
    else world.out(renderWhy(answer, seen.now));
    return 0;
  },
});

/** When the last phase was done; null while there is one to go on with. */
function completeIn(phase: Survey["phase"], { course }: Records): string | null {
  if (phase?.state !== "complete" || phase.index < phase.total - 1) return null;
  return course?.complete == null ? null : toIso(course.complete);
}

function now(
  { agent, scene, assessment }: Examined,
  at: Instant,
  complete: string | null,
): Omit<Why["agents"][number], "pending"> {
  const decision = decisionOf(assessment, decide(assessment, scene, at), scene, at);
  const isAtItsEnd = complete !== null && agent.kind === "loop" && assessment.is === "down";
  const next = isAtItsEnd ? END : foresee(assessment, scene);
  return {
    name: agent.name,
    is: assessment.is,
    text: tellDecision(decision) + besides(scene, assessment),
    evidence: decision,
    next: { text: next.text, at: next.at === null ? null : toIso(next.at) },
  };
}

/** What holds it back is said with who is held already. */
const besides = ({ restraint }: Scene, { is }: Assessment): string =>
  restraint === null || is === "held" ? "" : `; nothing is begun with it: ${restraint.because}`;

const END: Foresight = { text: "nothing: all phases are done", at: null };

/** Works without a watchdog, and through a rotation: from the journal alone. */
async function readAll(
  { state, project }: Site,
  counted: boolean,
  wanted: (entry: JournalEntry) => boolean,
): Promise<{
  readonly story: readonly JournalEntry[];
  readonly counters: (Counters & { since: string }) | null;
}> {
  const all: JournalEntry[] = [];
  const story: JournalEntry[] = [];
  const { signal } = new AbortController();
  for await (const entry of readJournal(createStore(state).at("journal.jsonl"), { signal })) {
    if (counted) all.push(entry);
    if (wanted(entry) && explains(entry)) story.push(entry);
  }
  const [first] = all;
  const since = first === undefined ? null : toIso(first.at);
  return { story, counters: since === null ? null : { since, ...count(all, project.supervision) } };
}
