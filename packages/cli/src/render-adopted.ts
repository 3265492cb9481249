import { diagnosticsJson } from "@fleet/engine";
import type { Adopted } from "@fleet/fleet";

/** What there is now, or would be, and what to do with it. */
export const renderAdopted = (adopted: Adopted, file: string): string =>
  adopted.dialect === "fleet" ? renderOwn(adopted, file) : renderOld(adopted, file);

function renderOwn({ path, name, engine }: Adopted, file: string): string {
  const pinned = engine === null ? "it would get an engine" : `with the engine at ${engine.slice(0, 7)}`;
  return `${path} is one of fleet's already: ${pinned}, registered in ${file} as ${name} with enabled = false
next: fleet validate; then set enabled = true, and fleet up ${name}
`;
}

function renderOld(adopted: Adopted, file: string): string {
  const { path, name, from, engine, files } = adopted;
  const isDry = engine === null;
  const done = isDry
    ? `would make ${path} from ${from}; nothing was written\n`
    : `made ${path} from ${from}, which was only read\n  the engine is at ${engine.slice(0, 7)}; registered in ${file} with enabled = false\n`;
  const toml = isDry ? `\nagents.toml would be:\n\n${adopted.agents_toml}` : "";
  return `${done}  files: ${files.join(" ")}
${carried(adopted)}${clonesOf(adopted)}${toml}${isDry ? "" : next(name, from)}`;
}

/** What was taken over once more. */
export const renderAgain = (adopted: Adopted): string =>
  `carried over into ${adopted.path} from ${adopted.from}\n${carried(adopted)}`;

function carried({ phase, conversations }: Adopted): string {
  const where =
    phase === null ? "none is known: the first" : `${phase.id} [${phase.index + 1}/${phase.total}]`;
  const talks = Object.entries(conversations).map(([agent, id]) => `  conversation of ${agent}: ${id}\n`);
  return `  phase: ${where}\n${talks.join("")}`;
}

const clonesOf = ({ clones }: Adopted): string =>
  clones
    .map(({ folder, from, url }) => `  to clone: ${folder} from ${url ?? `the origin of ${from}`}\n`)
    .join("");

const next = (name: string, from: string): string => `
next:
  1. fleet validate
  2. fleet parity ${name} --against ${from}
  3. fleet cutover ${name}   the runbook: stop the old one, start this one, and the way back
`;

export function adoptedJson(adopted: Adopted): string {
  const { remarks, sources: _, ...rest } = adopted;
  return `${JSON.stringify({ schema_version: 1, ...rest, remarks: diagnosticsJson(remarks).diagnostics })}\n`;
}
