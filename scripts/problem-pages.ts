import type { CodePage } from "../packages/engine/src/diagnostics/codes/page.ts";

const GROUPS: readonly (readonly [prefix: string, title: string])[] = [
  ["FL00", "The file itself"],
  ["FL01", "TOML"],
  ["FL02", "Values"],
  ["FL03", "What belongs together"],
  ["FL04", "What stands on the disk"],
  ["FL05", "This machine"],
  ["FL06", "Warnings"],
  ["FL99", "Bugs"],
];

/** docs/problems.md: the table of codes as a page. */
export function problemPages(codes: Readonly<Record<string, CodePage>>): string {
  const all = Object.entries(codes);
  const groups = GROUPS.map(([prefix, title]) => ({
    title,
    pages: all.filter(([code]) => code.startsWith(prefix)),
  }));
  const contents = all.map(([code, { title }]) => `| [${code}](#${code.toLowerCase()}) | ${title} |`);
  return `# Problems

What \`fleet validate\` and \`agents validate\` can find in your files. A code never comes to mean something else; the words of a message may.
\`fleet explain CODE\` shows the same page. This page is made from the program's own table: \`pnpm generate:docs\`.

| Code | |
|---|---|
${contents.join("\n")}
${groups.map(({ title, pages }) => `\n## ${title}\n${pages.map(([code, page]) => section(code, page)).join("")}`).join("")}`;
}

function section(code: string, { title, rule, fix, example }: CodePage): string {
  const language = example.of === "sh" ? "sh" : "toml";
  const where = example.of === "sh" ? "" : ` in ${example.of}`;
  return `
### ${code}

**${title[0]?.toUpperCase()}${title.slice(1)}.** ${rule}

${fix}

Wrong${where}:

\`\`\`${language}
${example.wrong}
\`\`\`

Right:

\`\`\`${language}
${example.right}
\`\`\`
`;
}
