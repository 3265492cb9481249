import { type Problem, startOf } from "@fleet/engine";
import type { Machine } from "../facts/machine.ts";

/** Older ones were never tried. */
const NEEDS = { tmux: [3, 2], git: [2, 31] } as const;

/** What is missing here, or too old. Warnings: the machine that only checks, as in CI, runs nothing. */
export const machineProblems = (file: string, machine: Machine): readonly Problem[] =>
  (["tmux", "git"] as const).flatMap((program): readonly Problem[] => {
    const said = machine[program];
    const [major, minor] = NEEDS[program];
    const wanted = `${program} ${major}.${minor} or later`;
    const warn = (message: string): readonly Problem[] => [
      {
        ...startOf(file),
        code: "FL0500",
        severity: "warning",
        message,
        help: `install ${wanted}`,
        related: [],
      },
    ];
    if (said === null) return warn(`${program} is not installed, and no project runs without it`);
    // A version that is none, as "next" or "master", is somebody's own build, and they know.
    const [, first, second] = /(\d+)\.(\d+)/.exec(said) ?? [];
    if (first === undefined) return [];
    const isOld = Number(first) < major || (Number(first) === major && Number(second) < minor);
    return isOld ? warn(`${oneWord(said)} is too old: a project needs ${wanted}`) : [];
  });

const oneWord = (said: string): string => said.replace(/[^\w. -]/g, "").slice(0, 40);
