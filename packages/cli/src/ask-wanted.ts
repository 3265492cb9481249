import { BACKENDS } from "@fleet/engine";
import { TEMPLATES, type Wanted } from "@fleet/fleet";

/** What the command line says of a new project. */
export type Given = Omit<Wanted, "name"> & { readonly name: string | undefined };

type Ask = (question: string) => Promise<string>;

/** Asks for what was not given on the command line, one line each; an empty answer is the one in brackets. */
export async function askWanted(given: Given, ask: Ask): Promise<Wanted> {
  const name = given.name ?? (await askText(ask, "name of the project: "));
  const template =
    given.template ??
    (await askOne(ask, "begin with: none (one agent to try), ", ["none", ...TEMPLATES], "none"));
  const usual = template === "none" || template === "demo" ? "demo" : "claude";
  const backend =
    given.backend ??
    (template === "demo" ? "demo" : await askOne(ask, "its agents are: ", Object.keys(BACKENDS), usual));
  const enabled =
    given.enabled ?? (await askOne(ask, "let fleet up start it: ", ["yes", "no"], "no")) === "yes";
  return { ...given, name, backend, enabled, template: template === "none" ? undefined : template };
}

async function askText(ask: Ask, question: string): Promise<string> {
  for (;;) {
    const answer = (await ask(question)).trim();
    if (answer !== "") return answer;
  }
}

/** Asks again until it is one of them, or the beginning of only one. */
async function askOne(ask: Ask, question: string, among: readonly string[], usual: string): Promise<string> {
  const shown = question.includes("none") ? among.slice(1) : among;
  for (;;) {
    const answer = (await ask(`${question}${shown.join(", ")} [${usual}] `)).trim().toLowerCase();
    if (answer === "") return usual;
    const meant = among.filter((one) => one === answer || one.startsWith(answer));
    const [only] = meant.includes(answer) ? [answer] : meant;
    if (only !== undefined && (meant.length === 1 || meant.includes(answer))) return only;
  }
}
