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
export const fileProblems = (file: string, written: WrittenFile): readonly Problem[] =>
  complaintsOf(file, file.slice(file.lastIndexOf("/") + 1), written).map(
    ({ code, severity = "error", message, help = null }) => ({
      ...startOf(file),
      code,
      severity,
      message,
      help,
      related: [],
    }),
  );

interface Complaint {
  readonly code: Code;
  readonly severity?: Problem["severity"];
  readonly message: string;
  readonly help?: string;
}

function complaintsOf(file: string, name: string, written: WrittenFile): readonly Complaint[] {
  const refused = (message: string, help?: string): readonly Complaint[] => [
    { code: "FL0004", message, ...(help === undefined ? {} : { help }) },
  ];
  switch (written.is) {
    case "missing":
      return refused(`there is no ${name}`);
    case "dangling":
      return refused(`${name} is a link to something that is not there`, "see where it leads: readlink -f");
    case "a circle of links":
      return refused(`${name} is a link that leads back to itself`);
    case "unreadable":
      return refused(`${name} cannot be read`, "see who may read it, and its folders: namei -l");
    case "something else":
      return refused(`${name} is ${written.what}, and should be a file`);
    case "read":
      return doubts(file, name, written);
    default:
      return written satisfies never;
  }
}

function doubts(
  file: string,
  name: string,
  { open, foreign, twin }: Extract<WrittenFile, { is: "read" }>,
): readonly Complaint[] {
  const complaints: Complaint[] = [];
  if (open) {
    const message = `everyone may write ${name}, and so decide what is run here`;
    complaints.push({ code: "FL0005", message, help: `chmod o-w ${file}` });
  }
  if (foreign) {
    const message = `${name} belongs to another user, who decides so what is run here`;
    complaints.push({ code: "FL0005", message, help: `make it yours: chown $USER ${file}` });
  }
  if (twin !== null) {
    const message = `beside it lies \`${twin}\`, which nothing reads`;
    complaints.push({ code: "FL0600", severity: "warning", message, help: "remove one of the two" });
  }
  return complaints;
}
