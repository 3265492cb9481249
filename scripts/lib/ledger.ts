import { parseAst } from "rolldown/parseAst";

/** A behaviour in docs/ledger.md, and how it is known to stand. */
export interface Row {
  readonly id: string;
  readonly proofs: readonly Proof[];
  readonly notes: readonly Note[];
}

/** A test, by its file and its title, or by the first cell of its row when it has a table. */
export interface Proof {
  readonly file: string;
  readonly title: string;
}

const NOTES = ["Changed", "Review", "Later"] as const;
type Note = (typeof NOTES)[number];

const ROW = /^- \*\*([A-Z]+-?\d+)\*\* \S/;
const PROOF = /^ {2}- `([^`]+)`: (\S.*)$/;
const NOTE = new RegExp(`^ {2}- (${NOTES.join("|")}): \\S`);

/** Every row of the ledger. A list item that is none of row, proof and note is a mistake, and would go unread. */
export function readLedger(markdown: string): readonly Row[] {
  const rows: { id: string; proofs: Proof[]; notes: Note[] }[] = [];
  for (const line of markdown.split("\n").filter((text) => /^\s*[-*] /.test(text))) {
    const id = ROW.exec(line)?.[1];
    const [, file, title] = PROOF.exec(line) ?? [];
    const note = NOTES.find((word) => word === NOTE.exec(line)?.[1]);
    const row = rows.at(-1);
    if (id !== undefined) rows.push({ id, proofs: [], notes: [] });
    else if (row !== undefined && file !== undefined && title !== undefined) row.proofs.push({ file, title });
    else if (row !== undefined && note !== undefined) row.notes.push(note);
    else throw new Error(`neither a row nor a test nor a note: ${line}`);
  }
  return rows;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

const textOf = (node: unknown): string | null => {
  if (!isNode(node)) return null;
  return node.type === "Literal" && typeof node.value === "string" ? node.value : null;
};

/** `it`, `it.each(…)`, `describe.skip`: the words of a call, from its beginning. */
function wordsOf(node: unknown): readonly string[] {
  if (!isNode(node)) return [];
  if (node.type === "Identifier") return [String(node.name)];
  if (node.type === "CallExpression") return wordsOf(node.callee);
  if (node.type === "MemberExpression") return [...wordsOf(node.object), ...wordsOf(node.property)];
  return [];
}

/**
 * What the tests in this source are called: their titles, and in a file with
 * tables the first cell of each row. Read from the syntax, so that a test that
 * is commented out or skipped is none.
 */
export function titlesIn(source: string): ReadonlySet<string> {
  const titles = new Set<string>();
  const cells = new Set<string>();
  const visit = (value: unknown, inList: boolean): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, inList);
    if (!isNode(value)) return;
    const [word, ...more] = value.type === "CallExpression" ? wordsOf(value) : [];
    if (word === "it" || word === "describe") {
      if (more.some((part) => ["skip", "todo", "skipIf", "runIf", "fails"].includes(part))) return;
      const [first] = value.arguments as readonly unknown[];
      const title = textOf(first);
      if (word === "it" && title !== null) titles.add(title);
      if (more.at(-1) === "each" && title === null) {
        const list = isNode(first) ? first.elements : [];
        for (const one of Array.isArray(list) ? list : []) cells.add(textOf(one) ?? "");
      }
    }
    const isList = value.type === "ArrayExpression";
    if (isList && inList) cells.add(textOf((value.elements as readonly unknown[])[0]) ?? "");
    for (const [key, part] of Object.entries(value)) if (key !== "type") visit(part, isList);
  };
  visit(parseAst(source, { lang: "ts" }), false);
  const hasTable = [...titles].some((title) => /%[sji]/.test(title));
  return new Set([...titles, ...(hasTable ? cells : [])].filter((title) => title !== ""));
}
