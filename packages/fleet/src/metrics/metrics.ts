import { setTimeout as wait } from "node:timers/promises";
import { Failure, notWritable, type World, writeWhole } from "@fleet/engine";
import { type FoundFleet, findFleet } from "../find.ts";
import { createMeter } from "./collect.ts";
import { readAddress, serveMetrics } from "./serve.ts";
import { type MetricsFormat, textOf } from "./text.ts";

export interface MetricsWanted {
  /** Null: the format that who reads it there is sure to know. */
  readonly format: MetricsFormat | null;
  /** Absolute. */
  readonly file: string | null;
  /** In milliseconds; null: once. */
  readonly every: number | null;
  readonly listen: string | null;
  readonly exposed: boolean;
}

const SHORTEST = 1_000;

/** Says how the fleet does, as text: once, into a file, or to who asks at a port. */
export async function tellMetrics(found: FoundFleet, wanted: MetricsWanted, world: World): Promise<void> {
  const { format, file, every, listen, exposed } = wanted;
  const meter = createMeter(found.root, world, { keep: listen !== null || file !== null });
  let known = found;
  const measure = async (readable: MetricsFormat): Promise<string> => {
    known = await renewed(known);
    return textOf(await meter.measure(known), format ?? readable);
  };
  if (listen !== null) {
    const said = (url: string) => world.err(`fleet: metrics at ${url}\n`);
    return serveMetrics(readAddress(listen, exposed), measure, { signal: world.signal, said });
  }
  if (file === null) return world.out(await measure("openmetrics"));
  do {
    const text = await measure("prometheus");
    // Whoever collects it is seldom who wrote it.
    await writeWhole(file, text, 0o644).catch((error: unknown) => {
      throw because(error, file);
    });
    if (every !== null)
      await wait(Math.max(every, SHORTEST), undefined, { signal: world.signal }).catch(() => {});
  } while (every !== null && !world.signal.aborted);
}

/** As fleet.toml says by now; one that was broken meanwhile leaves the last good one in force. */
const renewed = (known: FoundFleet): Promise<FoundFleet> =>
  findFleet(known.root, { strict: false }).catch((error: unknown) => {
    if (error instanceof Failure) return known;
    throw error;
  });

const because = (error: unknown, file: string): unknown =>
  (error as NodeJS.ErrnoException).code === "ENOENT"
    ? new Failure("NOT_WRITABLE", `${file} can't be written: there is no such folder`, { cause: error })
    : notWritable(file, error);
