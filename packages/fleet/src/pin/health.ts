import { z } from "zod";

/** What an engine answers to `status --json`, as far as an upgrade needs it; of any version. */
const Look = z.looseObject({
  phase: z.looseObject({ state: z.string() }).nullable().catch(null),
  agents: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.string().catch(""),
      state: z.string(),
      pid: z.int().nullable().catch(null),
      why: z.string().catch(""),
    }),
  ),
  watchdog: z
    .looseObject({
      epoch: z.int(),
      version: z.string().catch(""),
      stale: z.boolean().catch(false),
      trouble: z.string().nullable().catch(null),
    })
    .nullable(),
  keeper: z.looseObject({ deaths: z.int() }).nullable().catch(null),
});
export type Look = z.output<typeof Look>;

/** Null for what is no answer. */
export function parseLook(text: string): Look | null {
  try {
    const parsed = Look.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** "lost": it will not become well by waiting. */
export type Verdict = { readonly is: "well" } | { readonly is: "not-yet" | "lost"; readonly because: string };

/** So often a watchdog may die after an upgrade, or be started. */
const MOST_DEATHS = 3;

/** Is somebody there who works, or would be started again? */
export const isUp = ({ watchdog, keeper }: Look): boolean => watchdog !== null || keeper !== null;

/** Those of whom an upgrade must not lose one. A task ends by itself. */
export const workersIn = ({ agents }: Look): readonly string[] =>
  agents.flatMap(({ name, kind, state }) => (state === "RUNNING" && kind !== "task" ? [name] : []));

/** Is a project as well as before, under a watchdog of the wanted version? Null: its engine did not answer. */
export function judge(before: Look, now: Look | null, version: string): Verdict {
  if (now === null) return notYet("its engine does not answer");
  const { watchdog, keeper } = now;
  if (watchdog === null) {
    const deaths = (keeper?.deaths ?? 0) - (before.keeper?.deaths ?? 0);
    return deaths >= MOST_DEATHS
      ? { is: "lost", because: `its watchdog died ${deaths} times` }
      : notYet("nobody watches it");
  }
  const births = before.watchdog === null ? 0 : watchdog.epoch - before.watchdog.epoch;
  if (births > MOST_DEATHS) return { is: "lost", because: `its watchdog had to be started ${births} times` };
  if (watchdog.version !== version)
    return notYet(`its watchdog runs ${watchdog.version}, and not ${version} yet`);
  if (before.watchdog !== null && births < 1) return notYet("its watchdog is the one from before");
  if (watchdog.trouble !== null) return notYet(`its watchdog is in trouble: ${watchdog.trouble}`);
  if (watchdog.stale) return notYet("its watchdog hangs");
  return judgeAgents(before, now);
}

function judgeAgents(before: Look, { phase, agents }: Look): Verdict {
  // When all phases are done, its agents may end.
  if (phase?.state === "complete" && before.phase?.state !== "complete") return { is: "well" };
  for (const name of workersIn(before)) {
    const agent = agents.find((one) => one.name === name);
    if (agent === undefined) return notYet(`${name} is not known any more`);
    if (agent.state !== "RUNNING") return notYet(`${name} does not run: ${agent.why || agent.state}`);
  }
  return { is: "well" };
}

const notYet = (because: string): Verdict => ({ is: "not-yet", because });
