import type { Duration } from "../src/watch/time.ts";
import { limit, limitElsewhere } from "./account.ts";
import { EDITS } from "./edits.ts";
import { bringUp, hold, order, wish } from "./people.ts";
import type { Point } from "./points.ts";
import type { Stage } from "./stage.ts";
import type { World } from "./world.ts";

/** Something that is made to go wrong, or that people do, at a time, to one agent. */
export interface Fault {
  readonly kind: FaultKind;
  readonly at: Duration;
  readonly agent: string;
  readonly amount: Duration;
  readonly point: Point | null;
}

const second = 1_000;
const minute = 60 * second;
/** Nothing that goes on for a while does so for longer. */
const LONGEST: Duration = 4 * minute;

export type Strikes = (world: World, stage: Stage, fault: Fault) => void;

/** What is done to a body only while it can suffer it. */
const body =
  (
    strike: (body: NonNullable<ReturnType<World["bodies"]["get"]>>, fault: Fault, world: World) => void,
  ): Strikes =>
  (world, _, fault) => {
    const found = world.bodies.get(fault.agent);
    if (found !== undefined && found.state !== "gone") strike(found, fault, world);
  };

const isUp = (state: string): boolean => ["busy", "idle", "waiting"].includes(state);

/** Up to two hours ahead, as after a sleep of the machine, or up to one back. */
const jumpOf = (amount: Duration): Duration => (amount % 3 === 0 ? -amount * 15 : amount * 30);

/** For a while, and then as before. */
const during =
  (begin: (world: World, fault: Fault) => void, end: (world: World, fault: Fault) => void): Strikes =>
  (world, _, fault) => {
    begin(world, fault);
    // Mostly short, and now and then as long as may be.
    world.hours.after(fault.amount ** 2 / LONGEST, () => end(world, fault));
  };

export const FAULTS = {
  ...EDITS,
  dies: body((one, { amount }) => one.exit(amount % 2)),
  "dies-with-orphans": body((one, { amount }) => one.exit(amount % 2, true)),
  wedges: body((one) => isUp(one.state) && one.agent.kind === "loop" && one.become("wedged")),
  "wedges-in-its-wait": body((one) => {
    if (one.state !== "busy" || one.agent.kind !== "loop") return;
    one.declare(90 * second);
    one.later(0, () => one.become("wedged"));
  }),
  "shows-a-fatal-error": body((one) => one.agent.kind === "loop" && isUp(one.state) && one.become("fatal")),
  "stays-limited": ({ bodies }, _, { agent, amount }) => limit(bodies, agent, amount, true),
  "is-limited": ({ bodies }, _, { agent, amount }) => limit(bodies, agent, amount, false),
  lies: body((one, { amount }, { hours }) => {
    if (one.agent.kind === "loop" && isUp(one.state))
      one.declare(0, hours.wall() + (amount % 2 === 0 ? 70 * 365 * 24 * 60 * minute : -10 * minute));
  }),
  spins: body((one, { amount }) => {
    if (one.agent.kind !== "loop" || !isUp(one.state)) return;
    one.become("busy");
    one.later(amount, () => one.limit(1));
  }),
  "is-typed-into": body((one, { amount }, world) => {
    if (one.state !== "waiting" && one.state !== "idle") return;
    if (one.draft !== "") return;
    one.type("a person's half a sentence");
    world.hours.after(amount, () => one.type(""));
  }),
  "is-scrolled": during(
    ({ machine, site }, { agent }) => machine.scroll(sessionOf(site, agent), true),
    ({ machine, site }, { agent }) => machine.scroll(sessionOf(site, agent), false),
  ),
  "swallows-enters": (world, _, { agent, amount }) => {
    world.quirksOf(agent).swallow = 1 + (amount % 6);
  },
  "shows-not-what-it-heard": (world, _, { agent }) => {
    world.quirksOf(agent).mute = true;
  },
  "dies-of-an-enter": (world, _, { agent }) => {
    world.quirksOf(agent).brittle = true;
  },
  "dies-at-each-start": (world, _, { agent, amount }) => {
    world.quirksOf(agent).mortal = world.hours.now() + 2 * amount;
    world.bodies.get(agent)?.exit(1);
  },
  "starts-slowly": (world, _, { agent, amount }) => {
    world.quirksOf(agent).slowBoot = 5 * second + (amount % (40 * second));
  },
  "never-gets-ready": (world, _, { agent }) => {
    world.quirksOf(agent).neverReady = true;
  },
  "asks-for-trust": (world, _, { agent, amount }) => {
    world.quirksOf(agent).trust = amount;
  },
  "ignores-term": (world, _, { agent }) => {
    for (const process of world.machine.processes.values())
      if (process.session === sessionOf(world.site, agent)) process.deaf = true;
    world.quirksOf(agent).ignoreTerm = true;
  },
  "can-not-resume": (world, _, { agent }) => {
    world.quirksOf(agent).refuseResume = true;
  },
  "does-not-push": (world, _, { agent }) => {
    world.quirksOf(agent).unpushed = true;
  },

  "history-is-rewritten": (world) => {
    if (world.repository.branch().length > 1) world.repository.force(1);
  },
  "commits-in-a-burst": (world, _, { amount }) => {
    for (let count = 0; count < 2 + (amount % 9); count++)
      world.push(world.repository.commit(`review(old.${count}): late`), "");
  },
  "git-fails": during(
    ({ repository }) => {
      repository.trouble = "fails";
    },
    ({ repository }) => {
      repository.trouble = null;
    },
  ),
  "git-hangs": during(
    ({ repository }) => {
      repository.trouble = "hangs";
    },
    ({ repository }) => {
      repository.trouble = null;
    },
  ),

  "watchdog-dies-at-a-point": (_, stage, { point }) => {
    if (point !== null) stage.ambush(point, "die");
  },
  "records-are-cut-at-a-point": (_, stage, { point }) => {
    stage.tear("cut");
    if (point !== null) stage.ambush(point, "die");
  },
  "watchdog-dies-as-it-begins": (_, stage, { amount, point }) => {
    if (amount % 2 === 0) stage.tear("cut");
    stage.kill();
    if (point !== null) stage.ambush(point, "die");
  },
  "rival-comes-at-a-point": (_, stage, { amount, point }) => {
    if (point !== null) stage.ambush(point, { rival: amount % (40 * second) });
  },
  "watchdog-dies": (_, stage) => stage.kill(),
  "records-are-cut": (_, stage) => {
    stage.tear("cut");
    stage.kill();
  },
  "records-are-empty": (_, stage) => {
    stage.tear("empty");
    stage.kill();
  },
  "events-are-lost": (_, stage, { amount }) => stage.deafen(amount),
  "a-tick-is-slow": (_, stage, { amount }) => stage.delay(amount % (90 * second)),
  "second-watchdog": (_, stage) => stage.startSecond(),
  "tmux-refuses": during(
    ({ machine }) => {
      machine.trouble = "refuses";
    },
    ({ machine }) => {
      machine.trouble = null;
    },
  ),
  "tmux-hangs": during(
    ({ machine }) => {
      machine.trouble = "hangs";
    },
    ({ machine }) => {
      machine.trouble = null;
    },
  ),
  "tmux-server-dies": (world, _, { amount }) => world.machine.loseServer(amount % 2 === 0),
  "disk-is-full": during(
    ({ files }) => files.refuse("ENOSPC"),
    ({ files }) => files.refuse(null),
  ),
  "disk-is-read-only": during(
    ({ files }) => files.refuse("EROFS"),
    ({ files }) => files.refuse(null),
  ),
  "clock-is-set": ({ hours }, _, { amount }) => hours.jump(jumpOf(amount)),
  "clock-is-set-while-nobody-watches"(world, stage, { amount }) {
    stage.kill();
    world.hours.jump(jumpOf(amount));
  },
  reboot(world, stage, { amount }) {
    stage.kill(true);
    world.machine.stop();
    world.hours.reboot();
    world.hours.after(amount, () => {
      stage.start();
    });
  },

  "foreign-session": (world, _, { agent }) => world.machine.openForeign(sessionOf(world.site, agent)),
  "person-restarts": (world, _, { agent }) => wish(world, [agent], "anew"),
  "person-stops-and-starts": (world, stage, { agent, amount }) => {
    wish(world, [agent], "down");
    world.hours.after(amount, () => {
      wish(world, [agent], "up");
      stage.start();
    });
  },
  "person-takes-all-down": (world, stage, { amount }) => {
    const names = wantedIn(world);
    wish(world, names, { off: true, drain: amount % 2 === 0 ? 0 : amount });
    stage.start();
    world.hours.after(2 * amount, () => bringUp(world, stage, names));
  },
  "person-drains": (world, stage, { agent, amount }) => {
    wish(world, [agent], { off: false, drain: amount });
    world.hours.after(2 * amount, () => {
      wish(world, [agent], "up");
      stage.start();
    });
  },
  "person-holds": (world, _, { amount }) => {
    // Half of them end by themselves, where no clock is set.
    hold(world, amount % 2 === 0 ? amount / 2 : 2 * amount);
    world.hours.after(amount, () => hold(world, null));
  },
  "another-project-meets-a-limit": (world, _, { amount }) => limitElsewhere(world, amount),
  "person-presses-enter": body((one) => one.press(["Enter"])),
  "message-is-garbled": ({ files, site }, _, { agent, amount }) =>
    files.put(`${site.state}/outbox/${agent}/new/${String(amount).padStart(15, "0")}-x.json`, "{"),
  "person-writes": (world, _, { agent, amount }) => order(world, agent, amount),
  "person-goes-to-a-phase": (world, _, { amount }) => {
    const phases = world.config.inForce().project.loop?.phases ?? [];
    const phase = phases[amount % Math.max(1, phases.length)];
    if (phase !== undefined) wish(world, [], { goto: phase.id });
  },
} satisfies Readonly<Record<string, Strikes>>;

export type FaultKind = keyof typeof FAULTS;

const wantedIn = ({ site }: World): readonly string[] =>
  site.project.agents.filter(({ enabled }) => enabled).map(({ name }) => name);

const sessionOf = ({ project }: World["site"], agent: string): string =>
  project.agents.find(({ name }) => name === agent)?.session ?? "";
