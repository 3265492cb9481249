import { type Figure, figure, median, ms, quantile, say } from "./figures.ts";
import { measureHandoffs, measureHealing, measureLoad, measurePeer, measureUp } from "./measures.ts";
import { installedPeers } from "./peers.ts";
import { measureReading } from "./reading.ts";

async function upFigures(counts: readonly number[]): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const count of counts) {
    say(`up of ${count} …`);
    const { ours, floor } = await measureUp(count);
    const most = count >= 1000 ? 1.5 : 2;
    const ratio = ours / floor;
    const target = { target: `≤ ${most} × tmux`, met: count < 100 ? null : ratio <= most };
    figures.push(figure(`up of ${count} agents`, ms(ours), { floor: `tmux ${ms(floor)}`, ratio, ...target }));
  }
  return figures;
}

async function healingFigures(counts: readonly number[], times: number): Promise<readonly Figure[]> {
  const peers = await installedPeers();
  const figures: Figure[] = [];
  for (const count of counts) {
    say(`death among ${count} …`);
    const pauses = await measureHealing(count, times);
    const most = count >= 1000 ? 30 : 10;
    const met = median(pauses) <= most;
    const ours = `${ms(median(pauses))}, p99 ${ms(quantile(pauses, 0.99))}`;
    figures.push(figure(`death → running, ${count}`, ours, { target: `≤ ${most} ms`, met }));
    for (const peer of count > 100 ? [] : peers) {
      const theirs = await measurePeer(peer, count, Math.min(times, 5));
      const ratio = median(pauses) / median(theirs);
      figures.push(figure(`  the same`, ours, { floor: `${peer.name} ${ms(median(theirs))}`, ratio }));
    }
  }
  return figures;
}

async function handoffFigures(times: number): Promise<readonly Figure[]> {
  say("handoffs …");
  const latencies = await measureHandoffs(times);
  const slowest = quantile(latencies, 0.99);
  const ours = `${ms(median(latencies))}, p99 ${ms(slowest)}`;
  return [figure("push → submitted", ours, { target: "p99 ≤ 1 s", met: slowest <= 1_000 })];
}

async function loadFigures(counts: readonly number[], seconds: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const count of counts) {
    say(`${count} demo agents, idle for ${seconds} s …`);
    const load = await measureLoad(count, seconds);
    const ratio = load.fullTick / load.capture;
    const [cpu, memory] = count >= 1000 ? [0.5, 80] : [0.1, 60];
    figures.push(
      figure(`a tick that looks at ${count} screens`, ms(load.fullTick), {
        floor: `capture ${ms(load.capture)}`,
        ratio,
        target: "≤ 1.5 × one batched capture",
        met: ratio <= 1.5,
      }),
      figure(`a quiet tick, ${count}`, ms(load.quietTick)),
      figure(`programs started by a tick, ${count}`, String(load.programs), {
        target: "the same for any number",
        met: load.programs <= 3,
      }),
      figure(`idle, ${count}`, `${load.idle.toFixed(2)} %`, { target: `≤ ${cpu} %`, met: load.idle <= cpu }),
      figure(`RSS of the watchdog, ${count}`, `${load.rss.toFixed(0)} MB`, {
        target: `≤ ${memory} MB`,
        met: load.rss <= memory,
      }),
    );
  }
  return figures;
}

/** Where every screen has changed: one that has not is not read again. */
const readingFigures = (times: number): readonly Figure[] =>
  ["claude", "codex", "opencode", "gemini"].map((cli) =>
    figure(`reading 100 screens of ${cli}`, ms(median(measureReading(cli, 100, times)))),
  );

export interface LoopSizes {
  readonly agents: readonly number[];
  /** Seconds. */
  readonly idle: number;
  readonly times: number;
}

/** How fast the watchdog is. */
export const loopFigures = async ({ agents, idle, times }: LoopSizes): Promise<readonly Figure[]> => [
  ...readingFigures(times),
  ...(await upFigures(agents)),
  ...(await healingFigures(
    agents.filter((count) => count >= 100),
    times,
  )),
  ...(await handoffFigures(times)),
  ...(await loadFigures(agents, idle)),
];
