import { type Finding, locate, sortProblems } from "../diagnostics/finding.ts";
import { type Path, placeOf } from "../diagnostics/place.ts";
import type { Placed } from "../diagnostics/positions.ts";
import { didYouMean } from "../diagnostics/suggest.ts";
import type { Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import { type FileFact, programPath, programs, surroundings } from "./surroundings.ts";

export type { FileFact } from "./surroundings.ts";

interface Wanted {
  readonly path: string;
  readonly kind: "file" | "directory";
  /** What git tracks must be there. What a machine adds, such as clones and secrets, may come later. */
  readonly needed: boolean;
  /** Where agents.toml names it. */
  readonly named: Path;
  readonly at?: "key";
}

/** The paths, relative to the project, that `checkProjectFiles` wants to know of. */
export const wantedFiles = (project: Project): readonly string[] => [
  ...new Set([
    ...wanted(project).map(({ path }) => path),
    ...programs(project).map(({ name }) => programPath(name)),
  ]),
];

function wanted(project: Project): readonly Wanted[] {
  const { loop } = project;
  const table = (kind: string) => (kind === "service" ? "services" : "agents");
  return [
    { path: project.log_dir, kind: "directory", needed: false, named: ["defaults", "log_dir"] },
    ...project.agents.flatMap(({ name, kind, workdir, prompt }): readonly Wanted[] => [
      { path: workdir, kind: "directory", needed: false, named: [table(kind), name, "workdir"] },
      ...(prompt === null
        ? []
        : [{ path: prompt, kind: "file", needed: true, named: ["agents", name, "prompt"] } as const]),
    ]),
    ...Object.entries(project.backends).flatMap(([name, { env_file }]): readonly Wanted[] =>
      env_file === null
        ? []
        : [{ path: env_file, kind: "file", needed: false, named: ["backends", name, "env_file"] }],
    ),
    ...(loop?.kickoff_template == null
      ? []
      : [
          {
            path: loop.kickoff_template,
            kind: "file",
            needed: true,
            named: ["loop", "kickoff_template"],
          } as const,
        ]),
    ...(loop?.roles_dir == null
      ? []
      : [{ path: loop.roles_dir, kind: "directory", needed: true, named: ["loop", "roles_dir"] } as const]),
    ...roleFiles(project),
    ...(loop?.handoff == null
      ? []
      : [
          {
            path: loop.handoff.repo,
            kind: "directory",
            needed: false,
            named: ["loop", "handoff", "repo"],
          } as const,
        ]),
  ];
}

function roleFiles({ loop, agents }: Project): readonly Wanted[] {
  const folder = loop?.roles_dir;
  if (folder == null) return [];
  return agents
    .filter(({ kind }) => kind === "loop")
    .map(({ name, role }) => ({
      path: `${folder}/${role}.md`,
      kind: "file",
      needed: true,
      named: role === name ? ["agents", name] : ["agents", name, "role"],
    }));
}

/** A file that agents.toml names, as problems name it. */
export function besides(file: string, path: string): string {
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  return folder + path.replace(/^(\.\/)+/, "");
}

/** What is wrong between agents.toml and the files it names. Problems in a template have their place in the template. */
export function checkProjectFiles(
  project: Project,
  document: Placed,
  files: ReadonlyMap<string, FileFact>,
): readonly Problem[] {
  const factOf = (path: string): FileFact => files.get(path) ?? { kind: "missing" };
  const lost = project.loop?.roles_dir != null && factOf(project.loop.roles_dir).kind !== "directory";
  const roles = roleFiles(project);
  const all = wanted(project).filter(({ path }) => !(lost && roles.some((role) => role.path === path)));
  const findings = [
    ...all.flatMap((want) => judge(want, factOf(want.path))),
    ...surroundings(project, factOf, files),
  ];
  const contracts = lost ? [] : roles.flatMap((role) => contractsOf(role, project, factOf));
  const template = project.loop?.kickoff_template;
  const text = template == null ? undefined : factOf(template).text;
  return sortProblems([
    ...locate(document, [...findings, ...contracts]),
    ...(template == null || text === undefined ? [] : checkKickoff(besides(document.file, template), text)),
  ]);
}

function judge({ path, kind, needed, named }: Wanted, fact: FileFact): readonly Finding[] {
  const finding = (code: Finding["code"], message: string, help?: string): readonly Finding[] => [
    { code, path: named, message, help: help ?? null },
  ];
  switch (fact.kind) {
    case "missing":
      return needed
        ? finding(
            "FL0400",
            `there is no ${kind === "file" ? "file" : "folder"} \`${path}\``,
            "make it, or correct the path",
          )
        : [];
    case "symlink-out":
      return finding(
        "FL0403",
        `\`${path}\` is a link that leads out of the project`,
        "put it inside the project",
      );
    case "directory":
      return kind === "directory" ? [] : finding("FL0401", `\`${path}\` is a folder, and should be a file`);
    case "file":
      if (kind === "directory") return finding("FL0401", `\`${path}\` is a file, and should be a folder`);
      if (needed && fact.text === undefined)
        return finding("FL0001", `\`${path}\` is not a text file in UTF-8 of at most 1 MiB`);
      return needed && fact.text?.trim() === "" ? finding("FL0222", `\`${path}\` is empty`) : [];
    default:
      return fact.kind satisfies never;
  }
}

/** What a loop agent must have been told by its template or its role, or it works against the watchdog without knowing. */
function contractsOf(
  role: Wanted,
  { loop, agents }: Project,
  factOf: (path: string) => FileFact,
): readonly Finding[] {
  const agent = agents.find(({ name }) => name === role.named[1]);
  const own = factOf(role.path).text;
  if (agent === undefined || own === undefined || own.trim() === "") return [];
  const template = loop?.kickoff_template == null ? "" : (factOf(loop.kickoff_template).text ?? "");
  const isTold = (word: string) => `${template}${own}`.includes(word);
  const missing = (message: string, help: string): Finding => ({
    code: "FL0600",
    severity: "warning",
    path: role.named,
    message,
    help: `${help} in \`${role.path}\``,
  });
  const findings: Finding[] = [];
  if (agent.watch === "heal+stall" && !isTold("WAITING-UNTIL:"))
    findings.push(
      missing(
        `nothing tells \`${agent.name}\` how to declare a wait, and silence is taken for a stall`,
        `explain the line "WAITING-UNTIL: <time>"`,
      ),
    );
  // Who hears of reviews is the one who claims, and the other way round.
  const { claim, review } = loop?.handoff ?? {};
  for (const [hears, says] of [
    [review, "claim("],
    [claim, "review("],
  ] as const)
    if (hears === agent.name && !isTold(says))
      findings.push(
        missing(
          `nothing tells \`${agent.name}\` to begin a commit with \`${says}\`, and the other one hears of no other`,
          `explain the subject "${says}<id>): …"`,
        ),
      );
  return findings;
}

const SLOTS = ["phase_id", "plan", "status", "role"];

/** Braces in a kickoff template: `{slot}`, or doubled to be plain. */
function checkKickoff(file: string, text: string): readonly Problem[] {
  return [...text.matchAll(/\{\{|\{(\w+)\}|\{/g)].flatMap(
    ({ 0: found, 1: slot, index }): readonly Problem[] => {
      if (found === "{{" || (slot !== undefined && SLOTS.includes(slot))) return [];
      const message = slot === undefined ? "this brace opens no slot" : `there is no slot \`{${slot}}\``;
      const meant = slot === undefined ? null : didYouMean(slot, SLOTS)?.replace(/`(\w+)`/, "`{$1}`");
      const help =
        meant ??
        `the slots are ${SLOTS.map((name) => `{${name}}`).join(" ")}; write \`{{\` for a plain brace`;
      const place = placeOf(file, text, [index, index + found.length]);
      return [{ ...place, code: "FL0303", severity: "error", message, help, related: [] }];
    },
  );
}
