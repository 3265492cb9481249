import { defineCommand, type World } from "../command/command.ts";
import { oneLine } from "../diagnostics/safe-text.ts";
import { closest } from "../diagnostics/suggest.ts";
import { type Bulletins, createBulletins, limitsFolder } from "../host/bulletins.ts";
import { Failure } from "../problem.ts";
import { type LimitInForce, limitsInForce } from "../watch/logins.ts";
import { DEFAULT_POLICY } from "../watch/policy.ts";
import type { Instant } from "../watch/time.ts";
import { ANSWER_VERSION, jsonFlag } from "./common.ts";
import { columns } from "./render.ts";
import { toIso } from "./say.ts";

export const limits = defineCommand({
  name: "limits",
  about: "show which logins are at a usage limit, in all projects of yours; or say that one is not any more",
  operands: "[clear] [login]",
  flags: { ...jsonFlag, all: { type: "boolean", about: "clear: every login" } },
  examples: [
    ["agents limits", "a line for each login: whose, until when, and who met it"],
    ["agents limits clear claude:3f9a0c2b1d4e", "its agents are started and told things again, from now on"],
    ["agents limits clear --all", "of every login"],
  ],
  async run([verb, login], { json = false, all = false }, world) {
    const bulletins = open(world);
    const now = Date.now();
    const known = [...limitsInForce((await bulletins?.read(now)) ?? [], DEFAULT_POLICY, now).values()];
    if (verb === undefined) {
      world.out(json ? answer(known) : render(known, now));
      return 0;
    }
    if (verb !== "clear" || bulletins === null)
      throw new Failure("WRONG_USAGE", `limits knows no "${verb}"`, {
        hint: "limits, or limits clear LOGIN",
      });
    const those = all ? known : pick(known, login);
    await clear(bulletins, those, now);
    world.out(
      json ? answer(those) : those.map((one) => `${one.login} (${oneLine(one.says)}) may go on\n`).join(""),
    );
    if (those.length === 0) world.err("note: no login is at a usage limit\n");
    return 0;
  },
});

const open = ({ env }: World): Bulletins | null => {
  const folder = limitsFolder(env);
  return folder === null ? null : createBulletins(folder, "cleared");
};

function pick(known: readonly LimitInForce[], login: string | undefined): readonly LimitInForce[] {
  if (login === undefined)
    throw new Failure("WRONG_USAGE", "limits clear needs a login, or --all", {
      hint:
        known.length === 0 ? "none is at a limit" : `at a limit: ${known.map((one) => one.login).join(", ")}`,
    });
  const those = known.filter((one) => one.login === login);
  if (those.length > 0) return those;
  const meant = closest(
    login,
    known.map((one) => one.login),
  );
  throw new Failure("UNKNOWN_NAME", `no login "${oneLine(login)}" is at a usage limit`, {
    hint: meant === null ? "see them: limits" : `did you mean ${meant}?`,
  });
}

/** A person's word counts as a turn that went well, and nobody is let go late for it. */
async function clear(bulletins: Bulletins, those: readonly LimitInForce[], at: Instant): Promise<void> {
  if (those.length === 0) return;
  const before = await bulletins.own();
  const answered = before.answered.filter(({ login }) => !those.some((one) => one.login === login));
  await bulletins.write({
    limits: [],
    answered: [...answered, ...those.map(({ login }) => ({ login, at, cleared: true }))],
  });
}

const answer = (limits: readonly LimitInForce[]): string =>
  `${JSON.stringify({
    schema_version: ANSWER_VERSION,
    limits: limits.map((limit) => ({
      login: limit.login,
      says: limit.says,
      by: limit.by,
      since: toIso(limit.since),
      until: limit.until === null ? null : toIso(limit.until),
      let_go: toIso(limit.over),
    })),
  })}\n`;

function render(limits: readonly LimitInForce[], now: Instant): string {
  if (limits.length === 0) return "no login is at a usage limit\n";
  const rows = limits.map((limit) => [
    limit.login,
    oneLine(limit.says),
    limit.until === null
      ? "nobody knows until when"
      : `until ${toIso(limit.until).slice(0, 16)}Z${limit.until > now ? `, in ${sayMinutes(limit.until - now)}` : ""}`,
    `as ${oneLine(limit.by)} met it`,
    `let go from ${toIso(limit.over).slice(0, 16)}Z on`,
  ]);
  return columns(rows)
    .map((row) => `${row}\n`)
    .join("");
}

function sayMinutes(left: number): string {
  const minutes = Math.ceil(left / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
