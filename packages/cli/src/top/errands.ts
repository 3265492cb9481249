import { Failure, type World } from "@fleet/engine";
import { type FoundFleet, pickProjects, runEngine } from "@fleet/fleet";
import { attachTo } from "../attach-to.ts";
import { logsCommand } from "../commands/logs.ts";
import type { Tone } from "./cells.ts";
import type { Errand, Reading } from "./state.ts";

export interface Outcome {
  readonly text: string;
  readonly tone: Tone;
}

/** So many entries of a log. */
const ENTRIES = "400";

/** What the engine says of why, or what was said, as text. */
export async function read(
  found: FoundFleet,
  { what, project, agent }: Reading,
  world: World,
): Promise<string> {
  const names = agent === null ? [] : [agent];
  const { text } = await capture(world, (own) =>
    what === "logs"
      ? logsCommand.run([project, ...names], { lines: ENTRIES }, own)
      : askEngine(found, project, ["why", "--", ...names], own),
  );
  return text;
}

/** Does what changes something, and says what came of it in a line. */
export async function act(
  found: FoundFleet,
  errand: Extract<Errand, { readonly do: "send" | "restart" }>,
  world: World,
): Promise<Outcome> {
  // It would mean the standard input, which is the keyboard here.
  if (errand.do === "send" && errand.text === "-") return { text: '"-" alone can\'t be sent', tone: "warn" };
  const { project, agent } = errand;
  const whom = agent === null ? [] : [agent];
  const argv =
    errand.do === "restart"
      ? ["restart", "--", ...whom]
      : ["send", ...(agent === null ? ["--all"] : []), "--", ...whom, errand.text];
  const { text, exit } = await capture(world, (own) => askEngine(found, project, argv, own));
  const who = errand.do === "send" && agent !== null ? `${project}/${agent}` : project;
  return {
    text: `${who}: ${text.trim().replaceAll(/\s*\n\s*/g, "; ")}`,
    tone: exit === 0 ? "good" : "bad",
  };
}

/** Returns when the person has left the agent's terminal. */
export async function attach(
  found: FoundFleet,
  { project, agent, readOnly }: Extract<Errand, { readonly do: "attach" }>,
  world: World,
): Promise<Outcome | null> {
  try {
    await attachTo(found, { project, agent, readOnly }, world);
    return null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { text: inOneLine(error), tone: "bad" };
  }
}

function askEngine(found: FoundFleet, name: string, argv: readonly string[], world: World): Promise<number> {
  const [project] = pickProjects(found, [name]);
  if (project === undefined) throw new Error(`${name} was shown, and is not in the fleet`);
  return runEngine(found, project, argv, world);
}

/** Everything that is said, in the order in which it is. The keyboard is ours: nobody is asked anything. */
async function capture(
  world: World,
  work: (own: World) => Promise<number>,
): Promise<{ readonly text: string; readonly exit: number }> {
  let text = "";
  const say = (words: string) => {
    text += words;
  };
  const quiet = { color: false, live: false, ask: undefined, lend: undefined, input: async () => "" };
  try {
    const exit = await work({ ...world, ...quiet, out: say, err: say });
    return { text, exit };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { text: inOneLine(error), exit: 1 };
  }
}

const inOneLine = ({ message, hint }: Failure): string =>
  hint === undefined ? message : `${message}; ${hint}`;
