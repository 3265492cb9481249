import type { Size } from "./cells.ts";
import type { Studio } from "./studio.ts";

/** A picture of docs/pictures: what a person types in a place with three projects, and what is waited for. */
export interface Scene {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly title: string;
  readonly size: Size;
  /** Only the end of it is drawn. */
  readonly still?: true;
  /** What happens in the place before, unseen. Commands of a shell. */
  before?(run: (line: string) => string): void;
  play(studio: Studio): Promise<void>;
}

/** Waits for it, and not for ever. */
const soon = (condition: string): string => `timeout 60 sh -c "until ${condition}; do sleep 0.2; done"`;

/** In this order: what one leaves behind is what the next one shows. */
export const SCENES: readonly Scene[] = [
  {
    name: "up",
    title: "a project with two agents, from up to the end of its phases",
    size: { columns: 96, rows: 24 },
    async play({ type, until, linger }) {
      await type("fleet up shop --follow");
      await until(/complete after[\s\S]*\$\s*$/, 240);
      await linger(200);
    },
  },
  {
    name: "status",
    title: "three projects: who needs you first, and what to type",
    size: { columns: 120, rows: 13 },
    still: true,
    before(run) {
      run("fleet up docs billing");
      run("fleet send --no-wait billing builder 'demo: ask Delete the old invoices?'");
    },
    async play({ type, until }) {
      await type("fleet status");
      await until(/billing[\s\S]*\$\s*$/);
      await type("fleet status billing");
      await until(/watchdog[\s\S]*\$\s*$/);
    },
  },
  {
    name: "top",
    title: "the whole fleet, live",
    size: { columns: 100, rows: 24 },
    before: (run) =>
      void run(
        "fleet down shop && rm -rf projects/shop/.ao-state projects/shop/clones projects/shop/remote.git && fleet up shop",
      ),
    async play({ type, until, press, linger }) {
      await type("fleet top");
      await until(/asks/);
      await linger(1_500);
      for (let line = 0; line < 4; line++) {
        await press("Down");
        await linger(500);
      }
      await linger(3_000);
      await press("w");
      await linger(2_500);
      await press("q");
      await linger(3_000);
    },
  },
  {
    name: "why",
    title: "why an agent is as it is",
    size: { columns: 130, rows: 16 },
    still: true,
    before(run) {
      run("fleet send --no-wait billing adversary 'demo: die 3'");
      run(soon("fleet events billing adversary | grep -q 'died'"));
      run(soon("fleet status billing --json | grep -q waiting"));
    },
    async play({ type, until }) {
      await type("fleet why billing adversary -n 8");
      await until(/next:[\s\S]*\$\s*$/);
    },
  },
  {
    name: "validate",
    title: "a slip in an agents.toml",
    size: { columns: 96, rows: 18 },
    still: true,
    before: (run) => void run("sed -i 's/heal+stall/heal+stal/' projects/docs/agents.toml"),
    async play({ type, until }) {
      await type("fleet validate");
      await until(/explain[\s\S]*\$\s*$/);
    },
  },
];
