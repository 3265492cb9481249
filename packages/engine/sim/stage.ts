import path from "node:path";
import type { Duration } from "../src/watch/time.ts";
import { type Dog, type Strike, startDog } from "./dog.ts";
import { nameOf, type Point } from "./points.ts";
import type { World } from "./world.ts";

/** Who runs the watchdogs: the keeper, people, and whatever kills them. */
export interface Stage {
  /** The watchdog that the keeper keeps; null while there is none. */
  dog(): Dog | null;
  /** How the kept one ended by itself the last time. */
  over(): string | null;
  /** When a watchdog last looked at the panes. */
  looked(): Duration;
  start(): void;
  /** A second one, behind the lock's back. */
  startSecond(): void;
  /** Two have run at a time. Only the lock, which was gone around, keeps the files of one from the other. */
  rivals(): boolean;
  /** The kept one dies, and is started again unless the keeper has gone too. */
  kill(withKeeper?: boolean): void;
  /** The next time that this point is reached, this happens to the watchdog there. */
  ambush(point: Point, how: Ambush): void;
  /** Whatever it does next takes this long. */
  delay(duration: Duration): void;
  /** No event of the file system comes until then. */
  deafen(duration: Duration): void;
  /** What is remembered is torn at the next death. */
  tear(how: "cut" | "empty"): void;
  /** Every point that was passed, and those where somebody died. */
  readonly passed: ReadonlySet<string>;
  readonly died: Map<string, number>;
}

/** It dies there; or it is held up for so long, and meanwhile a rival begins. */
export type Ambush = "die" | { readonly rival: Duration };

/** As the keeper's own. */
const PAUSES: readonly Duration[] = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000];

/** Files that nobody waits for. There are many more events of these than of all others. */
const UNHEARD: ReadonlySet<string> = new Set(["records.json", "records.json.before", "journal.jsonl"]);

export function createStage(world: World): Stage {
  const { hours, files } = world;
  const instances = world.chance.fork("instances");
  const passed = new Set<Point>();
  const died = new Map<string, number>();
  const ambushes: { readonly point: Point; readonly how: Ambush }[] = [];
  let kept: Dog | null = null;
  let second: Dog | null = null;
  let keeper = false;
  let over: string | null = null;
  let pauses = PAUSES;
  let began: Duration = 0;
  let held: Duration = 0;
  let deafUntil: Duration = 0;
  let tearing: "cut" | "empty" | null = null;
  let births = 0;
  let rivals = false;
  let looked: Duration = 0;

  const strike: Strike = (point, dog) => {
    if (point.effect === "tmux.panes") looked = hours.now();
    passed.add(point);
    const index = ambushes.findIndex((one) => one.point === point);
    const how = ambushes[index]?.how ?? null;
    if (how !== null) ambushes.splice(index, 1);
    if (how !== null && how !== "die") {
      stage.startSecond();
      return how.rival;
    }
    if (how === "die") {
      const name = nameOf(point);
      died.set(name, (died.get(name) ?? 0) + 1);
      world.tell({ what: "fault", kind: `crash ${name}` });
      bury(dog);
      return "die";
    }
    const taken = held;
    if (point.effect !== "signal") held = 0;
    return taken;
  };

  const bury = (dog: Dog) => {
    dog.kill();
    world.disturbed = Math.max(world.disturbed, hours.now());
    if (dog === second) second = null;
    if (dog !== kept) return;
    kept = null;
    world.tell({ what: "unwatched", because: "killed", error: null });
    if (tearing !== null) tear(tearing);
    restart();
  };

  const tear = (how: "cut" | "empty") => {
    tearing = null;
    const file = path.join(world.site.state, "records.json");
    const text = files.texts.get(file);
    if (text === undefined || !files.texts.has(`${file}.before`)) return;
    files.texts.set(file, how === "cut" ? text.slice(0, text.length >> 1) : "");
    world.tell({ what: "torn" });
  };

  const restart = () => {
    if (!keeper) return;
    if (hours.now() - began >= 60_000) pauses = PAUSES;
    const [pause = 30_000, ...later] = pauses;
    if (later.length > 0) pauses = later;
    // Node itself takes a moment.
    hours.after(pause + 150, () => {
      if (keeper && kept === null) bear();
    });
  };

  const birth = (then: (how: string | null, error: unknown) => void) =>
    startDog(world, {
      strike,
      instance: () => `i-${++births}-${instances.int(1000, 9999)}`,
      alone: () => kept === null || second === null,
      ended: then,
    });

  const bear = () => {
    if (second?.epoch === 0) {
      hours.after(1_000, () => {
        if (keeper && kept === null) bear();
      });
      return;
    }
    began = hours.now();
    over = null;
    const dog = birth((how, error) => {
      if (kept !== dog) return;
      kept = null;
      world.tell({ what: "unwatched", because: how ?? "broke", error });
      if (how === null) restart();
      else {
        keeper = false;
        over = how;
      }
    });
    kept = dog;
  };

  files.onChange((file) => {
    if (hours.now() < deafUntil || UNHEARD.has(path.basename(file))) return;
    hours.after(1, () => {
      for (const dog of [kept, second]) dog?.notice(path.dirname(file), path.basename(file));
    });
  });
  world.hear((event) => {
    if (event.what !== "pushed" || hours.now() < deafUntil) return;
    hours.after(1, () => {
      for (const dog of [kept, second]) dog?.notice(`${world.url}/refs/heads`, "main");
    });
  });

  const stage: Stage = {
    dog: () => kept,
    over: () => over,
    looked: () => looked,
    get passed() {
      return new Set([...passed].map(nameOf));
    },
    died,
    start() {
      if (keeper) return;
      keeper = true;
      pauses = PAUSES;
      bear();
    },
    startSecond() {
      // Between reading an epoch and writing the next, only the lock keeps two apart.
      if (second !== null || kept === null || kept.epoch === 0) return;
      const dog = birth((how, error) => {
        if (second === dog) second = null;
        world.tell({ what: "unwatched", because: `second ${how ?? "broke"}`, error });
      });
      second = dog;
      rivals = true;
    },
    rivals: () => rivals,
    kill(withKeeper = false) {
      if (withKeeper) {
        keeper = false;
        if (second !== null) bury(second);
      }
      if (kept !== null) bury(kept);
    },
    ambush: (point, how) => ambushes.push({ point, how }),
    delay: (duration) => {
      held = duration;
    },
    deafen: (duration) => {
      deafUntil = hours.now() + duration;
    },
    tear: (how) => {
      tearing = how;
    },
  };
  return stage;
}
