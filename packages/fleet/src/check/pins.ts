import type { Problem } from "@fleet/engine";
import type { ProjectSnapshot, Snapshot } from "../snapshot.ts";
import { at } from "./problems.ts";

const CHECK_OUT = "git submodule update --init engine";

/** What is wrong with a project's pin, and whether it is the one this fleet expects. */
export function pinProblems(
  snapshot: Snapshot,
  { project, folder, pin }: ProjectSnapshot,
): readonly Problem[] {
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
      if (checkedOut === commit) return [];
      const message = `the engine of \`${project.name}\` is at ${checkedOut}, and its pin is ${commit}`;
      return say("path", "FL0405", message, `run in ${path}: ${CHECK_OUT}, or commit the new pin`);
    }
    default:
      return pin satisfies never;
  }
}
