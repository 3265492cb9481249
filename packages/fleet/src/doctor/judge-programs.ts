import type { ProgramFacts } from "./facts.ts";
import { type Finding, noted, ok, unknown, wrong } from "./finding.ts";
import { judgeVersion } from "./judge-machine.ts";
import { compareVersions, MEASURED } from "./known-versions.ts";

const UPDATES: Readonly<Record<string, string>> = {
  claude: "npm install -g @anthropic-ai/claude-code@latest",
  codex: "npm install -g @openai/codex@latest",
  gemini: "npm install -g @google/gemini-cli@latest",
  opencode: "npm install -g opencode-ai@latest",
};

/** What is wrong with one agent program, and whether somebody is logged in. */
export function judgeProgram(facts: ProgramFacts): readonly Finding[] {
  const { backend, command, said } = facts;
  const users = facts.projects.join(", ");
  const mend = UPDATES[backend] ?? `install ${command}`;
  if (said === "missing")
    return [wrong(backend, `there is no ${command} on PATH`, `agents of ${users} need it`, mend)];
  // Its path is long where it is not found by its name, and stands last.
  const where = command === backend ? "" : ` (${command})`;
  if (said === "silent")
    return [
      wrong(
        backend,
        `does not say its version${where}`,
        `it is not whole, or it hangs; agents of ${users} need it`,
        `try it yourself: ${command} --version`,
      ),
    ];
  const bad = judgeVersion(backend, backend, said.version, mend).filter(({ level }) => level !== "ok");
  const version = bad.length > 0 ? bad : [judgeMeasured(backend, said.version)];
  return [...version.map((one) => ({ ...one, what: one.what + where })), ...judgeLogin(facts)];
}

/** Newer ones look much the same, until one day they do not. */
function judgeMeasured(backend: string, version: string): Finding {
  const measured = MEASURED[backend];
  const [major, minor] = version.split(".");
  const [knownMajor, knownMinor] = measured?.split(".") ?? [];
  if (measured === undefined || (major === knownMajor && minor === knownMinor)) return ok(backend, version);
  const age = compareVersions(version, measured) < 0 ? "older" : "newer";
  return noted(
    backend,
    `${version} is ${age} than ${measured}, with which fleet was measured`,
    "a screen that looks different is not known, and then nothing is typed into it",
    "watch `fleet status` for agents that are not known; then: fleet record PROJECT AGENT",
  );
}

function judgeLogin({ backend, login, projects }: ProgramFacts): readonly Finding[] {
  if (login === null) return [];
  const about = `${backend}: login`;
  if (login.by === "elsewhere") return [unknown(about, `may be in ${login.name}, which is not read`)];
  if (login.by !== "nothing") return [ok(about, `there is ${login.name}; whether it is valid is not known`)];
  return [
    wrong(
      about,
      `there is none: not ${login.looked.join(", nor ")}`,
      `agents of ${projects.join(", ")} would stand before a question that nobody answers`,
      login.command,
    ),
  ];
}
