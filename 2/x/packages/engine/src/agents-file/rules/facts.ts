import type { Finding } from "../../diagnostics/finding.ts";
import { valueAt } from "../../diagnostics/issues.ts";
import type { Path } from "../../diagnostics/place.ts";
import type { AgentsToml } from "../schema.ts";

/** What a rule may look at. */
export interface Facts {
  readonly file: AgentsToml;
  /** As it stands in the file: what is wrong in it is missing from `file`, and is not unknown for that. */
  readonly raw: unknown;
  /** True when something was wrong and left out of `file`. */
  readonly partial: boolean;
}

export type Rule = (facts: Facts) => readonly Finding[];

export const isWritten = ({ raw }: Facts, path: Path): boolean => valueAt(raw, path) !== undefined;

/** The names in a table of the file, those with problems included. */
export function namesIn({ raw }: Facts, table: "agents" | "services" | "models"): readonly string[] {
  const value = valueAt(raw, [table]);
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

export const warning = (finding: Finding): Finding => ({ ...finding, severity: "warning" });
