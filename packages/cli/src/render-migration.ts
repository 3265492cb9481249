import { columns } from "@fleet/engine";
import type { Fingerprint, Parity } from "@fleet/fleet";

/** A line for each part, and the diffs of those that are other. */
export const renderParity = ({ sides }: Parity): string =>
  sides
    .map(({ part, same, diff }) => {
      if (same === null) return `${part}: not compared, one of the two does not tell\n`;
      return same ? `${part}: the same\n` : `${part}: other\n${diff}`;
    })
    .join("");

/** A fact a line. */
export function renderFingerprint({
  kind,
  name,
  folder,
  engine,
  files,
  phase,
  conversations,
  sessions,
  watchdogs,
}: Fingerprint): string {
  const rows = [
    [kind === "old" ? "old set-up" : "project", name, folder],
    ["engine", engine ?? "-"],
    ["phase", phase === null ? "-" : `${phase.id} [${phase.index + 1}]`],
    ...Object.entries(conversations).map(([agent, id]) => ["conversation", agent, id]),
    ...sessions.map((session) => ["session", session]),
    ["watchdogs", String(watchdogs)],
    ...Object.entries(files).map(([file, sum]) => ["file", file, sum]),
  ];
  return columns(rows)
    .map((line) => `${line}\n`)
    .join("");
}
