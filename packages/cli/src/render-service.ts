import { columns, oneLine } from "@fleet/engine";
import type { ServiceAnswer, ServicePlan, ServiceStatus } from "@fleet/fleet";
import { ANSWER_VERSION } from "./render.ts";

/** The files as they would be, and what systemd would be told. */
export const renderServicePlan = ({ folder, files, commands }: ServicePlan): string =>
  [
    ...Object.entries(files).map(([name, text]) => `would write ${folder}/${name}:\n\n${text}`),
    "would run:",
    ...commands.map((command) => `  ${command}`),
    "",
  ].join("\n");

/** A line for each project, after what was done; and what is still to be done. */
export function renderService(status: ServiceStatus): string {
  const { projects, changed, handed, folder } = status;
  const rows = projects.map(({ name, file, active, enabled, watched }) => [
    name,
    file,
    `${active ?? "-"} (${enabled || "-"})`,
    WATCHED[watched],
  ]);
  return [
    ...changed.map((name) => `changed  ${oneLine(`${folder}/${name}`)}`),
    ...handed.map((name) => `handed over  ${name}: its agents went on`),
    ...columns(rows),
    ...(rows.length === 0 ? ["no project is enabled, so there is nobody to bring back"] : []),
    ...advice(status),
    "",
  ].join("\n");
}

const WATCHED = {
  unit: "its unit watches",
  elsewhere: "watched, and not by its unit",
  nobody: "nobody watches",
} as const;

function advice({ scope, systemd, lingers, projects, changed }: ServiceStatus): readonly string[] {
  const missing = projects.some(({ file }) => file !== "installed");
  return [
    ...(systemd ? [] : ["systemd can't be reached from here: what it says of the units is not known"]),
    ...(missing && changed.length > 0
      ? projects
          .filter(({ watched }) => watched === "nobody")
          .map(
            ({ name }) => `nobody watches over ${name} now; if somebody should: fleet watchdog ${name} start`,
          )
      : []),
    ...(missing && changed.length === 0
      ? ["install what is missing or outdated: fleet service install"]
      : []),
    ...(scope === "user" && lingers === false && !missing
      ? [
          "it starts when you log in, and ends when you log out; to have it start with the machine: sudo loginctl enable-linger",
        ]
      : []),
  ];
}

export function serviceJson({ projects, changed, handed, lingers, upAll, ...status }: ServiceStatus): string {
  const answer: ServiceAnswer = {
    schema_version: ANSWER_VERSION,
    ...status,
    lingers,
    up_all: upAll,
    projects: [...projects],
    changed: [...changed],
    handed_over: [...handed],
  };
  return `${JSON.stringify(answer)}\n`;
}
