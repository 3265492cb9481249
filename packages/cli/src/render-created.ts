import type { Initiated, Scaffolded } from "@fleet/fleet";

/** What there is now, and what to do with it. */
export function renderScaffolded(made: Scaffolded, file: string): string {
  const { is, name, path, engine } = made;
  switch (is) {
    case "unchanged":
      return `nothing to do: ${path} is there already, made of the same input\n`;
    case "planned":
      return `would create ${path}\n${made.files.map((one) => `  ${one}\n`).join("")}  ${sayHome(made, file)}\n`;
    case "created":
      return `created ${path}
  a git repository of its own, with the engine at ${engine?.slice(0, 7) ?? "-"}, ${sayHome(made, file)}

next:
${nextSteps(made, file)
  .map((step, index) => `  ${index + 1}. ${step}\n`)
  .join("")}  then say in ${path}/agents.toml which agents ${name} has
`;
    default:
      return is satisfies never;
  }
}

const sayHome = ({ registered, enabled }: Scaffolded, file: string): string =>
  registered ? `registered in ${file} with enabled = ${enabled}` : `not registered in ${file}`;

function nextSteps(
  { name, path, enabled, registered, remote, files }: Scaffolded,
  file: string,
): readonly string[] {
  const own = files.includes("scripts/clones.sh");
  const work = `name the repository to work on: echo URL > ${path}/work.url   (without it: one on this disk)`;
  const push = `git -C ${path} push -u origin main   (nothing was pushed to ${remote})`;
  const start = registered
    ? [
        "fleet validate",
        `fleet up ${name}          start it${own ? "" : ": one agent"}\n     fleet status ${name}\n     fleet down ${name}`,
      ]
    : [`cd ${path} && engine/agents up`];
  return [
    ...(registered && !enabled ? [`set enabled = true under name = "${name}" in ${file}`] : []),
    ...(own ? [work] : []),
    ...(remote === null ? [] : [push]),
    ...start,
  ];
}

/** A fleet that was made, and how to go on. `typed` is the folder as the person named it. */
export function renderInitiated({ is, folder, files, repository, link }: Initiated, typed: string): string {
  const made = [...files, ...(repository ? [".git"] : [])].map((name) => `  ${name}\n`).join("");
  if (is === "unchanged") return `nothing to do: ${folder} is a fleet already\n`;
  if (is === "planned")
    return made === "" ? `nothing to do in ${folder}\n` : `would make in ${folder}\n${made}`;
  const steps = [
    ...(link === null ? [] : [link]),
    ...(typed === "." ? [] : [`cd ${typed}`]),
    "fleet doctor                          what this machine lacks",
    "fleet create-project NAME             your first project; at a terminal it asks what it is to begin as",
    "fleet service install                 once it runs: back after a restart of the machine",
  ];
  return `made in ${folder}\n${made}\nnext:\n${steps.map((step, nth) => `  ${nth + 1}. ${step}\n`).join("")}`;
}
