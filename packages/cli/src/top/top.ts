import { setTimeout as wait } from "node:timers/promises";
import type { World } from "@fleet/engine";
import type { FoundFleet } from "@fleet/fleet";
import { act, attach, read } from "./errands.ts";
import { followFleet, type Scope } from "./lookout.ts";
import { isAscii } from "./paint.ts";
import { type Key, press } from "./press.ts";
import type { Board } from "./rows.ts";
import { openScreen, type Screen } from "./screen.ts";
import { BEGINNING, type Errand, type Reading, type State, withText } from "./state.ts";
import { sightOf, view } from "./view.ts";

/** Countdowns go by seconds. What is drawn is written only where it is other than before. */
const TICK = 1_000;
/** An open log is read anew after so long, and after longer where that takes long. */
const REREAD = { pause: 2_000, share: 10 } as const;

/** Shows the fleet until the person has seen enough. Resolves to the exit code. */
export async function runTop(choose: () => Promise<Scope>, world: World): Promise<number> {
  let scope = await choose();
  const over = new AbortController();
  const own: World = { ...world, signal: AbortSignal.any([world.signal, over.signal]) };
  let board: Board = { looked: scope.projects.length === 0, projects: [], happened: [] };
  let state: State = BEGINNING;
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<number>();
  /** What breaks in an event is this command's failure, and not the end of the process with the screen as it is. */
  const safely = (work: () => void) => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  const draw = () => screen.show(view(board, state, screen.size(), Date.now()));
  const change = (how: (before: State) => State) => {
    state = how(state);
    draw();
  };
  const take = (key: Key) => {
    const step = press(state, key, sightOf(board, state, screen.size()));
    change(() => step.state);
    if (step.errand?.do === "quit") end(step.errand.exit);
    else if (step.errand !== null)
      run(step.errand, { found: scope.found, world: own, screen, change }).catch(fail);
  };
  const screen = openScreen(
    { color: world.color, ascii: isAscii(world.env) },
    { onKey: (key) => safely(() => take(key)), onResize: () => safely(draw), onGone: () => end(130) },
  );
  const ticks = setInterval(() => safely(draw), TICK);
  world.signal.addEventListener("abort", () => end(130), { once: true });
  try {
    safely(draw);
    followFleet(scope, choose, own, (seen, of) => {
      board = seen;
      scope = of;
      safely(draw);
    }).catch(fail);
    return await (world.signal.aborted ? 130 : ended);
  } finally {
    clearInterval(ticks);
    over.abort();
    screen.close();
  }
}

interface Stage {
  readonly found: FoundFleet;
  readonly world: World;
  readonly screen: Screen;
  change(how: (before: State) => State): void;
}

async function run(errand: Exclude<Errand, { readonly do: "quit" }>, stage: Stage): Promise<void> {
  const { found, world, screen, change } = stage;
  const note = (said: State["note"]) => change((before) => ({ ...before, note: said }));
  switch (errand.do) {
    case "read":
      return keepReading(errand, stage);
    case "attach":
      return note(await screen.during(() => attach(found, errand, world)));
    case "send":
    case "restart": {
      const verb = errand.do === "send" ? "sending to" : "restarting";
      const whom = errand.agent === null ? errand.project : `${errand.project}/${errand.agent}`;
      note({ text: `${verb} ${whom} …`, tone: "quiet" });
      return note(await act(found, errand, world));
    }
    default:
      return errand satisfies never;
  }
}

/** As long as the person has it open. */
async function keepReading(reading: Reading, { found, world, change }: Stage): Promise<void> {
  for (let isOpen = true; isOpen; ) {
    const began = performance.now();
    const text = await read(found, reading, world);
    change((before) => withText(before, reading, text));
    const pause = Math.max(REREAD.pause, (performance.now() - began) * REREAD.share);
    await wait(pause, undefined, { signal: world.signal }).catch(() => {});
    if (world.signal.aborted) return;
    change((before) => {
      isOpen = before.mode.is === "text" && before.mode.reading === reading;
      return before;
    });
  }
}
