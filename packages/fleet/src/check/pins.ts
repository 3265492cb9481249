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
  const path = project.path;
  switch (pin.is) {
    case "not-a-repository":
      return [
        at(
          snapshot,
          project,
          "path",
          "FL0404",
          `\`${path}\` is not a git repository of its own`,
          "fleet create-project shows how a project looks",
        ),
      ];
    case "no-engine":
      return [
        at(
          snapshot,
          project,
          "path",
          "FL0405",
          `\`${path}\` has no engine`,
          "add the engine as a submodule called engine",
        ),
      ];
    case "not-a-submodule":
      return [
        at(
          snapshot,
          project,
          "path",
          "FL0405",
          `\`${path}/engine\` is not a submodule, so nothing says which engine it is`,
        ),
      ];
    case "unreadable":
      return [at(snapshot, project, "path", "FL0404", `git cannot read \`${path}\`: ${pin.because}`)];
    case "pinned": {
      const { commit, checkedOut } = pin;
      const expected = project.engine;
      if (expected !== null && expected !== commit) {
        const message = `\`${project.name}\` is pinned to ${commit}, and ${expected} is expected`;
        return [
          at(
            snapshot,
            project,
            "engine",
            "FL0405",
            message,
            "move the project's pin, or write the new one here",
          ),
        ];
      }
      if (checkedOut === null) {
        return [
          at(
            snapshot,
            project,
            "path",
            "FL0405",
            `the engine of \`${project.name}\` is not checked out`,
            `run in ${path}: ${CHECK_OUT}`,
          ),
        ];
      }
      if (checkedOut === commit) return [];
      const message = `the engine of \`${project.name}\` is at ${checkedOut}, and its pin is ${commit}`;
      return [
        at(
          snapshot,
          project,
          "path",
          "FL0405",
          message,
          `run in ${path}: ${CHECK_OUT}, or commit the new pin`,
        ),
      ];
    }
    default:
      return pin satisfies never;
  }
}
