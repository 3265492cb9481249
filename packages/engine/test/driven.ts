import path from "node:path";
import { cliFolder } from "./agent-clis.ts";
import { type ModelApi, type ModelApiOptions, modelApi } from "./model-api/server.ts";
import { fail, type Step } from "./model-api/step.ts";
import { agentsToml, type OwnProject, ownProject, until } from "./real.ts";
import { type Seat, type SeatWish, seat } from "./seat.ts";

/** Seconds; other tests may run on this machine, and some programs take ten seconds of work to come up. */
export const SOON = 150;

/** In what the programs differ for the one who drives them. */
interface Difference {
  readonly model: string;
  /** Of the switches that the seat would start it with, those that the engine does not give it itself. */
  argsOf(argv: readonly string[]): readonly string[];
  /** The answer of a vendor whose limit is used up, for so many seconds. */
  limit(seconds?: number): Step;
}

/** Those that the engine can run, and that a seat stands ready for. */
export const DRIVEN = {
  claude: {
    model: "claude-opus-5-5",
    argsOf: (argv) => argv.slice(1, argv.indexOf("--model")),
    limit: (resets = 3_600) => fail("limit", { resets }),
  },
  codex: {
    model: "fake-model",
    argsOf: (argv) => argv.slice(1).filter((word) => word !== "--no-alt-screen"),
    limit: (seconds = 3_600) => {
      const resets_at = Math.floor(Date.now() / 1_000) + seconds;
      const error = { type: "usage_limit_reached", message: "limit", plan_type: "pro", resets_at };
      return { kind: "error", status: 429, message: "limit", body: { error } };
    },
  },
  gemini: {
    model: "gemini-2.5-pro",
    argsOf: (argv) => argv.slice(1, argv.indexOf("-m")),
    limit: (seconds = 3_600) => {
      const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` }];
      const message = "You exceeded your current quota.";
      const error = { code: 429, status: "RESOURCE_EXHAUSTED", message, details };
      return { kind: "error", status: 429, message, body: { error } };
    },
  },
  opencode: {
    model: "fake/fake-model",
    argsOf: (argv) => argv.slice(1),
    limit: () => fail("limit", { resets: 3_600 }),
  },
} as const satisfies Readonly<Record<string, Difference>>;

export type DrivenCli = keyof typeof DRIVEN;
export const DRIVEN_CLIS = Object.keys(DRIVEN) as readonly DrivenCli[];

interface DriveWish extends Omit<SeatWish, "api"> {
  /** Of the agent, from the project. */
  readonly workdir?: string;
  readonly model?: ModelApiOptions;
  /** More lines of its [backends] table. */
  readonly settings?: string;
  /** The [supervision] table, where it is not the short one of tests. */
  readonly supervision?: Readonly<Record<string, string>>;
}

/** A real program in the hands of the real engine: a project whose one agent, ada, is the program itself, in the home of a seat, with a model that is played. */
export interface Drive {
  readonly api: ModelApi;
  readonly own: Seat;
  readonly project: OwnProject;
  /** Waits until ada is this, and its model was asked so often. */
  is(word: string, asked?: number): Promise<void>;
  screen(): Promise<string>;
  script(...items: Parameters<ModelApi["script"]>[1]): void;
  end(): Promise<void>;
}

/** Who can be asked to quit has the time that it takes on a busy machine: milliseconds. */
export const QUIT_GRACE = 60_000;
const SUPERVISION = { stop_grace: '"5s"', quit_grace: `"${QUIT_GRACE / 1000}s"` };

export async function drive(cli: DrivenCli, wish: DriveWish = {}): Promise<Drive> {
  const { workdir = ".", model, settings = "", supervision = {}, ...more } = wish;
  const api = await modelApi(model);
  const own = await seat(cli, { api, ...more });
  const toml = agentsFile(`${await backendTable(cli, own)}\n${settings}`, cli, workdir, {
    ...SUPERVISION,
    ...supervision,
  });
  const project = await ownProject(toml, { "prompt.md": "Say hello.\n" }, own.place.workdir);
  const screen = () => own.tmux("-S", project.socket, "capture-pane", "-p", "-t", "p-ada");
  return {
    api,
    own,
    project,
    screen,
    async is(word, asked = 0) {
      const so = async () => (await project.agent("ada")).is === word && own.turns().length >= asked;
      await until(`ada is ${word}`, so, SOON).catch(async (error) => {
        // What a person would want to see when it is otherwise.
        const shown = await screen().catch(String);
        const story = (await project.journal()).slice(-12).map((entry) => JSON.stringify(entry));
        throw new Error([error.message, shown.trimEnd(), ...story].join("\n"));
      });
    },
    script: (...items) => api.script(own.place.key, items),
    async end() {
      await own.end();
      await api[Symbol.asyncDispose]();
    },
  };
}

/** How the engine is to start the program of this seat, for an agents.toml. */
export async function backendTable(cli: DrivenCli, own: Seat): Promise<string> {
  const env = Object.entries(own.env).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const program = path.join(await cliFolder(), cli);
  return `
[backends.${cli}]
command = [${JSON.stringify(program)}]
args = ${JSON.stringify(DRIVEN[cli].argsOf(own.argv()))}
env = { ${env.join(", ")} }`;
}

function agentsFile(
  table: string,
  cli: DrivenCli,
  workdir: string,
  supervision: Readonly<Record<string, string>>,
): string {
  return agentsToml(
    `${table}
[models]
sonnet = ${JSON.stringify(DRIVEN[cli].model)}
[agents.ada]
kind = "persistent"
backend = ${JSON.stringify(cli)}
prompt = "prompt.md"
workdir = ${JSON.stringify(workdir)}
`,
    supervision,
  );
}
