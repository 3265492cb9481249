import type { Facts } from "./agents-file/rules/facts.ts";
import { kindRules } from "./agents-file/rules/kinds.ts";
import { modelRules } from "./agents-file/rules/models.ts";
import { nameRules } from "./agents-file/rules/names.ts";
import { referenceRules } from "./agents-file/rules/references.ts";
import { supervisionRules } from "./agents-file/rules/supervision.ts";
import type { Finding } from "./diagnostics/finding.ts";

const RULES = [...nameRules, ...referenceRules, ...modelRules, ...kindRules, ...supervisionRules];

/** What is wrong between the parts of an agents.toml whose parts are right. */
export const crossFindings = (facts: Facts): readonly Finding[] => RULES.flatMap((rule) => rule(facts));

export { besides, checkProjectFiles, type FileFact, wantedFiles } from "./agents-file/project-files.ts";
