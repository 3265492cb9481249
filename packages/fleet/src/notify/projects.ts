import path from "node:path";
import { Failure, type Wakes, type World } from "@fleet/engine";
import { askEach } from "../engine/engine.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import type { Post } from "./deliver.ts";
import { type Follower, follow, type Looked } from "./follower.ts";
import { stampOf } from "./stamp.ts";

/** The projects of a fleet that are enabled, each followed by itself: what goes wrong with one is that one's. */
export interface Projects {
  look(found: FoundFleet, post: Post): Promise<Looked>;
}

export interface ProjectsSettings {
  /** Where is kept how far each was followed. */
  readonly home: string;
  /** What happened before is told no more, of a project that is followed for the first time. */
  readonly since: number;
  readonly wakes: Wakes;
  readonly world: World;
}

interface Followed {
  readonly follower: Follower;
  readonly state: string;
  /** Of its agents.toml, which says where the state directory is. */
  readonly stamp: string;
}

/** An engine that did not answer is asked again. */
const ASK_AGAIN = 60_000;

export function createProjects(settings: ProjectsSettings): Projects {
  const { wakes, world } = settings;
  const followers = new Map<string, Followed>();
  const asked = new Map<string, { readonly for: string; readonly at: number }>();
  let fleet: FoundFleet | null = null;

  /** Not asked yet, or said otherwise than it now stands; one that did not answer, after a while again. */
  const isDue = ({ name }: FleetProject, stamp: string, now: number): boolean => {
    if (followers.get(name)?.stamp === stamp) return false;
    const last = asked.get(name);
    return last?.for !== stamp || now - last.at >= ASK_AGAIN;
  };

  const join = async (found: FoundFleet, now: number): Promise<void> => {
    if (found !== fleet) {
      fleet = found;
      followers.clear();
      asked.clear();
    }
    const due = found.fleet.projects.flatMap((project) => {
      const stamp = stampOf(path.join(folderOf(found, project), "agents.toml"));
      return project.enabled && isDue(project, stamp, now) ? [{ project, stamp }] : [];
    });
    if (due.length === 0) return;
    const answers = await askEach(
      found,
      due.map(({ project }) => project),
      world,
    );
    for (const [nth, { project, stamp }] of due.entries()) {
      asked.set(project.name, { for: stamp, at: now });
      const answer = answers[nth];
      if (answer === undefined || answer instanceof Failure || answer.socket === undefined) continue;
      const state = path.dirname(answer.socket);
      const follower = await followOne(found, project, state, settings);
      followers.set(project.name, { follower, state, stamp });
    }
  };

  return {
    async look(found, post) {
      const now = Date.now();
      await join(found, now);
      const looks = await Promise.all(
        [...followers].map(([name, { follower, state }]) => {
          wakes.on(state, (file) => file === "journal.jsonl" || file === "wishes.json");
          return follower.look(Date.now(), post.add).catch((error: unknown): Looked => {
            world.err(`${name} could not be looked at: ${error instanceof Error ? error.message : error}\n`);
            return { next: null, isUp: true };
          });
        }),
      );
      const times = looks.flatMap(({ next }) => next ?? []);
      return { next: times.length === 0 ? null : Math.min(...times), isUp: looks.some(({ isUp }) => isUp) };
    },
  };
}

function followOne(
  found: FoundFleet,
  project: FleetProject,
  state: string,
  { home, since, wakes, world }: ProjectsSettings,
): Promise<Follower> {
  const folder = folderOf(found, project);
  // The state directory may only come with the first start.
  const [top = ""] = path.relative(folder, state).split("/");
  wakes.on(folder, (changed) => changed === top);
  const ask = async () =>
    (await askEach(found, [project], world))[0] ?? new Failure("ENGINE_FAILED", "no answer");
  const file = path.join(home, "projects", `${project.name}.json`);
  return follow({ name: project.name, state, file, since, ask });
}
