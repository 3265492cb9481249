import type { Finding } from "../diagnostics/finding.ts";
import type { AgentsToml } from "./schema.ts";

const FIELDS = ["minute", "hour", "day of month", "month", "day of week"];

/** Holds every schedule against the library that will run it. The library is loaded only when there is a schedule. */
export async function scheduleFindings(file: AgentsToml): Promise<readonly Finding[]> {
  const scheduled = Object.entries(file.agents).flatMap(([name, { schedule }]) =>
    schedule === undefined ? [] : [{ path: ["agents", name, "schedule"], schedule }],
  );
  if (scheduled.length === 0) return [];
  const { CronPattern } = await import("croner");
  const complaint = (fields: readonly string[]): string | null => {
    try {
      new CronPattern(fields.join(" "), "UTC", { mode: "5-part" });
      return null;
    } catch (error) {
      // The library says no by throwing.
      return error instanceof Error ? error.message : String(error);
    }
  };
  return scheduled.flatMap(({ path, schedule }): readonly Finding[] => {
    const fields = [...schedule.matchAll(/\S+/g)].map(({ 0: field, index }) => ({ field, index }));
    if (fields.length !== FIELDS.length) {
      const message = `a schedule has five fields, this one has ${fields.length}`;
      return [{ code: "FL0225", path, message, help: `write ${FIELDS.join(", ")}, as in "0 3 * * 6"` }];
    }
    const bad = fields.filter(
      ({ field }, nth) => complaint(FIELDS.map((_, at) => (at === nth ? field : "*"))) !== null,
    );
    if (bad.length === 0 && complaint(fields.map(({ field }) => field)) !== null) {
      return [{ code: "FL0225", path, message: `\`${schedule}\` is not a schedule` }];
    }
    return bad.map(({ field, index }) => {
      const name = FIELDS[fields.findIndex((other) => other.index === index)];
      return {
        code: "FL0225",
        path,
        within: [index, index + field.length],
        message: `\`${field}\` is not a ${name}`,
      };
    });
  });
}
