import headless from "@xterm/headless";

/** Characters side by side that look the same. */
export interface Stretch {
  readonly column: number;
  /** In columns of the terminal: a wide character takes two. */
  readonly width: number;
  readonly text: string;
  readonly ink: Ink;
}

export interface Ink {
  readonly color: string | null;
  readonly ground: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What a terminal of this size shows of a text with escape sequences: its rows, each in stretches. */
export async function cellsOf(
  text: string,
  { columns, rows }: Size,
): Promise<readonly (readonly Stretch[])[]> {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  // The end of the last row is not the beginning of another one.
  await new Promise<void>((resolve) => terminal.write(text.replace(/\n$/, ""), resolve));
  const screen = terminal.buffer.active;
  const lines = Array.from({ length: rows }, (_, row) =>
    stretchesOf(screen.getLine(screen.baseY + row), columns),
  );
  terminal.dispose();
  return lines;
}

type Line = ReturnType<InstanceType<typeof headless.Terminal>["buffer"]["active"]["getLine"]>;
type Cell = NonNullable<ReturnType<NonNullable<Line>["getCell"]>>;

function stretchesOf(line: Line, columns: number): readonly Stretch[] {
  const found: Stretch[] = [];
  for (let column = 0; column < columns; column++) {
    const cell = line?.getCell(column);
    // The second half of a wide character.
    if (cell === undefined || cell.getWidth() === 0) continue;
    const one = { column, width: cell.getWidth(), text: cell.getChars() || " ", ink: inkOf(cell) };
    const last = found.at(-1);
    if (last === undefined || !isSame(last.ink, one.ink)) found.push(one);
    else found[found.length - 1] = { ...last, width: last.width + one.width, text: last.text + one.text };
  }
  return found.map(withoutEnd).filter(({ text }) => text !== "");
}

/** Blanks without a ground are not seen, and most rows end with them. */
function withoutEnd(stretch: Stretch): Stretch {
  if (stretch.ink.ground !== null) return stretch;
  const text = stretch.text.trimEnd();
  return { ...stretch, text, width: stretch.width - (stretch.text.length - text.length) };
}

function inkOf(cell: Cell): Ink {
  const color = colorOf(cell.isFgPalette(), cell.isFgRGB(), cell.getFgColor());
  const ground = colorOf(cell.isBgPalette(), cell.isBgRGB(), cell.getBgColor());
  const style = {
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
  };
  if (cell.isInverse() === 0) return { color, ground, ...style };
  return { color: ground ?? GROUND, ground: color ?? INK, ...style };
}

const isSame = (one: Ink, other: Ink): boolean =>
  one.color === other.color &&
  one.ground === other.ground &&
  one.bold === other.bold &&
  one.dim === other.dim &&
  one.italic === other.italic &&
  one.underline === other.underline;

export const GROUND = "#0d1117";
export const INK = "#d5dae1";

/** The sixteen that a terminal has names for; readable on a dark ground. */
const NAMED = [
  ...["#484f58", "#ff7b72", "#56d364", "#e3b341", "#79b8ff", "#d2a8ff", "#56d4dd", "#c9d1d9"],
  ...["#8b949e", "#ffa198", "#7ee787", "#f2cc60", "#a5d6ff", "#e2c5ff", "#8be9f0", "#ffffff"],
];

function colorOf(isPalette: boolean, isRgb: boolean, value: number): string | null {
  if (isRgb) return hex(value >> 16, (value >> 8) & 255, value & 255);
  if (!isPalette) return null;
  if (value < 16) return NAMED[value] ?? null;
  if (value >= 232) return hex(...triple(8 + (value - 232) * 10));
  const step = (part: number) => (part === 0 ? 0 : 55 + part * 40);
  const cube = value - 16;
  return hex(step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6));
}

const triple = (value: number) => [value, value, value] as const;

const hex = (...parts: readonly number[]): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
