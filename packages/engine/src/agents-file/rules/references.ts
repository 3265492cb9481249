import type { Finding } from "../../diagnostics/finding.ts";
import type { Path } from "../../diagnostics/place.ts";
import { didYouMean } from "../../diagnostics/suggest.ts";
import { type Facts, isWritten, namesIn, type Rule, warning } from "./facts.ts";

function unknownAgent(
  facts: Facts,
  name: string,
  path: Path,
  at: "key" | "value" = "value",
): readonly Finding[] {
  const agents = namesIn(facts, "agents");
  if (agents.includes(name)) return [];
  const key = isWritten(facts, path) ? "" : `, the default of \`${path.at(-1)}\``;
  if (namesIn(facts, "services").includes(name)) {
    return [{ code: "FL0305", path, at, message: `\`${name}\` is a service; an agent is wanted here` }];
  }
  return [
    {
      code: "FL0303",
      path,
      at,
      message: `there is no agent \`${name}\`${key}`,
      help: didYouMean(name, agents),
    },
  ];
}

const doneBy: Rule = (facts) =>
  facts.file.loop === undefined ? [] : unknownAgent(facts, facts.file.loop.done_by, ["loop", "done_by"]);

const handoff: Rule = (facts) => {
  const handoff = facts.file.loop?.handoff;
  if (handoff === undefined) return [];
  const path = ["loop", "handoff"];
  const same = handoff.claim === handoff.review && isWritten(facts, [...path, "claim"]);
  return [
    ...unknownAgent(facts, handoff.claim, [...path, "claim"]),
    ...unknownAgent(facts, handoff.review, [...path, "review"]),
    ...Object.entries(handoff.inbox).flatMap(([file, name]) =>
      unknownAgent(facts, name, [...path, "inbox", file]),
    ),
    ...(same
      ? [
          warning({
            code: "FL0600",
            path: [...path, "claim"],
            message: `\`${handoff.claim}\` hears of claims and of reviews`,
            help: "let one agent claim and another review",
          }),
        ]
      : []),
  ];
};

const phaseModels: Rule = (facts) =>
  (facts.file.loop?.phases ?? []).flatMap(({ models }, index) =>
    typeof models === "string"
      ? []
      : Object.keys(models).flatMap((name): readonly Finding[] => {
          const path = ["loop", "phases", index, "models", name];
          const kind = facts.file.agents[name]?.kind ?? "loop";
          if (kind === "loop") return unknownAgent(facts, name, path, "key");
          const message = `\`${name}\` is a ${kind} agent; only loop agents have a model per phase`;
          return [{ code: "FL0305", path, at: "key", message }];
        }),
  );

/** A plan is not looked for: it is a text for the agent, who finds it in its clone. */
const plans: Rule = (facts) =>
  (facts.file.loop?.phases ?? []).flatMap(({ plan }, index) =>
    plan.startsWith("/")
      ? [
          warning({
            code: "FL0600",
            path: ["loop", "phases", index, "plan"],
            message: "an absolute path to a plan is right on one machine only",
            help: "write it as seen from the clone of the agent",
          }),
        ]
      : [],
  );

const onComplete: Rule = (facts) => {
  const action = facts.file.loop?.on_complete;
  if (action === undefined) return [];
  const path = ["loop", "on_complete"];
  const written = (key: string) => isWritten(facts, [...path, key]);
  if (written("command")) {
    const extra = ["agent", "message"].filter(written);
    const message = "on_complete runs a command or sends a message, not both";
    return extra.map((key) => ({
      code: "FL0305",
      path: [...path, key],
      at: "key",
      message,
      help: "remove it",
    }));
  }
  const lacking = ["agent", "message"].filter((key) => !written(key));
  const help = 'write { agent = "…", message = "…" } or { command = ["…"] }';
  return [
    ...lacking.map(
      (key): Finding => ({
        code: "FL0211",
        path: [...path, key],
        message: `missing key \`${key}\` in \`loop.on_complete\``,
        help,
      }),
    ),
    ...(action.agent === undefined ? [] : unknownAgent(facts, action.agent, [...path, "agent"])),
  ];
};

const doneSource: Rule = ({ file: { loop } }) =>
  loop?.done_source === "pushed" && loop.handoff === undefined
    ? [
        {
          code: "FL0211",
          path: ["loop", "handoff"],
          message: "missing table `loop.handoff`, which says where DONE is pushed to",
          help: 'add [loop.handoff] with `repo`, or write `done_source = "local"`',
        },
      ]
    : [];

/** A service is a program, or the server of a backend: at the place that the backend names, on this machine, and the only one there. */
const services: Rule = (facts) => {
  const { file } = facts;
  const entries = Object.entries(file.services);
  return entries.flatMap(([name, { command, serves }], index): readonly Finding[] => {
    const path = ["services", name];
    const help = 'write command = ["…"], or serves = "opencode"';
    if (command === undefined && serves === undefined) {
      if (["command", "serves"].some((key) => isWritten(facts, [...path, key]))) return [];
      return [{ code: "FL0211", path, message: `missing key \`command\` in \`services.${name}\``, help }];
    }
    if (serves === undefined) return [];
    const at = [...path, "serves"];
    if (command !== undefined)
      return [
        { code: "FL0305", path: at, at: "key", message: "a service has a command or serves, not both", help },
      ];
    const other = entries.slice(0, index).find(([, service]) => service.serves === serves);
    if (other !== undefined)
      return [{ code: "FL0300", path: at, message: `\`${other[0]}\` serves ${serves} already` }];
    const url = file.backends[serves]?.server;
    if (url?.startsWith("http:")) return [];
    if (url === undefined && isWritten(facts, ["backends", serves, "server"])) return [];
    const message =
      url === undefined
        ? `[backends.${serves}] does not say where its server is to be`
        : "the server that we run speaks plain http, on this machine";
    const place = `add server = "http://127.0.0.1:4096" to [backends.${serves}]`;
    return [{ code: "FL0303", path: at, message, help: place }];
  });
};

/** Without a service it would be a server that has no plugin of ours, and that nobody starts again. */
const servers: Rule = (facts) => {
  const path = ["backends", "opencode", "server"];
  const isServed = Object.values(facts.file.services).some(({ serves }) => serves === "opencode");
  if (!isWritten(facts, path) || facts.file.backends.opencode?.server === undefined || isServed) return [];
  return facts.partial
    ? []
    : [
        warning({
          code: "FL0305",
          path,
          message: "no service runs this server: the agents of opencode will be held",
          help: 'add a table [services.opencode] with serves = "opencode"',
        }),
      ];
};

/** A rule and not the schema, so that an empty list does not keep the rest of [loop] from being looked at. */
const somePhases: Rule = ({ file }) =>
  file.loop?.phases.length === 0
    ? [{ code: "FL0222", path: ["loop", "phases"], message: "`loop.phases` must not be empty" }]
    : [];

export const referenceRules: readonly Rule[] = [
  somePhases,
  doneBy,
  doneSource,
  services,
  servers,
  handoff,
  phaseModels,
  plans,
  onComplete,
];
