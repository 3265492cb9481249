/** A kickoff as the old engine wrote it, and the role file that it ends with. */
export interface Recorded {
  readonly text: string;
  readonly role: string;
  readonly roleText: string;
}

export interface Filled {
  readonly phase_id: string;
  readonly plan: string;
  readonly status: string;
}

/**
 * The template of kickoffs that a program wrote by itself, found again from
 * what it wrote: each place where the phase's own words stand becomes a slot. A
 * role's name becomes one only where the kickoffs of both differ. Null where
 * they are no such kickoffs.
 */
export function deriveTemplate(recorded: readonly Recorded[], filled: Filled): string | null {
  const [first, ...others] = recorded.flatMap(({ text, role, roleText }) =>
    text.endsWith(roleText) && roleText !== "" ? [{ role, head: text.slice(0, -roleText.length) }] : [],
  );
  if (first === undefined || !/(^|\n)$/.test(first.head) || others.length + 1 < recorded.length) return null;
  const parts = split(first.head, first.role, filled);
  // What names neither the phase nor its plan is of another one: everything in it would stay as it is for ever.
  if (!parts.some(({ slot }) => slot === "plan" || slot === "phase_id")) return null;
  const [second] = others;
  const decided = second === undefined ? parts : decide(parts, first.role, second);
  return (
    decided?.map((part) => (part.slot === null ? escaped(part.text) : `{${part.slot}}`)).join("") ?? null
  );
}

/** Where no kickoff tells how the old engine's began. */
export const PLAIN_TEMPLATE = `You are the {role} of phase {phase_id}.
The plan of this phase is {plan}: read it whole before you do anything. Its state stands in {status}.

`;

interface Part {
  readonly text: string;
  readonly slot: "phase_id" | "plan" | "status" | "role" | null;
}

/** The longest words first: the plan's name holds the phase's. */
function split(head: string, role: string, { phase_id, plan, status }: Filled): readonly Part[] {
  const words: readonly (readonly [Exclude<Part["slot"], null>, string, string])[] = [
    ["status", status, quoted(status)],
    ["plan", plan, quoted(plan)],
    ["phase_id", phase_id, `(?<![\\w])${quoted(phase_id)}(?![\\w])`],
    ["role", role, `(?<![\\w-])${quoted(role)}(?![\\w-])`],
  ];
  const pattern = new RegExp(`(${words.map(([, , source]) => source).join("|")})`);
  return head
    .split(pattern)
    .filter((text) => text !== "")
    .map((text) => ({ text, slot: words.find(([, word]) => word === text)?.[0] ?? null }));
}

/** Where the other one's kickoff has its own role, ours is a slot; where it has ours, it is a word. */
function decide(
  parts: readonly Part[],
  role: string,
  other: { readonly role: string; readonly head: string },
): readonly Part[] | null {
  let at = 0;
  const decided: Part[] = [];
  for (const part of parts) {
    const isSlot = part.slot === "role" && other.head.startsWith(other.role, at);
    const text = isSlot ? other.role : part.slot === "role" ? role : part.text;
    if (!other.head.startsWith(text, at)) return null;
    at += text.length;
    decided.push(part.slot === "role" && !isSlot ? { ...part, slot: null } : part);
  }
  return at === other.head.length ? decided : null;
}

const escaped = (text: string): string => text.replaceAll("{", "{{").replaceAll("}", "}}");

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
