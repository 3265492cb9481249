import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { saysDone } from "./done.ts";

describe("a STATUS file", () => {
  it.each([
    "## DONE",
    "##  DONE",
    "##\tDONE",
    "## DONE   ",
    "## DONE\r\n",
    "# Status\n\n## DONE\n\nAll of it.\n",
    "no newline at the end\n## DONE",
    "## DONE: all gates pass",
    "## DONE.",
    "## DONE!",
    "## DONE, at last",
    "## DONE - all gates pass",
    "## DONE – all gates pass",
    "## DONE — all gates pass",
    "## DONE (2026-06-13)",
    "## DONE 2026-06-13",
    "## DONE 2026-06-13T19:30Z",
    "```\ncode\n```\n## DONE",
    "~~~\n```\n~~~\n## DONE",
    "````\n```\n````\n## DONE",
    "```sh\n## DONE\n```\n## DONE",
    "```not a fence``` but inline code\n## DONE",
    "```html <!--\n```\n## DONE",
    "<!-- a comment -->\n## DONE",
    "<!--\na comment\n-->\n## DONE",
    "<!-- one --> and <!-- two -->\n## DONE",
    "The sign `<!--` opens a comment.\n## DONE",
    "### DONE criteria\n\n## DONE\n",
  ])("%j says that it is done", (text) => {
    expect(saysDone(text)).toBe(true);
  });

  it.each([
    "",
    "DONE",
    "# DONE",
    "### DONE",
    "#### DONE",
    "##DONE",
    "## Done",
    "## done",
    "## DONE criteria?",
    "## DONE criteria",
    "## DONE when all gates pass",
    "## DONE?",
    "## DONE? not yet",
    "## DONE-ish",
    "## DONE_ALL",
    "## DONENESS",
    "## DONE2",
    "## DONE 2",
    "## NOT DONE",
    "## Not yet DONE",
    "## Almost DONE",
    "## **DONE**",
    "## ~~DONE~~",
    "## `DONE`",
    "## [DONE]",
    "## ✅ DONE",
    "## DONE/2",
    " ## DONE",
    "    ## DONE",
    "\t## DONE",
    "> ## DONE",
    "- ## DONE",
    "* ## DONE",
    "1. ## DONE",
    "| ## DONE |",
    "`## DONE`",
    "write ## DONE when it is",
    "\\## DONE",
    "Status: ## DONE",
    "<!-- ## DONE -->",
    "<!--\n## DONE\n-->",
    "text <!-- opens\n## DONE\n-->",
    "<!-- one --> <!-- two\n## DONE\n-->",
    "```\n## DONE\n```",
    "```md\n## DONE\n```",
    "~~~\n## DONE\n~~~",
    "   ```\n## DONE\n   ```",
    "````\n```\n## DONE\n````",
    "~~~\n```\n## DONE\n~~~",
    "```\n~~~\n## DONE\n```",
    "```\n```js\n## DONE\n```",
    "```\nnever closed\n## DONE",
    "DONE\n----",
    "##\nDONE",
    "## TODO\n- DONE",
    "&#35;&#35; DONE",
    "＃＃ DONE",
    "## DОNE",
  ])("%j does not", (text) => {
    expect(saysDone(text)).toBe(false);
  });

  const line = fc.constantFrom("text", "", "# Title", "## Plan", "- item", "> quote", "`code`", "### DONE");

  it("says so wherever the line stands in ordinary text", () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (above, below) => {
        expect(saysDone([...above, "## DONE", ...below].join("\n"))).toBe(true);
      }),
    );
  });

  it("never says so without the word", () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        if (!text.includes("DONE")) expect(saysDone(text)).toBe(false);
      }),
    );
  });

  it("is read in no time, however long and odd", () => {
    expect(saysDone(`${"`".repeat(200_000)}\n${"<!--".repeat(50_000)}\n## DONE`)).toBe(false);
    expect(saysDone(`## DONE${" ".repeat(200_000)}x`)).toBe(false);
  });
});
