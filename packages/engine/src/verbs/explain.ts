import { defineCommand } from "../command/command.ts";
import { closest } from "../diagnostics/suggest.ts";
import { Failure } from "../problem.ts";

export const explain = defineCommand({
  name: "explain",
  about: "tell what a problem's code means, with an example and what to do; without a code, list them all",
  operands: "[code]",
  flags: { json: { type: "boolean", about: "for scripts" } },
  examples: [
    ["agents explain FL0210", "the page of one code"],
    ["agents explain", "a line for each code"],
  ],
  async run([word], { json }, world) {
    const { CODES, renderList, renderPage } = await import("../diagnostics/code-table.ts");
    const pages = Object.entries(CODES).filter(([code]) => word === undefined || code === codeOf(word));
    const [first] = pages;
    if (first === undefined) {
      const near = closest(codeOf(word ?? ""), Object.keys(CODES));
      const hint = near === null ? "see them all: explain, without a code" : `did you mean ${near}?`;
      throw new Failure("UNKNOWN_NAME", `no problem has the code "${word}"`, { hint });
    }
    if (json) {
      const codes = pages.map(([code, { example, ...page }]) => ({ code, ...page, example }));
      world.out(`${JSON.stringify({ schema_version: 1, codes })}\n`);
    } else world.out(word === undefined ? renderList() : renderPage(...first));
    return 0;
  },
});

/** As a person types it: fl0210, or the number alone. */
const codeOf = (word: string): string => (/^\d+$/.test(word) ? `FL${word}` : word.toUpperCase());
