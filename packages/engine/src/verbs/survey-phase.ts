import { systemDisk } from "../host/disk.ts";
import type { Site } from "../host/site.ts";
import { readStatus } from "../host/status-file.ts";
import type { Loop } from "../project.ts";
import { indexOf, isDone, phaseOf } from "../watch/course.ts";
import { sayHold } from "../watch/hold.ts";
import type { Records } from "../watch/records.ts";
import { sayStandstill } from "../watch/standstill.ts";
import type { Examined, Seen } from "./examine.ts";
import { sayRewritten } from "./say.ts";
import type { Survey } from "./survey.ts";

export async function surveyPhase(
  site: Site,
  { records, wishes }: Pick<Seen, "records" | "wishes">,
): Promise<Survey["phase"]> {
  const { course } = records;
  const { loop } = site.project;
  const phase = loop === null ? null : (phaseOf(loop, course) ?? (course === null ? loop.phases[0] : null));
  if (loop === null || phase === undefined) return null;
  const paused = wishes.pause?.on ?? false;
  const total = loop.phases.length;
  // Its id is what is left of a phase that was taken out of agents.toml.
  const { id, plan } = phase ?? { id: course?.phase ?? "", plan: "-" };
  const state = course?.complete != null ? "complete" : await stateOf(site, loop, id, records);
  return { id, index: indexOf(loop, id), total, plan, state, paused };
}

type State = NonNullable<Survey["phase"]>["state"];

/** What is pushed is the watchdog's to know: a status asks no git. */
async function stateOf(site: Site, loop: Loop, id: string, { course, pushed }: Records): Promise<State> {
  if (loop.done_source === "pushed" && pushed === id) return "done";
  if (course === null || !isDone(course, await readStatus(site, loop, id, systemDisk))) return "in progress";
  return loop.done_source === "pushed" ? "done, not pushed" : "done";
}

const REMEDY = "whoever waits for them may wait for ever, so tell what stands: handoff replay";

/** What a person should know, a sentence each. */
export function notesOn(
  site: Site,
  phase: Survey["phase"],
  seen: Pick<Seen, "records" | "wishes" | "hold"> & { readonly agents: readonly Examined[] },
): readonly string[] {
  const { inForce } = site;
  const refused =
    inForce.refused === null
      ? []
      : [`agents.toml as it stands is not in force, the last good one is: ${inForce.refused.because}`];
  const held =
    seen.hold === null
      ? []
      : [`${site.name} is ${sayHold(seen.hold)}; nothing is started, ended or typed in it until: resume`];
  const { standstill } = seen.wishes;
  const stopped =
    standstill === null
      ? []
      : [
          `${site.name} was ${sayStandstill(standstill)}; nobody is started until: fleet stop-everything --lift`,
        ];
  const unread = seen.agents.flatMap(({ agent: { name, backend }, assessment }) =>
    assessment.is === "unread"
      ? [
          `no rule of ${backend} knows what ${name} shows; make a test case of it: fleet record ${site.name} ${name}`,
        ]
      : [],
  );
  return [
    ...stopped,
    ...held,
    ...refused,
    ...unread,
    ...(phase === null ? [] : notesOnPhase(site, phase, seen)),
  ];
}

function notesOnPhase(
  { project }: Site,
  phase: NonNullable<Survey["phase"]>,
  { records: { unpushed, rewritten }, wishes: { pause } }: Pick<Seen, "records" | "wishes">,
): readonly string[] {
  const lost = `phase ${phase.id} is no longer in agents.toml: put it back, or go on with: phase goto ID`;
  const paused = `phase ${phase.id} is paused by ${pause?.by ?? "somebody"}: DONE does not count until: phase resume`;
  const late = `phase ${unpushed?.phase} is done here, and its STATUS file is not pushed`;
  const branch = project.loop?.handoff?.branch;
  return [
    ...(rewritten === null || branch === undefined ? [] : [`${sayRewritten(branch, rewritten)}; ${REMEDY}`]),
    ...(unpushed?.told ? [late] : []),
    ...(phase.index < 0 ? [lost] : []),
    ...(phase.paused ? [paused] : []),
  ];
}
