import { columns, oneLine } from "@fleet/engine";
import type { Diagnosis, DoctorAnswer, Finding } from "@fleet/fleet";
import { ANSWER_VERSION } from "./render.ts";

/** What is wrong comes first; what is well is a line each, and last. */
const ORDER = ["wrong", "note", "unknown", "ok"] as const;

/** Everything that was found, for a person. */
export function renderDiagnosis({ findings, mended }: Diagnosis): string {
  const sorted = ORDER.flatMap((level) => findings.filter((one) => one.level === level));
  const rows = columns(sorted.map(({ level, about, what }) => [level, oneLine(about), oneLine(what)]));
  const lines = sorted.flatMap((finding, nth) => [
    rows[nth] ?? "",
    ...(finding.why === null ? [] : [`         ${oneLine(finding.why)}`]),
    ...(finding.mend === null ? [] : [`         mend: ${oneLine(finding.mend)}`]),
  ]);
  return [...mended.map((deed) => `mended   ${oneLine(deed)}`), ...lines, "", `${sayEnd(findings)}\n`].join(
    "\n",
  );
}

function sayEnd(findings: readonly Finding[]): string {
  const count = (level: Finding["level"]) => findings.filter((one) => one.level === level).length;
  const [bad, notes] = [count("wrong"), count("note")];
  const said = [bad === 0 ? "nothing is wrong" : `${bad} wrong`];
  if (notes > 0) said.push(notes === 1 ? "1 note" : `${notes} notes`);
  const fixable = findings.filter(({ fix }) => fix !== null).length;
  const way = fixable === 0 ? "" : `; fleet doctor --fix mends ${fixable} of them`;
  return `looked at ${findings.length} things: ${said.join(", ")}${way}`;
}

export function doctorJson({ findings, mended }: Diagnosis): string {
  const answer: DoctorAnswer = {
    schema_version: ANSWER_VERSION,
    healthy: findings.every(({ level }) => level !== "wrong"),
    mended: [...mended],
    findings: findings.map(({ fix, ...finding }) => ({ ...finding, fixable: fix !== null })),
  };
  return `${JSON.stringify(answer)}\n`;
}
