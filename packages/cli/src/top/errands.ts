import { Failure, type World } from "@fleet/engine";
import { type FoundFleet, pickProjects, runEngine } from "@fleet/fleet";
import { attachTo } from "../attach-to.ts";
import type { Tone } from "./cells.ts";
import type { Errand, Reading } from "./state.ts";

export interface Outcome {
  readonly text: string;
  readonly tone: Tone;
}

/** So much of a log. */
const LINES = "2000";

/** What the engine says of why, or the log, as text. */
export function read(found: FoundFleet, { what, project, agent }: Reading, world: World): Promise<string> {
  const argv =
    what === "why"
      ? ["why", ...(agent === null ? [] : ["--", agent])]
      : ["logs", `--lines=${LINES}`, "--", agent ?? "watchdog"];
  return capture(found, project, argv, world).then(({ text }) => text);
}

/** Does what changes something, and says what came of it in a line. */
export async function act(
  found: FoundFleet,
  errand: Extract<Errand, { readonly do: "send" | "restart" }>,
  world: World,
): Promise<Outcome> {
  const { project, agent } = errand;
  const argv =
    errand.do === "send"
      ? ["send", ...(errand.agent === null ? ["--all", "--"] : ["--", errand.agent]), errand.text]
      : ["restart", "--", ...(errand.agent === null ? [] : [errand.agent])];
  // A lone "-" would mean the standard input, which is the keyboard here.
  if (errand.do === "send" && errand.text === "-") return { text: '"-" alone can\'t be sent', tone: "warn" };
  const { text, exit } = await capture(found, project, argv, world);
  const who = errand.do === "send" && agent !== null ? `${project}/${agent}: ` : `${project}: `;
  return { text: who + text.trim().replaceAll(/\s*\n\s*/g, "; "), tone: exit === 0 ? "good" : "bad" };
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

async function capture(
  found: FoundFleet,
  name: string,
  argv: readonly string[],
  world: World,
): Promise<{ readonly text: string; readonly exit: number }> {
  let text = "";
  const say = (words: string) => {
    text += words;
  };
  const [project] = pickProjects(found, [name]);
  if (project === undefined) throw new Error(`${name} was shown, and is not in the fleet`);
  try {
    // The keyboard is ours: nobody is asked anything.
    const own: World = {
      ...world,
      out: say,
      err: say,
      color: false,
      live: false,
      ask: undefined,
      input: async () => "",
    };
    const exit = await runEngine(found, project, argv, own);
    return { text, exit };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { text: inOneLine(error), exit: 1 };
  }
}

const inOneLine = ({ message, hint }: Failure): string =>
  hint === undefined ? message : `${message}; ${hint}`;
