import { access } from "node:fs/promises";
import path from "node:path";
import { Failure, type Project, readText, type World } from "@fleet/engine";
import { conversationsOf } from "../adopt/adopted.ts";
import { type OldProject, readOldProject } from "../adopt/old-project.ts";
import { OLD_ENGINE, PHASE_FILE } from "../adopt/old-state.ts";
import { originOf } from "../adopt/origin.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { askBoth, type Status } from "./ask.ts";
import { conversationsIn } from "./fingerprint.ts";
import { readOrigin } from "./origin.ts";
import { type Facts, renderRunbook, renderWayBack, word } from "./render-runbook.ts";

export interface CutoverOptions {
  /** The old set-up's folder; by default the one that the project was adopted from. */
  readonly from: string | null;
  /** Only the way back, with the values of now. */
  readonly back: boolean;
}

/** The runbook of a project: from its old set-up to the new one, and back. Writes nothing. */
export async function cutover(
  found: FoundFleet,
  project: FleetProject,
  { from, back }: CutoverOptions,
  world: World,
): Promise<string> {
  const folder = folderOf(found, project);
  const { status, config } = await askBoth(found, project, world);
  const state = path.join(folder, config.log_dir);
  const adopted = from ?? (await readOrigin(state))?.from;
  if (adopted === undefined)
    throw new Failure("WRONG_USAGE", `nothing says which set-up ${project.name} comes from`, {
      hint: `name its folder: fleet cutover ${project.name} --from DIR`,
    });
  const old = await readOldProject(adopted, world.cwd);
  // On the way there the old set-up says where things stand, on the way back the new one does.
  const conversations = back ? await conversationsIn(state) : conversationsOf(old);
  const phase = back ? status.phase : phaseOf(old);
  const facts: Facts = {
    name: project.name,
    root: found.root,
    project: project.path,
    state: path.join(project.path, config.log_dir),
    fleetFile: "fleet.toml",
    projects: found.fleet.projects.length,
    old: { ...(await programsOf(old.root)), ...placesOf(old) },
    clones: await clonesOf(old, folder),
    secrets: await secretsOf(old),
    starts: startsOf(config, conversations),
    phaseLine: lineOf(phase),
    carry: await carryOf(old, phase?.id ?? null, conversations),
    lostPhase: phase === null || indexIn(old, phase.id) !== null ? null : phase.id,
  };
  return back ? renderWayBack(facts) : renderRunbook(facts);
}

type Phase = Pick<NonNullable<Status["phase"]>, "id" | "index" | "total" | "plan"> | null;

const phaseOf = ({ phase, project }: OldProject): Phase => {
  const plan = project.loop?.phases.find(({ id }) => id === phase?.id)?.plan;
  return phase === null || plan === undefined ? null : { ...phase, plan };
};

const lineOf = (phase: Phase): string | null =>
  phase === null ? null : `phase: ${phase.id} [${phase.index + 1}/${phase.total}] plan=${phase.plan}`;

const placesOf = ({ root, logDir, project }: OldProject) => ({
  folder: root,
  prefix: project.session_prefix,
  sessions: project.agents.map(({ session }) => session),
  phaseFile: logDir === null ? null : path.join(logDir, PHASE_FILE),
});

/** The programs by which an old set-up is known to be stopped and started. */
async function programsOf(root: string): Promise<Pick<Facts["old"], "stop" | "start" | "status">> {
  const launcher = path.join(root, "launch.sh");
  if (await exists(launcher))
    return {
      stop: `${word(launcher)} stop`,
      start: `RESUME_PHASE=1 ${word(launcher)} start`,
      status: `${word(launcher)} status`,
    };
  for (const name of ["agents.py", OLD_ENGINE]) {
    if (!(await exists(path.join(root, name)))) continue;
    // It looks for agents.toml where it is called.
    const call = (verb: string) => `(cd ${word(root)} && RESUME_PHASE=1 python3 ${name} ${verb})`;
    return { stop: call("down"), start: call("up"), status: call("status") };
  }
  return { stop: null, start: null, status: null };
}

const clonesOf = (old: OldProject, folder: string): Promise<Facts["clones"]> =>
  Promise.all(
    old.converted.workdirs.map(async ({ from, to }) => ({
      folder: to,
      from,
      url: await originOf(from),
      there: await exists(path.join(folder, to)),
    })),
  );

async function secretsOf({ converted }: OldProject): Promise<Facts["secrets"]> {
  const there = await Promise.all(converted.secrets.map(({ from }) => exists(from)));
  return converted.secrets.filter((_, index) => there[index]);
}

/** A persistent agent with a conversation goes on with it. */
const startsOf = ({ agents }: Project, conversations: Readonly<Record<string, string>>): Facts["starts"] =>
  agents
    .filter(({ enabled, schedule }) => enabled && schedule === null)
    .map(({ name, kind }) => ({
      agent: name,
      word: kind === "persistent" && conversations[name] !== undefined ? "resumed" : "started",
    }));

/** What the old state has to say, so that the old set-up goes on where the new one is. */
async function carryOf(
  old: OldProject,
  phase: string | null,
  conversations: Readonly<Record<string, string>>,
): Promise<Facts["carry"]> {
  const { phaseFile } = placesOf(old);
  const index = indexIn(old, phase);
  const of = async (file: string, should: string) => ({
    file,
    is: (await readText(file))?.trim() ?? null,
    should,
  });
  const places = phaseFile === null || index === null ? [] : [of(phaseFile, String(index))];
  const talks = Object.entries(conversations).flatMap(([agent, id]) => {
    const known = old.state.conversations[agent];
    return known === undefined ? [] : [of(known.file, id)];
  });
  const all = await Promise.all([...places, ...talks]);
  // A file that holds more than the id is the old engine's own to write.
  return all.filter(({ is }) => is === null || !/[\s{]/.test(is));
}

const indexIn = ({ project }: OldProject, phase: string | null): number | null => {
  const at = project.loop?.phases.findIndex(({ id }) => id === phase) ?? -1;
  return at < 0 ? null : at;
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
