import { cellsOf, GROUND, INK, type Ink, type Size, type Stretch } from "./cells.ts";

/** A screen with its escape sequences, and when it was seen first: milliseconds from the beginning. */
export interface Frame {
  readonly at: number;
  readonly screen: string;
}

export interface Film {
  readonly title: string;
  readonly size: Size;
  readonly frames: readonly Frame[];
  /** How long the last frame stands. */
  readonly rest: number;
}

/** Of one character, in pixels. */
const WIDTH = 8.4;
const HEIGHT = 18;
const MARGIN = 16;
const HEAD = 34;
/** From a line's top to where its letters stand. */
const BASE = 13.5;

/**
 * A film of a terminal as an SVG picture that needs no script: all frames hang side by side, and a style sheet moves
 * the window over them. Who wants no motion sees the last one, and so does who prints.
 */
export async function drawFilm({ title, size, frames, rest }: Film): Promise<string> {
  const width = Math.ceil(size.columns * WIDTH + 2 * MARGIN);
  const height = size.rows * HEIGHT + HEAD + MARGIN;
  const rows = new Map<string, string>();
  const drawn: string[] = [];
  for (const [index, { screen }] of frames.entries()) {
    const lines = (await cellsOf(screen, size)).map((stretches) => stretches.map(drawStretch).join(""));
    drawn.push(
      `<g transform="translate(${index * width} 0)">${lines.map((line, row) => useOf(rows, line, row)).join("")}</g>`,
    );
  }
  const last = -(frames.length - 1) * width;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>
rect { shape-rendering: crispEdges }
text { font: 14px ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: ${INK}; white-space: pre }
.film { transform: translateX(${last}px)${frames.length > 1 ? `; animation: play ${seconds(lengthOf(frames, rest))} step-end infinite` : ""} }
${frames.length > 1 ? keyframes(frames, rest, width) : ""}@media (prefers-reduced-motion: reduce), print { .film { animation: none } }
</style>
<rect width="${width}" height="${height}" rx="10" fill="${GROUND}" style="shape-rendering:auto"/>
<g fill="#30363d"><circle cx="20" cy="17" r="5.5"/><circle cx="38" cy="17" r="5.5"/><circle cx="56" cy="17" r="5.5"/></g>
<text x="${width / 2}" y="21" text-anchor="middle" style="fill:#8b949e">${escaped(title)}</text>
<defs>
${[...rows].map(([line, id]) => `<g id="${id}">${line}</g>`).join("\n")}
</defs>
<svg y="${HEAD}" width="${width}" height="${height - HEAD}"><g class="film">
${drawn.join("\n")}
</g></svg>
</svg>
`;
}

const lengthOf = (frames: readonly Frame[], rest: number): number => (frames.at(-1)?.at ?? 0) + rest;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)}s`;

function keyframes(frames: readonly Frame[], rest: number, width: number): string {
  const whole = lengthOf(frames, rest);
  const steps = frames.map(
    ({ at }, index) => `${round((at / whole) * 100)}% { transform: translateX(${-index * width}px) }`,
  );
  return `@keyframes play { ${steps.join(" ")} 100% { transform: translateX(${-(frames.length - 1) * width}px) } }\n`;
}

/** Most rows are in many frames, and some of them move up: each is drawn once. */
function useOf(rows: Map<string, string>, line: string, row: number): string {
  if (line === "") return "";
  const id = rows.get(line) ?? `r${rows.size}`;
  rows.set(line, id);
  return `<use href="#${id}" y="${row * HEIGHT}"/>`;
}

function drawStretch({ column, width, text, ink }: Stretch): string {
  const x = round(MARGIN + column * WIDTH);
  const long = round(width * WIDTH);
  const ground =
    ink.ground === null
      ? ""
      : `<rect x="${x}" y="0" width="${long}" height="${HEIGHT}" fill="${ink.ground}"/>`;
  if (text.trim() === "") return ground;
  // Told how long it is, a text stands in its columns whatever the font is.
  const place = `x="${x}" y="${BASE}" textLength="${long}" lengthAdjust="spacingAndGlyphs"`;
  return `${ground}<text ${place}${styleOf(ink)} xml:space="preserve">${escaped(text)}</text>`;
}

function styleOf({ color, bold, dim, italic, underline }: Ink): string {
  const style = [
    color === null ? "" : `fill:${color}`,
    bold ? "font-weight:700" : "",
    dim ? "opacity:.65" : "",
    italic ? "font-style:italic" : "",
    underline ? "text-decoration:underline" : "",
  ].filter((part) => part !== "");
  return style.length === 0 ? "" : ` style="${style.join(";")}"`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
