import type { Finding } from "../diagnostics/finding.ts";
import type { Path } from "../diagnostics/place.ts";
import type { Project } from "../project.ts";

/** What stands at a path inside a project. */
export interface FileFact {
  /** "symlink-out": a link, or something behind one, that is not in the project. */
  readonly kind: "file" | "directory" | "missing" | "symlink-out";
  /** Of a file that is UTF-8 text of a sensible size. */
  readonly text?: string;
  /** Of the state directory and of files with secrets: git would take it for part of the project. */
  readonly tracked?: boolean;
  /** Of the state directory: its disk is another machine's. */
  readonly remote?: boolean;
  /** Of a clone: it has a remote. Not said where that cannot be told without asking git. */
  readonly hasRemote?: boolean;
}

/** As what a program that is looked for in PATH is asked for. No path of a project begins so. */
export const programPath = (name: string): string => `$PATH/${name}`;

/** The programs of services that have no folder in their name. */
export const programs = ({ agents }: Project) =>
  agents.flatMap(({ name: service, command }) =>
    command === null || command[0].includes("/") ? [] : [{ name: command[0], service }],
  );

/** What a project asks of the machine and of the repositories around it. All of it may come right later: warnings. */
export const surroundings = (
  project: Project,
  factOf: (path: string) => FileFact,
  files: ReadonlyMap<string, FileFact>,
): readonly Finding[] => [
  ...stateFindings(factOf(project.log_dir)),
  ...secretFindings(project, factOf),
  ...cloneFindings(project, factOf),
  ...programs(project)
    .filter(({ name }) => files.get(programPath(name))?.kind === "missing")
    .map(({ name, service }) => missingProgram(name, service)),
];

const warned = (code: Finding["code"], path: Path, message: string, help: string): Finding => ({
  code,
  severity: "warning",
  path,
  message,
  help,
});

function stateFindings({ tracked, remote }: FileFact): readonly Finding[] {
  const path = ["defaults", "log_dir"];
  return [
    ...(tracked === true
      ? [warned("FL0600", path, "git does not ignore the state directory", "name it in .gitignore")]
      : []),
    ...(remote === true
      ? [
          warned(
            "FL0600",
            path,
            "the state directory lies on a network's disk, where a power cut loses what was written",
            "put the project on a disk of this machine",
          ),
        ]
      : []),
  ];
}

function secretFindings({ backends }: Project, factOf: (path: string) => FileFact): readonly Finding[] {
  return Object.entries(backends).flatMap(([name, { env_file: file }]) =>
    file === null || factOf(file).tracked !== true
      ? []
      : [
          warned(
            "FL0600",
            ["backends", name, "env_file"],
            `git does not ignore \`${file}\`, and it is for secrets`,
            "name it in .gitignore",
          ),
        ],
  );
}

/** Nothing is ever pushed to a clone that came from nowhere. */
function cloneFindings({ loop }: Project, factOf: (path: string) => FileFact): readonly Finding[] {
  if (loop?.handoff == null || factOf(loop.handoff.repo).hasRemote !== false) return [];
  const message = `\`${loop.handoff.repo}\` has no remote, so that no handoff ever comes`;
  return [
    warned(
      "FL0404",
      ["loop", "handoff", "repo"],
      message,
      "make it a clone of what the agents push to, with git clone",
    ),
  ];
}

const missingProgram = (name: string, service: string): Finding =>
  warned(
    "FL0500",
    ["services", service, "command", 0],
    `there is no program \`${name}\` on this machine`,
    "install it, or write where it is",
  );
