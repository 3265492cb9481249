import { expect, it } from "vitest";
import { ASKED, agentOf, alive, fallen, gist, NOW, read, running, scene, up } from "../../test/scene.ts";
import type { Project } from "../project.ts";
import { notice } from "./notice.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { type AgentRecord, FRESH_RECORD } from "./record.ts";
import { servedBy, severedFrom } from "./server.ts";

const ada = agentOf("persistent", "heal", { name: "ada", backend: "opencode" });
const oc = agentOf("service", "heal", { name: "oc", serves: "opencode" });
const project: Project = {
  ...{ session_prefix: "x-", log_dir: "state", models: {}, agents: [oc, ada], loop: null },
  backends: {
    opencode: {
      command: null,
      args: [],
      env: {},
      env_file: null,
      trust_workdirs: false,
      server: "http://127.0.0.1:4096",
    },
  },
  supervision: DEFAULT_POLICY,
};
const serving = (instance: string) => running(0, {}, { instance });
const attached = (server: string | null) => running(0, {}, { server });

it.each<[string, Project, Record<string, AgentRecord>, string | null]>([
  ["its server goes on", project, { oc: serving("s-1"), ada: attached("s-1") }, null],
  ["its server has ended", project, { oc: FRESH_RECORD, ada: attached("s-1") }, "its server oc has ended"],
  [
    "its server is another run",
    project,
    { oc: serving("s-2"), ada: attached("s-1") },
    "its server oc was started anew",
  ],
  ["it runs on its own", project, { oc: serving("s-2"), ada: attached(null) }, null],
  ["it does not run", project, { oc: serving("s-2"), ada: FRESH_RECORD }, null],
  [
    "nobody serves any more",
    { ...project, agents: [ada] },
    { oc: serving("s-2"), ada: attached("s-1") },
    null,
  ],
])("an agent is severed or not: %s", (_, of, agents, evidence) => {
  expect(severedFrom(ada, of, { agents })).toBe(evidence);
});

it("names the run that serves an agent", () => {
  expect(servedBy(ada, project, { agents: { oc: serving("s-1") } })).toBe("s-1");
  expect(servedBy(oc, project, { agents: { oc: serving("s-1") } })).toBeNull();
  expect(servedBy(ada, { ...project, agents: [ada] }, { agents: {} })).toBeNull();
});

const idle = alive(read({ mood: "ready" }));

it("ends a window that nobody is behind, whatever it shows, and waits for the server to be back", () => {
  const severed = { agent: ada, record: attached("s-1"), sighting: idle, severed: "its server oc has ended" };
  expect(gist(severed)).toBe("due-to-stop (server-lost) → stop");
  const record = fallen(0, 3, {
    ended: { at: NOW, how: "server-lost", exit: null, blame: "host", limit: null },
  });
  const waits = {
    agent: ada,
    record,
    blocked: "its server does not answer",
    lacks: "its server does not answer",
  };
  expect(gist(waits)).toBe("held (its server does not answer)");
});

it("counts the loss of its server for nobody's failure, and its new start for none of those that are numbered", () => {
  const stopping = { step: "told", since: NOW, enters: 0, because: "server-lost" } as const;
  const ended = notice(scene({ agent: ada, wish: up(ASKED), record: { ...attached("s-1"), stopping } }), NOW);
  expect(ended).toMatchObject([{ what: "stopped", because: "server-lost", blame: "host" }]);
  // A hundred of them within the window: it is started again all the same, and by no automatic start.
  const record = fallen(600_000, 1, {
    restarts: Array.from({ length: 100 }, () => NOW - 1_000),
    ended: { at: NOW - 600_000, how: "server-lost", exit: null, blame: "host", limit: null },
  });
  expect(gist({ agent: ada, record })).toBe("missing → start");
});
