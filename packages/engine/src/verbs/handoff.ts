import { defineCommand, type World } from "../command/command.ts";
import { createGit } from "../host/git.ts";
import { createMirror } from "../host/mirror.ts";
import type { Store } from "../host/store.ts";
import { Failure } from "../problem.ts";
import type { Handoff } from "../project.ts";
import { type Commit, REWRITTEN, type Standing, standingIn } from "../watch/handoff.ts";
import { type Message, PLAIN } from "../watch/message.ts";
import {
  ANSWER_VERSION,
  asOnlyCommand,
  changeWishes,
  configFlag,
  jsonFlag,
  openRunning,
  personIn,
} from "./common.ts";

export const handoff = defineCommand({
  name: "handoff",
  about: "tell agents again of the claims and reviews of this phase that stand",
  operands: "<replay>",
  flags: {
    ...configFlag,
    ...jsonFlag,
    since: { type: "string", about: "all after this commit, answered or not", value: "SHA" },
  },
  examples: [
    ["agents handoff replay", "what nobody has answered yet"],
    ["agents handoff replay --since 3f2a1c9", "every claim and review after that commit"],
  ],
  async run([verb], { config, json, since }, world) {
    if (verb !== "replay")
      throw new Failure("WRONG_USAGE", `handoff knows no "${verb}"`, { hint: "agents handoff replay" });
    if (since !== undefined && !/^[0-9a-f]{7,64}$/.test(since))
      throw new Failure("WRONG_USAGE", `--since takes a commit id of at least 7 hex digits, not "${since}"`);
    const site = await openRunning(config, world);
    const declared = site.project.loop?.handoff ?? null;
    if (declared === null) throw new Failure("WRONG_USAGE", `${site.name} has no [loop.handoff]`);
    const standing = await asOnlyCommand(site, "handoff", async (store) => {
      const commits = await commitsOf(store, declared, since, world);
      const found = standingIn(commits, declared, since !== undefined);
      await replay(store, found, world);
      return found;
    });
    const told = standing.map(({ sha, to }) => ({ sha, to }));
    if (json) world.out(`${JSON.stringify({ schema_version: ANSWER_VERSION, project: site.name, told })}\n`);
    else if (told.length === 0) world.out("nothing stands\n");
    else for (const { sha, to } of told) world.out(`${sha.slice(0, 7)} ${to}\n`);
    return 0;
  },
});

/** From the mirror, as the watchdog last fetched it: what an agent is told of it can pull. */
async function commitsOf(
  store: Store,
  declared: Handoff,
  since: string | undefined,
  { env }: World,
): Promise<readonly Commit[]> {
  const mirror = createMirror(createGit(env), store.at("mirror.git"), "", declared.branch);
  const beginnings = since === undefined ? await beginningsOf(store) : [since];
  for (const from of beginnings) {
    const gain = await mirror.gain(from, declared);
    if (gain !== null) return gain.commits;
  }
  const names = beginnings.map((from) => from.slice(0, 7)).join(", ");
  throw new Failure("UNKNOWN_NAME", `${names} is not in the history of ${declared.branch}`, {
    hint: `see the mirror: git --git-dir ${store.at("mirror.git")} log refs/remotes/origin/${declared.branch}`,
  });
}

/** Where the handoffs of this phase begin; and where history was rewritten since, the place from which on it is another, "" for all of it. */
async function beginningsOf(store: Store): Promise<readonly string[]> {
  const entries = await store.recent();
  const began = entries.findLastIndex(
    ({ what, because }) => what === "handoffs-from" && because !== REWRITTEN,
  );
  const bases = entries
    .slice(began + 1)
    .filter(({ what }) => what === "history-rewritten")
    .map(({ base }) => (typeof base === "string" ? base : ""));
  const seen = entries[began]?.seen;
  const beginnings = typeof seen === "string" ? [seen, ...bases] : bases;
  if (beginnings.length > 0) return beginnings;
  throw new Failure("AGENT_FAILED", "it is not known where the handoffs of this phase begin", {
    hint: "say it: agents handoff replay --since SHA",
  });
}

/** Each under an id of its own, for under its old one it was told. */
async function replay(store: Store, standing: readonly Standing[], world: World): Promise<void> {
  if (standing.length === 0) return;
  const at = Date.now();
  const turn = (await store.records()).course?.turn ?? null;
  for (const { to, text } of standing) {
    const id = crypto.randomUUID().slice(0, 7);
    const message: Message = { ...PLAIN, id, to, at, from: "person", text, turn };
    await store.queue(message);
  }
  const commits = standing.map(({ sha }) => sha);
  await changeWishes(store, (before) => ({ ...before, replay: { at, by: personIn(world), commits } }));
}
