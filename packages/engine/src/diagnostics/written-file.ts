import type { Problem } from "../problem.ts";
import type { Code } from "./codes.ts";
import { startOf } from "./place.ts";

/** A file that a person wrote, as it was found where it should be. */
export type WrittenFile =
  | {
      readonly is: "read";
      readonly bytes: Uint8Array;
      /** Everyone may write it. */
      readonly open: boolean;
      /** It belongs to somebody who is neither us nor root. */
      readonly foreign: boolean;
      /** A file beside it whose name differs in upper and lower case alone. */
      readonly twin: string | null;
    }
  | { readonly is: "missing" | "dangling" | "a circle of links" | "unreadable" }
  | { readonly is: "something else"; readonly what: "a folder" | "a pipe" | "a device" | "a socket" };

/** What is wrong with the file itself, whatever it holds. */
export function fileProblems(file: string, written: WrittenFile): readonly Problem[] {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const whole = (code: Code, message: string, help: string | null = null): Problem => ({
    ...startOf(file),
    code,
    severity: "error",
    message,
    help,
    related: [],
  });
  switch (written.is) {
    case "missing":
      return [whole("FL0004", `there is no ${name}`)];
    case "dangling":
      return [
        whole(
          "FL0004",
          `${name} is a link to something that is not there`,
          "see where it leads: readlink -f",
        ),
      ];
    case "a circle of links":
      return [whole("FL0004", `${name} is a link that leads back to itself`)];
    case "unreadable":
      return [whole("FL0004", `${name} cannot be read`, "see who may read it, and its folders: namei -l")];
    case "something else":
      return [whole("FL0004", `${name} is ${written.what}, and should be a file`)];
    case "read":
      return [
        ...(written.open
          ? [
              whole(
                "FL0005",
                `everyone may write ${name}, and so decide what is run here`,
                `chmod o-w ${file}`,
              ),
            ]
          : []),
        ...(written.foreign
          ? [
              whole(
                "FL0005",
                `${name} belongs to another user, who decides so what is run here`,
                `make it yours: chown $USER ${file}`,
              ),
            ]
          : []),
        ...(written.twin === null
          ? []
          : [
              warning(
                whole(
                  "FL0600",
                  `beside it lies \`${written.twin}\`, which nothing reads`,
                  "remove one of the two",
                ),
              ),
            ]),
      ];
    default:
      return written satisfies never;
  }
}

const warning = (problem: Problem): Problem => ({ ...problem, severity: "warning" });
