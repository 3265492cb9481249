import { type Checked, checkSnapshot } from "./check.ts";
import { takeSnapshot } from "./snapshot.ts";

/** Looks at the whole fleet around a folder, and says everything that is wrong. @throws Failure FILE_MISSING */
export const checkFleet = async (cwd: string): Promise<Checked> => checkSnapshot(await takeSnapshot(cwd));
