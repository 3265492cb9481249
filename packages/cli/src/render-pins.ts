import { columns, oneLine } from "@fleet/engine";
import type { Fleet, PinLine, Pins, PinsAnswer, Verified, VerifyAnswer } from "@fleet/fleet";
import { ANSWER_VERSION } from "./render.ts";

/** As git shortens a commit of a small repository. */
const short = (commit: string): string => commit.slice(0, 7);

/** A line for each project: its pin, what release that is, and "ok" or what is not. */
export const renderPins = ({ ref }: Fleet["engine"], { wanted, lines }: Pins): string =>
  lines.length === 0
    ? "no projects yet: fleet create-project NAME\n"
    : columns(lines.map((line) => pinRow(line, ref, wanted)))
        .join("\n")
        .concat("\n");

function pinRow(line: PinLine, ref: string, wanted: string | null): readonly string[] {
  const { project, commit, because, tag } = line;
  if (commit === null)
    return [project.name, project.engine === "workspace" ? "workspace" : "none", "-", oneLine(because ?? "")];
  const said = remarks(line, ref, wanted);
  return [project.name, short(commit), oneLine(tag ?? "-"), said.length === 0 ? "ok" : said.join("; ")];
}

function remarks(
  { project, commit, checkedOut, dirty, current }: PinLine,
  ref: string,
  wanted: string | null,
): readonly string[] {
  const said: string[] = [];
  if (checkedOut === null) said.push("not checked out");
  else if (checkedOut !== commit) said.push(`${short(checkedOut)} is checked out`);
  if (dirty === null) said.push("git can't tell what is changed in engine");
  else if (dirty.length > 0) {
    const [first = ""] = dirty;
    const more = dirty.length === 1 ? "" : ` and ${dirty.length - 1} more`;
    said.push(`changed: engine/${oneLine(first)}${more}`);
  }
  if (project.engine !== null && project.engine !== commit)
    said.push(`fleet.toml expects ${short(project.engine)}`);
  if (current === false) said.push(`new projects get ${ref}${wanted === null ? "" : ` (${short(wanted)})`}`);
  return said;
}

export function pinsJson({ url, ref }: Fleet["engine"], { wanted, lines }: Pins): string {
  const answer: PinsAnswer = {
    schema_version: ANSWER_VERSION,
    engine: { url, ref, commit: wanted },
    projects: lines.map(({ project, commit, because, tag, checkedOut, dirty, current }) => ({
      name: project.name,
      path: project.path,
      pin: commit,
      error: because,
      tag,
      checked_out: checkedOut,
      expected: project.engine,
      dirty: dirty === null ? null : [...dirty],
      current,
    })),
  };
  return `${JSON.stringify(answer)}\n`;
}

/** "OK, …", or each fault under its project, with what to do about it. */
export function renderVerified(verified: readonly Verified[]): string {
  const bad = verified.filter(({ faults }) => faults.length > 0);
  if (bad.length === 0) return `OK, ${verified.length} ${verified.length === 1 ? "engine" : "engines"}\n`;
  return bad.map(({ project, faults }) => `${project.name}:\n${faults.map(faultText).join("")}`).join("");
}

const faultText = ({ message, help }: Verified["faults"][number]): string =>
  [oneLine(message), ...(help === null ? [] : help.split("\n").map((line) => `  ${oneLine(line)}`))]
    .map((line) => `  ${line}\n`)
    .join("");

export function verifiedJson(verified: readonly Verified[]): string {
  const answer: VerifyAnswer = {
    schema_version: ANSWER_VERSION,
    valid: verified.every(({ faults }) => faults.length === 0),
    projects: verified.map(({ project: { name }, commit, version, faults }) => ({
      name,
      commit,
      version,
      faults: [...faults],
    })),
  };
  return `${JSON.stringify(answer)}\n`;
}
