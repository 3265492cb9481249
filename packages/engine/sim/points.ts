/** Where a watchdog may be struck: before and after everything that it does to the world. */
export interface Point {
  readonly effect: string;
  readonly when: "before" | "after";
}

interface Both {
  readonly before: Point;
  readonly after: Point;
}

const known = new Map<string, Both>();

/** Both points of an effect: the same ones whenever they are asked for. */
export function pointsOf(effect: string): Both {
  const found = known.get(effect) ?? {
    before: { effect, when: "before" },
    after: { effect, when: "after" },
  };
  known.set(effect, found);
  return found;
}

export const nameOf = ({ effect, when }: Point): string => `${effect} ${when}`;

const EFFECTS = [
  ...["disk.write", "disk.append", "disk.copy", "disk.move", "disk.remove"],
  ...["tmux.panes", "tmux.screens", "tmux.claim", "tmux.open", "tmux.close", "tmux.paste", "tmux.press"],
  "tmux.end",
  ...["processes", "signal", "run", "git.head", "git.fetch", "git.gain", "git.text"],
];

/** Every point where a watchdog is made to die by some seed. */
export const POINTS: readonly Point[] = EFFECTS.flatMap((effect) => {
  const { before, after } = pointsOf(effect);
  return [before, after];
});
