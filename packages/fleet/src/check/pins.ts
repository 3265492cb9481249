import { besides, oneLine, type Problem, placeOf } from "@fleet/engine";
import type { ProjectSnapshot, Snapshot } from "../facts/snapshot.ts";
import { readModules } from "../pin/modules.ts";
import { at } from "./problems.ts";

const CHECK_OUT = "git submodule update --init engine";

/** What is wrong with a project's pin, and whether it is the one this fleet expects. */
export function pinProblems(snapshot: Snapshot, one: ProjectSnapshot): readonly Problem[] {
  const { project, folder, pin } = one;
  if (folder !== "directory" || project.engine === "workspace") return [];
  const { path } = project;
  const say = (key: "path" | "engine", code: string, message: string, help?: string): readonly Problem[] => [
    at(snapshot, project, key, code, message, help),
  ];
  switch (pin.is) {
    case "not-a-repository": {
      const help = "fleet create-project shows how a project looks";
      return say("path", "FL0404", `\`${path}\` is not a git repository of its own`, help);
    }
    case "no-engine":
      return say(
        "path",
        "FL0405",
        `\`${path}\` has no engine`,
        "add the engine as a submodule called engine",
      );
    case "not-a-submodule":
      return say(
        "path",
        "FL0405",
        `\`${path}/engine\` is not a submodule, so nothing says which engine it is`,
      );
    case "unreadable":
      return say("path", "FL0404", `git cannot read \`${path}\`: ${pin.because}`);
    case "pinned": {
      const { commit, checkedOut } = pin;
      const expected = project.engine;
      if (expected !== null && expected !== commit) {
        const message = `\`${project.name}\` is pinned to ${commit}, and ${expected} is expected`;
        return say("engine", "FL0405", message, "move the project's pin, or write the new one here");
      }
      if (checkedOut === null) {
        const message = `the engine of \`${project.name}\` is not checked out`;
        return say("path", "FL0405", message, `run in ${path}: ${CHECK_OUT}`);
      }
      if (checkedOut === commit) return engineProblems(snapshot, one);
      const message = `the engine of \`${project.name}\` is at ${checkedOut}, and its pin is ${commit}`;
      return say("path", "FL0405", message, `run in ${path}: ${CHECK_OUT}, or commit the new pin`);
    }
    default:
      return pin satisfies never;
  }
}

/** The version of the JSON answers that this fleet understands. */
const ANSWERS = 1;

/** What is wrong with an engine that is the one it should be. */
function engineProblems(snapshot: Snapshot, { project, engine, file }: ProjectSnapshot): readonly Problem[] {
  const { modules, changed, answers } = engine;
  const own = (code: string, message: string, help: string) =>
    at(snapshot, project, "path", code, message, help);
  const problems: Problem[] =
    modules === null ? [] : [...moduleProblems(besides(file, ".gitmodules"), modules)];
  if (changed.length > 0) {
    const names = changed.slice(0, 3).join(", ") + (changed.length > 3 ? ", …" : "");
    const help = `undo it, run in ${project.path}/engine: git checkout -- .`;
    problems.push(own("FL0406", `the engine of \`${project.name}\` was changed: ${names}`, help));
  }
  if (answers !== null && answers !== ANSWERS) {
    const [which, help] =
      answers < ANSWERS
        ? ["older", `fleet upgrade ${project.name}`]
        : ["newer", "upgrade fleet, or pin the project to an older engine"];
    const message = `the engine of \`${project.name}\` is ${which} than this fleet can speak with`;
    problems.push(own("FL0407", message, help));
  }
  return problems;
}

/** git itself obeys this file when somebody clones the project. */
function moduleProblems(file: string, text: string): readonly Problem[] {
  const lines = text.split("\n");
  const { places } = readModules(text);
  // A character that must not stand there makes nonsense of what is read around it.
  const hidden = places.filter(({ code }) => code === "FL0002");
  return (hidden.length > 0 ? hidden : places).map(({ code, line, message }): Problem => {
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const found = lines[line - 1] ?? "";
    const lead = found.length - found.trimStart().length;
    const place = placeOf(file, text, [start + lead, start + found.trimEnd().length]);
    const sentence = /^(has|sets|holds|is) /.test(message) ? `.gitmodules ${message}` : message;
    const help = "leave one submodule in it, as fleet create-project writes it: path and url";
    return { ...place, code, severity: "error", message: oneLine(sentence), help, related: [] };
  });
}
