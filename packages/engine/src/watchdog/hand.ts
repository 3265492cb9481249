import path from "node:path";
import type { News } from "../host/relay.ts";
import type { Handoff } from "../project.ts";
import { handedIn, isMissed, messagesFor, REWRITTEN } from "../watch/handoff.ts";
import { isTurnBegun, runningTurns } from "../watch/plan.ts";
import type { Records } from "../watch/records.ts";
import type { Host } from "./host.ts";

/** Turns what agents pushed into messages for those who wait for it. Queued first, remembered after: a crash between repeats the queueing, which changes nothing. */
export async function hand(before: Records, host: Host): Promise<Records> {
  const { relay, site } = host;
  const handoff = site.project.loop?.handoff ?? null;
  if (relay === null || handoff === null) return before;
  let records = before;
  for (const news of relay.take()) records = await receive(records, news, handoff, host);
  ask(records, host);
  const remote = relay.watchable();
  if (remote !== null) {
    host.wakes.on(path.join(remote, "refs/heads", path.dirname(handoff.branch)));
    host.wakes.on(remote, (file) => file === "packed-refs");
  }
  return records;
}

async function receive(records: Records, news: News, handoff: Handoff, host: Host): Promise<Records> {
  const at = host.clock.now();
  switch (news.is) {
    case "trouble":
      await host.store.journal([{ at, agent: null, what: "handoffs-unread", because: news.because }]);
      return records;
    case "baseline": {
      const { seen, turn, because, drained } = news;
      // Nobody waited for it, as the remote did not answer: what the loops have pushed since their start counts.
      if (
        records.handoff !== null &&
        records.handoff.turn !== turn &&
        isTurnBegun(records, host.site.project)
      )
        return records;
      const late =
        drained.length === 0
          ? []
          : [{ at, agent: null, what: "handoffs-seen", head: seen, commits: drained }];
      await host.store.journal([...late, { at, agent: null, what: "handoffs-from", seen, because }]);
      return { ...records, handoff: { seen, turn }, rewritten: null };
    }
    case "rewritten": {
      const { from, head, turn, rewriting } = news;
      const { branch } = handoff;
      await host.store.journal([
        { at, agent: null, what: "history-rewritten", branch, from, head, ...rewriting },
        { at, agent: null, what: "handoffs-from", seen: head, because: REWRITTEN },
      ]);
      const rewritten = isMissed(rewriting) ? rewriting : null;
      return { ...records, handoff: { seen: head, turn }, rewritten };
    }
    case "gain": {
      const messages = messagesFor(news.gain, handoff, news.turn, at);
      for (const message of messages)
        await host.store.queue(message, records.agents[message.to]?.mail?.id ?? null);
      const commits = news.gain.commits.map(({ sha, subject }) => ({ sha, subject }));
      const entry = { at, agent: null, what: "handoffs-seen", head: news.gain.head, commits };
      await host.store.journal([entry]);
      // Whoever waited for what is gone has something to go on with.
      const rewritten = handedIn(commits).length > 0 ? null : records.rewritten;
      return { ...records, handoff: { seen: news.gain.head, turn: news.turn }, rewritten };
    }
    default:
      return news satisfies never;
  }
}

/** A new phase starts from where the branch is when the last run of the old one has ended. */
function ask(records: Records, { relay, site, clock }: Host): void {
  const { course, handoff } = records;
  if (relay === null || course === null || course.complete !== null) return;
  const begun = isTurnBegun(records, site.project);
  if (begun || runningTurns(records, site.project).length === 0)
    relay.poll(handoff, course.turn, !begun, clock.read().steady);
}
