import path from "node:path";
import { type ApiRequest, newest, resultsIn } from "./model-api/request.ts";
import { type Step, shell, text } from "./model-api/step.ts";

/*
 * A model that plays the builder and the adversary of the demo's plan. It is a
 * function of the conversation: what it was told, what stands in its kickoff
 * and what git said decide what it does next, and nothing counts its calls.
 */

/** What the kickoff says of the one who reads it. */
interface Brief {
  readonly role: string;
  readonly phase: string;
  readonly plan: string;
  readonly status: string;
}

const WAIT = 9 * 60_000;

export function loopModel(request: ApiRequest): Step {
  const told = newest(request);
  const result = resultsIn(request).map(plain)[0];
  const brief = briefIn(request);
  if (told.rounds === 0 || result === undefined) {
    const [, kickoff] = /^Read (\/\S+\.txt) and do what it says/.exec(told.words) ?? [];
    if (kickoff !== undefined) return shell(`cat '${kickoff}'`);
    return brief === null ? text(`I do not know who I am: ${told.words}`) : look(brief);
  }
  if (brief === null) return text(`This is no kickoff: ${result}`);
  if (/^role: /m.test(result)) return look(brief);
  if (/^pushed$/m.test(result)) return rest("It is pushed.");
  const said = brief.role === "builder" ? build(result, brief) : review(result, brief);
  return said ?? text(`I can't go on: ${result}`);
}

/** Gemini puts a word of its own before what a tool has said. */
const plain = (result: string): string => result.replace(/^Output: /m, "");

/** Who it is, and where: as its tools have read it in this conversation. */
function briefIn({ conversation }: ApiRequest): Brief | null {
  const results = conversation.flatMap(({ by, text: words }) => (by === "tool" ? [plain(words)] : []));
  const kickoff = results.find((result) => /^role: \w+$/m.test(result));
  if (kickoff === undefined) return null;
  const field = (name: string): string => new RegExp(`^${name}: (.+)$`, "m").exec(kickoff)?.[1] ?? "";
  return { role: field("role"), phase: field("phase"), plan: field("plan"), status: field("status") };
}

const look = ({ plan }: Brief): Step =>
  shell(`git pull --quiet --rebase && cat ${plan} && echo 'the log:' && git log --format=%s`);

const push = (subject: string): string =>
  `git add -A && git commit --quiet -m '${subject}' && git pull --quiet --rebase && git push --quiet && echo pushed`;

/** The last line is the contract of docs/waiting.md. */
const rest = (words: string): Step => {
  const until = new Date(Date.now() + WAIT).toISOString().replace(/\.\d+/, "");
  return text(`${words}\n\nWAITING-UNTIL: ${until}`);
};

interface Gate {
  readonly id: string;
  readonly goal: string;
  /** The newest word about it. */
  readonly stands: "open" | "claim" | "accepted" | "rejected";
}

/** The plan's gates, as the log has them; null for what is no look at all. */
function gatesIn(looked: string): readonly Gate[] | null {
  if (!/^the log:$/m.test(looked)) return null;
  const lines = looked.split("\n");
  return [...looked.matchAll(/^- gate (\S+): (.+)$/gm)].map(([, id = "", goal = ""]) => {
    const about = lines.filter((line) => line.startsWith(`claim(${id})`) || line.startsWith(`review(${id})`));
    const verdict = /: (accepted|rejected)$/.exec(about[0] ?? "")?.[1] as "accepted" | "rejected" | undefined;
    const stands = about[0] === undefined ? "open" : (verdict ?? "claim");
    return { id, goal, stands };
  });
}

/** The first gate that is not accepted, one step further. It is sloppy until it was rejected once. */
function build(result: string, { phase, status }: Brief): Step | null {
  if (/^written$/m.test(result)) return shell(push(`status: phase ${phase} done`));
  const gates = gatesIn(result);
  if (gates === null) return null;
  const gate = gates.find(({ stands }) => stands !== "accepted");
  if (gate?.stands === "claim") return rest(`Gate ${gate.id} has no review yet.`);
  if (gate !== undefined) {
    const { id, goal } = gate;
    const heading = result.includes(": rejected") ? `# ${id}\\n\\n` : "";
    return shell(
      `mkdir -p work && printf '${heading}${goal}\\n' >work/${id}.md && ${push(`claim(${id}): ${goal}`)}`,
    );
  }
  if (result.includes(`status: phase ${phase} done`)) return rest(`Phase ${phase} is done.`);
  return shell(
    `mkdir -p ${path.posix.dirname(status)} && printf '# Phase ${phase}\\n\\n## DONE\\n' >${status} && echo written`,
  );
}

/** A claim without a review: what was built is looked at, and then judged by what it says. */
function review(result: string, { phase }: Brief): Step | null {
  const built = /^built: (\S+)$/m.exec(result)?.[1];
  if (built !== undefined) {
    const verdict = result.includes(`# ${built}\n`) ? "accepted" : "rejected";
    const note = `mkdir -p machine-docs && echo '- ${built}: ${verdict}' >>machine-docs/REVIEW-${phase}.md`;
    return shell(`${note} && ${push(`review(${built}): ${verdict}`)}`);
  }
  const gates = gatesIn(result);
  if (gates === null) return null;
  const gate = gates.find(({ stands }) => stands === "claim");
  return gate === undefined
    ? rest("No claim is open.")
    : shell(`echo 'built: ${gate.id}' && cat work/${gate.id}.md`);
}
