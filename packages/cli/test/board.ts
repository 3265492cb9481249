import type { EngineStatus, FleetProject } from "@fleet/fleet";
import { toLine } from "../src/project-line.ts";
import type { AgentStatus, Board, Told } from "../src/top/rows.ts";

export const NOW = Date.UTC(2026, 5, 13, 12);
export const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
export const hence = (seconds: number): string => ago(-seconds);

export const agentIs = (name: string, is: string, more: Partial<AgentStatus> = {}): AgentStatus => ({
  name,
  is,
  why: is,
  state: is === "down" ? "stopped" : "RUNNING",
  enabled: true,
  session: `s-${name}`,
  kind: "loop",
  backend: "demo",
  model: "sonnet",
  since: ago(7200),
  ...more,
});

export const statusOf = (agents: readonly AgentStatus[], more: Partial<EngineStatus> = {}): EngineStatus => ({
  schema_version: 1,
  project: "p",
  socket: "/s/tmux.sock",
  phase: null,
  agents: [...agents],
  watchdog: { pid: 7, epoch: 1, heartbeat: ago(1), stale: false, trouble: null },
  ...more,
});

const projectOf = (name: string): FleetProject => ({
  name,
  path: `projects/${name}`,
  enabled: true,
  tags: [],
  engine: null,
  after: [],
  runner: "local",
  index: 0,
  place: { file: "fleet.toml", line: 1, column: 1, end_line: 1, end_column: 2 },
});

export const boardOf = (
  projects: Readonly<Record<string, EngineStatus>>,
  happened: readonly Told[] = [],
): Board => ({
  looked: true,
  projects: Object.entries(projects).map(([name, status]) => toLine(projectOf(name), status)),
  happened,
});
