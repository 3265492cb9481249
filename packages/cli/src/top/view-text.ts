import { cut, type Line, line, span, widthOf, wrap } from "./cells.ts";
import type { Mode } from "./state.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

type Text = Extract<Mode, { readonly is: "text" }>;

/** How many of its lines are shown at once: all but the title and the keys. */
export const pageOf = ({ rows }: Size): number => Math.max(1, rows - 2);

export function linesOf({ text }: Text, { columns }: Size): readonly string[] {
  if (text === null) return ["…"];
  return text
    .trimEnd()
    .split("\n")
    .flatMap((one) => wrap(span(one.replaceAll("\t", "    ")).text, columns));
}

/** A text on the whole screen: why, a log, the keys. */
export function viewText(mode: Text, size: Size): readonly Line[] {
  const { columns } = size;
  const lines = linesOf(mode, size);
  const page = pageOf(size);
  const last = Math.max(0, lines.length - page);
  const top = mode.top === "end" ? last : Math.min(mode.top, last);
  const shown = lines.slice(top, top + page);
  const place = lines.length > page ? `  lines ${top + 1} to ${top + shown.length} of ${lines.length}` : "";
  const body = Array.from({ length: page }, (_, nth) => line([span(shown[nth] ?? "")], columns));
  return [
    rule(mode.title, columns),
    ...body,
    line([span(`q back  up, down, PgUp, PgDn${place}`, "quiet")], columns),
  ];
}

/** A line across, with what comes below it. */
export function rule(title: string, columns: number): Line {
  const text = ` ${cut(title, columns - 6)} `;
  const rest = "─".repeat(Math.max(0, columns - 2 - widthOf(text)));
  return line([span("──"), span(text, "strong"), span(rest)], columns);
}
