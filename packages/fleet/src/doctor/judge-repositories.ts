import type { FleetFacts, ProjectFacts } from "./facts.ts";
import { type Finding, noted, ok, quoted, wrong } from "./finding.ts";

/** What is wrong with the fleet's own files and repository. */
export function judgeFleet({ root, problems, strays }: FleetFacts): readonly Finding[] {
  const validate =
    problems === 0
      ? ok("files", "fleet.toml and every agents.toml are right")
      : wrong(
          "files",
          problems === 1 ? "validate finds a problem" : `validate finds ${problems} problems`,
          "`up` refuses what is wrong, and what such a project needs of this machine is not known",
          "fleet validate",
        );
  const ignore = strays.map((stray) =>
    noted(
      "fleet: .gitignore",
      `does not have ${stray}`,
      "git would take it into the fleet's own repository",
      `echo ${quoted(`/${stray}`)} >> ${quoted(`${root}/.gitignore`)}`,
      { do: "append", file: `${root}/.gitignore`, line: `/${stray}` },
    ),
  );
  return [validate, ...ignore];
}

/** What is wrong with a project's repository and the clones in which its agents work. */
export const judgeRepositories = (project: ProjectFacts): readonly Finding[] => [
  ...judgeIgnored(project),
  ...judgeNames(project),
  ...judgeRemotes(project),
];

const judgeIgnored = ({ name, folder, unignored }: ProjectFacts): readonly Finding[] =>
  unignored.map(({ path, tracked }) => {
    const file = `${folder}/.gitignore`;
    const line = `/${path.replace(/^(?:\.?\/)+/, "")}`;
    return wrong(
      `${name}: .gitignore`,
      tracked ? `git has taken ${path}` : `does not have ${path}`,
      "state and secrets do not belong into a repository that is pushed",
      tracked
        ? `git -C ${quoted(folder)} rm -r --cached --quiet ${quoted(path)}, and ${quoted(line)} into .gitignore`
        : `echo ${quoted(line)} >> ${quoted(file)}`,
      tracked ? null : { do: "append", file, line },
    );
  });

const judgeNames = ({ name, nameless }: ProjectFacts): readonly Finding[] =>
  nameless.length === 0
    ? []
    : [
        wrong(
          `${name}: git`,
          `does not know who commits in ${nameless.join(", ")}`,
          "an agent's first commit fails",
          'git config --global user.name "Your Name" && git config --global user.email you@example.com',
        ),
      ];

const judgeRemotes = ({ name, remotes }: ProjectFacts): readonly Finding[] =>
  remotes.flatMap(({ url, answers, because, byAgentOnly }) => {
    if (!answers)
      return [
        wrong(
          `${name}: remote`,
          `${url} does not answer: ${because}`,
          "agents can't push, and no handoff is seen",
          `GIT_TERMINAL_PROMPT=0 git ls-remote ${quoted(url)}`,
        ),
      ];
    if (!byAgentOnly) return [];
    return [
      noted(
        `${name}: remote`,
        `${url} answers only with the ssh agent of this login`,
        "after a restart of the machine, and under a service, there is none",
        "give the fleet a key of its own, without a passphrase: a deploy key",
      ),
    ];
  });
