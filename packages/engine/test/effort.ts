import process from "node:process";

/** Seconds of the processor that this took: on a busy machine the clock on the wall says nothing of the program. */
export async function effortOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}
