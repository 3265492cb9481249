import { describe, expect, it } from "vitest";
import { readAgentsFile } from "../agents-file.ts";
import { checkProjectFiles, type FileFact, wantedFiles } from "./project-files.ts";

const TOML = `[defaults]
session_prefix = "x-"
log_dir = ".state"
[backends.demo]
env_file = "secrets.env"
[agents.boss]
kind = "persistent"
prompt = "startup.md"
[agents.builder]
kind = "loop"
workdir = "clones/b"
[agents.judge]
kind = "loop"
workdir = "clones/j"
role = "adversary"
[loop]
kickoff_template = "prompts/kickoff.md"
roles_dir = "prompts"
done_by = "builder"
phases = [{ id = "a", plan = "a.md" }]
handoff = { repo = "clones/b", claim = "judge" }
`;

const file = (text: string): FileFact => ({ kind: "file", text });
const GOOD: Readonly<Record<string, FileFact>> = {
  ".": { kind: "directory" },
  "startup.md": file("Hello."),
  prompts: { kind: "directory" },
  "prompts/kickoff.md": file(
    'Phase {phase_id} of {plan}: {role}. {{"a": {status}}}\nWait with WAITING-UNTIL: <time>.\n',
  ),
  "prompts/builder.md": file("Build, then commit as claim(<id>): <goal>."),
  "prompts/adversary.md": file("Break, then commit as review(<id>): <verdict>."),
};

async function problemsOf(more: Readonly<Record<string, FileFact>>) {
  const { project, document } = await readAgentsFile(
    "projects/p/agents.toml",
    new TextEncoder().encode(TOML),
  );
  if (project === null || document === null) throw new Error("the file is good");
  return checkProjectFiles(project, document, new Map(Object.entries({ ...GOOD, ...more }))).map(
    ({ code, severity, file: name, line, column, message, help }) =>
      `${severity} ${code} ${name}:${line}:${column} ${message}${help === null ? "" : ` (${help})`}`,
  );
}

const missing: FileFact = { kind: "missing" };
const AT = "projects/p/agents.toml";

describe("the files of a project", () => {
  it("are those that agents.toml names", async () => {
    const { project } = await readAgentsFile("agents.toml", new TextEncoder().encode(TOML));
    expect(project && wantedFiles(project)).toEqual([
      ".state",
      ".",
      "startup.md",
      "clones/b",
      "clones/j",
      "secrets.env",
      "prompts/kickoff.md",
      "prompts",
      "prompts/builder.md",
      "prompts/adversary.md",
    ]);
  });

  it.each<[string, Readonly<Record<string, FileFact>>, ...string[]]>([
    ["clones, secrets and state may come later", {}],
    [
      "a prompt may not",
      { "startup.md": missing },
      `error FL0400 ${AT}:8:10 there is no file \`startup.md\` (make it, or correct the path)`,
    ],
    [
      "a role file may not",
      { "prompts/adversary.md": missing },
      `error FL0400 ${AT}:15:8 there is no file \`prompts/adversary.md\` (make it, or correct the path)`,
    ],
    [
      "a role file is missed where its agent is",
      { "prompts/builder.md": missing },
      `error FL0400 ${AT}:9:1 there is no file \`prompts/builder.md\` (make it, or correct the path)`,
    ],
    [
      "without their folder no single role is missed",
      { prompts: missing, "prompts/builder.md": missing },
      `error FL0400 ${AT}:18:13 there is no folder \`prompts\` (make it, or correct the path)`,
    ],
    [
      "a folder is not a prompt",
      { "startup.md": { kind: "directory" } },
      `error FL0401 ${AT}:8:10 \`startup.md\` is a folder, and should be a file`,
    ],
    [
      "a file is no place to work",
      { "clones/j": file("") },
      `error FL0401 ${AT}:14:11 \`clones/j\` is a file, and should be a folder`,
    ],
    [
      "a link may not lead out",
      { ".state": { kind: "symlink-out" } },
      `error FL0403 ${AT}:3:11 \`.state\` is a link that leads out of the project (put it inside the project)`,
    ],
    [
      "the state is of this machine, and of nobody's commit",
      {
        ".state": { kind: "missing", tracked: true, remote: true },
        "secrets.env": { kind: "file", tracked: true },
      },
      `warning FL0600 ${AT}:3:11 git does not ignore the state directory (name it in .gitignore)`,
      `warning FL0600 ${AT}:3:11 the state directory lies on a network's disk, where a power cut loses what was written (put the project on a disk of this machine)`,
      `warning FL0600 ${AT}:5:12 git does not ignore \`secrets.env\`, and it is for secrets (name it in .gitignore)`,
    ],
    [
      "an empty template says nothing",
      {
        "prompts/kickoff.md": file(" \n"),
        "prompts/builder.md": file("WAITING-UNTIL: claim( review("),
        "prompts/adversary.md": file("WAITING-UNTIL: claim( review("),
      },
      `error FL0222 ${AT}:17:20 \`prompts/kickoff.md\` is empty`,
    ],
    [
      "a template is text",
      {
        "prompts/kickoff.md": { kind: "file" },
        "prompts/builder.md": file("WAITING-UNTIL: claim( review("),
        "prompts/adversary.md": file("WAITING-UNTIL: claim( review("),
      },
      `error FL0001 ${AT}:17:20 \`prompts/kickoff.md\` is not a text file in UTF-8 of at most 1 MiB`,
    ],
    [
      "an unknown slot is shown in the template",
      { "prompts/kickoff.md": file("WAITING-UNTIL:\n  {phase}\n") },
      "error FL0303 projects/p/prompts/kickoff.md:2:3 there is no slot `{phase}` (the slots are {phase_id} {plan} {status} {role}; write `{{` for a plain brace)",
    ],
    [
      "a slot with a typo too",
      { "prompts/kickoff.md": file("WAITING-UNTIL: {phaseid}") },
      "error FL0303 projects/p/prompts/kickoff.md:1:16 there is no slot `{phaseid}` (did you mean `{phase_id}`?)",
    ],
    [
      "a brace that opens no slot",
      { "prompts/kickoff.md": file('WAITING-UNTIL: {"a": 1}') },
      "error FL0303 projects/p/prompts/kickoff.md:1:16 this brace opens no slot (the slots are {phase_id} {plan} {status} {role}; write `{{` for a plain brace)",
    ],
    [
      "someone must tell a loop agent how to wait",
      { "prompts/kickoff.md": file("Go."), "prompts/builder.md": file("WAITING-UNTIL: claim( review(") },
      `warning FL0600 ${AT}:15:8 nothing tells \`judge\` how to declare a wait, and silence is taken for a stall (explain the line "WAITING-UNTIL: <time>" in \`prompts/adversary.md\`)`,
    ],
    [
      "someone must tell the agents of a handoff how to make one",
      { "prompts/builder.md": file("Build."), "prompts/adversary.md": file("Break.") },
      `warning FL0600 ${AT}:9:1 nothing tells \`builder\` to begin a commit with \`claim(\`, and the other one hears of no other (explain the subject "claim(<id>): …" in \`prompts/builder.md\`)`,
      `warning FL0600 ${AT}:15:8 nothing tells \`judge\` to begin a commit with \`review(\`, and the other one hears of no other (explain the subject "review(<id>): …" in \`prompts/adversary.md\`)`,
    ],
    [
      "the template may tell it, too",
      {
        "prompts/kickoff.md": file("WAITING-UNTIL: claim( review("),
        "prompts/builder.md": file("Build."),
        "prompts/adversary.md": file("Break."),
      },
    ],
  ])("%s", async (_, more, ...expected) => {
    expect(await problemsOf(more)).toEqual(expected);
  });
});
