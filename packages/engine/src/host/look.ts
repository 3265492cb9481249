import type { Backend } from "../backends/backend.ts";
import { BACKENDS } from "../backends/index.ts";
import { type View, viewOf } from "../backends/view.ts";
import { Failure } from "../problem.ts";
import type { Agent, Project } from "../project.ts";
import { digest } from "../watch/digest.ts";
import { essenceOf } from "../watch/essence.ts";
import type { Reading, Sighting } from "../watch/sighting.ts";
import type { Instant } from "../watch/time.ts";
import type { Pane, Panes } from "./panes.ts";
import type { Terminal } from "./tmux.ts";

/** What the last look read off a pane; the next one reads again only if something was printed since. */
interface Capture {
  readonly at: Instant;
  readonly title: string;
  /** When tmux says that something was printed last. */
  readonly activity: number;
  readonly shown: Shown;
}

/** A screen, and what its backend makes of it: worked out once, however often it is asked for. */
interface Shown {
  readonly view: View;
  readonly captured: string;
  understand(backend: Backend): Understood;
}

interface Understood {
  readonly digest: string;
  readonly reading: Reading;
}

/** One look at all agents: one tmux call, and one more for the screens that may have changed. */
export interface Look {
  /** Null when tmux could not say. */
  readonly panes: Panes | null;
  /** When a tmux server was last lost, with all its sessions. */
  readonly serverLost: Instant;
  /** `since` is when the agent's run began. */
  sighting(agent: Agent, since: Instant | null): Sighting;
}

export interface Eyes {
  look(project: Project, before: Before, now: Instant): Promise<Look>;
}

interface Before {
  readonly server: number | null;
  readonly serverLost: Instant;
}

/** `projectId` tells our sessions from foreign ones with our names. */
export function createEyes(terminal: Terminal, projectId: string): Eyes {
  let captures = new Map<string, Capture>();
  return {
    async look(project, before, now) {
      let panes: Panes;
      try {
        panes = await terminal.panes();
        captures = await capture(terminal, project, panes, captures, now);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const because = error.message;
        const sighting = () => ({ pane: "unreadable", because }) as const;
        return { panes: null, serverLost: before.serverLost, sighting };
      }
      const lost = before.server !== null && before.server !== panes.server;
      const serverLost = lost ? now : before.serverLost;
      /** Whoever asks in one tick means the same look. */
      const sightings = new Map<Agent, Sighting>();
      const sighting = (agent: Agent, since: Instant | null): Sighting => {
        const pane = panes.sessions.get(agent.session);
        if (pane === undefined)
          return { pane: "absent", with: (since ?? now) < serverLost ? "server" : "session" };
        const sighted = sightings.get(agent) ?? toSighting(agent, pane, captures.get(pane.id), projectId);
        sightings.set(agent, sighted);
        return sighted;
      };
      return { panes, serverLost, sighting };
    },
  };
}

async function capture(
  terminal: Terminal,
  { agents }: Project,
  { sessions }: Panes,
  before: ReadonlyMap<string, Capture>,
  now: Instant,
): Promise<Map<string, Capture>> {
  const wanted = new Map<string, Pane>();
  const styled = new Set<string>();
  const kept = new Map<string, Capture>();
  for (const agent of agents) {
    const pane = sessions.get(agent.session);
    if (pane === undefined || agent.backend === null) continue;
    const old = before.get(pane.id);
    // tmux tells whole seconds: what was printed in the second of the last look may have come after it. The clock may be set back.
    const isOld = old?.activity === pane.activity && pane.activity * 1000 + 1000 < old.at;
    if (BACKENDS[agent.backend]?.styled) styled.add(pane.id);
    if (old !== undefined && isOld && old.title === pane.title) kept.set(pane.id, old);
    else wanted.set(pane.id, pane);
  }
  for (const [id, captured] of await terminal.screens([...wanted.keys()], styled)) {
    const { activity = 0, title = "" } = wanted.get(id) ?? {};
    const old = before.get(id)?.shown;
    const shown =
      old?.captured === captured && old.view.title === title
        ? old
        : show(captured, viewOf(captured, title, now));
    kept.set(id, { at: now, title, activity, shown });
  }
  return kept;
}

function show(captured: string, view: View): Shown {
  let by: Backend | null = null;
  let understood: Understood | null = null;
  return {
    captured,
    view,
    understand(backend) {
      if (understood === null || by !== backend)
        understood = {
          digest: digest((backend.essence ?? essenceOf)(view.screen)),
          reading: backend.read(view),
        };
      by = backend;
      return understood;
    },
  };
}

/** What tmux adds, in the last line, to the screen of a pane that is dead. */
const TMUX_SAYS = /\nPane is dead \([^\n]*\)\s*$/;

function toSighting(agent: Agent, pane: Pane, capture: Capture | undefined, projectId: string): Sighting {
  const { instance, pid, scrolled, size } = pane;
  const created = pane.created * 1000;
  if (pane.project !== projectId || instance === null) return { pane: "foreign" };
  if (pane.dead) {
    if (pane.exit === undefined)
      return { pane: "unreadable", because: "tmux has not collected its exit yet" };
    if (agent.backend !== null && capture === undefined)
      return { pane: "unreadable", because: "it went while we looked" };
    const screen = (capture?.shown.view.screen ?? "").replace(TMUX_SAYS, "");
    return { pane: "dead", instance, created, exit: pane.exit, screen };
  }
  if (agent.backend === null) {
    const reading = { mood: "busy", draft: null, final: null, running: null, rule: null } as const;
    return { pane: "alive", pid, instance, created, scrolled, size, screen: "", digest: "", reading };
  }
  if (capture === undefined) return { pane: "unreadable", because: "it went while we looked" };
  const backend = BACKENDS[agent.backend];
  if (backend === undefined) return { pane: "unreadable", because: `no backend is called ${agent.backend}` };
  const { screen } = capture.shown.view;
  return {
    pane: "alive",
    pid,
    instance,
    created,
    scrolled,
    size,
    screen,
    ...capture.shown.understand(backend),
  };
}
