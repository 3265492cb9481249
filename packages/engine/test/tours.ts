import { setTimeout as wait } from "node:timers/promises";
import type { CliName } from "./agent-clis.ts";
import type { ModelApi } from "./model-api/server.ts";
import { fail, type Step, shell, text, tool } from "./model-api/step.ts";
import { until } from "./processes.ts";
import type { Seat, SeatWish } from "./seat.ts";
import { clear, ready, SECONDS, still, turn, waiting } from "./tour-steps.ts";

/*
 * The ways through what the programs show. Each is a generator that stops
 * where the screen is worth keeping, and says what it is to be called.
 */

type Tour = (seat: Seat, api: ModelApi) => AsyncGenerator<string, void, void>;

export interface Journey {
  readonly name: string;
  readonly clis: readonly CliName[];
  readonly wish?: Omit<SeatWish, "api">;
  readonly tour: Tour;
}

const ALL: readonly CliName[] = ["claude", "codex", "opencode", "gemini"];
const WORK = `node -e "setTimeout(() => {}, 20000)"`;
const LONG =
  "Please look at the parser first, then at the printer, and then at everything that the two of them have in " +
  "common, and say which of the three is the reason for the wrong line numbers that people see.";
const LINES = Array.from({ length: 30 }, (_, index) => `${index + 1}: the quick brown fox`).join("\n");

/** In the box, behind its sign. */
const LETTER = /[❯›┃>*]\s*x\s/;

async function* drafts(own: Seat): AsyncGenerator<string> {
  await own.start();
  await own.until("anything", /\S/, SECONDS);
  yield "starting";
  await own.idle(SECONDS);
  // The box is there before it listens.
  await own.keys("x");
  await own.until("a letter", LETTER, SECONDS);
  await clear(own, (screen) => LETTER.test(screen));
  await still(own);
  yield "ready";
  const all = {
    draft: "Fix the parser, please",
    "draft-long": LONG,
    "draft-of-many-lines": "Fix these:\n- a\n- b",
  };
  for (const [name, words] of Object.entries(all)) {
    await own.paste(words);
    const holds = (screen: string) => screen.includes(words.slice(0, 9)) || screen.includes("[Pasted");
    await own.until(name, holds, SECONDS);
    await still(own);
    yield name;
    await clear(own, holds);
  }
  await own.paste(LINES);
  await own.until("the paste", /30|Pasted|quick/);
  await still(own);
  yield "draft-pasted";
}

async function* work(own: Seat, api: ModelApi): AsyncGenerator<string> {
  await ready(own);
  await turn(own, api, "think about it", { kind: "hang" });
  await waiting(own);
  yield "busy-waiting";
  api.release();
  await own.idle(SECONDS);
  const story = Array.from({ length: 60 }, (_, index) => `This is sentence ${index + 1}.`).join(" ");
  await turn(own, api, "tell me", text(story, { chunks: 60, pause: 150 }));
  await own.until("a part of it", /sentence 9/, SECONDS);
  yield "busy-streaming";
  await own.until("all of it", /sentence 60/, SECONDS);
  await own.idle(SECONDS);
  await still(own);
  yield "answered";
  api.script(own.place.key, [shell(WORK, { text: "I will run it." }), text("It ran.")]);
  await own.say("run it");
  await own.until("the tool", /setTimeout|background terminal/, SECONDS);
  yield "busy-tool";
  await own.paste("And one more thing.");
  await own.until("the draft", /one more thing/, SECONDS);
  await wait(1_000);
  yield "busy-draft";
  await own.keys("Enter");
  await wait(2_000);
  yield "busy-queued";
  await own.until("the end", /It ran\./, SECONDS);
  await own.idle(SECONDS);
  // Some begin another turn for what they were told in the meantime.
  await still(own);
  await turn(own, api, "wait for review", text("Nothing to do.\nWAITING-UNTIL: 2099-06-13T19:30:00Z"));
  await own.until("the declared wait", /WAITING-UNTIL/, SECONDS);
  await own.idle(SECONDS);
  await still(own);
  yield "waiting";
  await turn(own, api, "never mind", { kind: "hang" });
  await waiting(own);
  await own.keys("Escape");
  if (own.cli === "opencode") {
    await wait(500);
    await own.keys("Escape");
  }
  await own.idle(SECONDS);
  await still(own);
  yield "interrupted";
}

/** Words in answers that look like what the program itself shows. */
const QUOTES: Readonly<Record<string, string>> = {
  "quotes-work":
    "It printed:\n\n* Working (3s • esc to interrupt)\n✻ Thinking… (esc to interrupt)\nesc interrupt",
  "quotes-a-dialog":
    "It asks:\n\nDo you want to proceed?\n❯ 1. Yes\n  2. No\n\nEnter to confirm · Esc to cancel",
  "quotes-trouble":
    "The log says:\n\nAPI Error: 529 Overloaded · retrying in 4s · attempt 3/10\nYou've hit your usage limit",
  "quotes-a-box": "So it looks:\n\n❯ a message that nobody typed\n› another one",
};

async function* quotes(own: Seat, api: ModelApi): AsyncGenerator<string> {
  await ready(own);
  for (const [name, words] of Object.entries(QUOTES)) {
    await turn(own, api, `what was ${name.replaceAll("-", " ")}`, text(words));
    await own.until("the answer", (screen) => screen.includes(words.split("\n")[0] ?? ""), SECONDS);
    await still(own);
    yield name;
  }
}

/** A failure that ends the turn, or that the program tries again for ever. */
const trouble = (name: string, step: Step, sign: RegExp): Journey => ({
  name,
  clis: ["claude", "codex", "opencode"],
  async *tour(own, api) {
    await ready(own);
    await turn(own, api, "go on", step);
    await own.until(name, sign, SECONDS);
    // An error ends the turn, but some show it a moment before.
    if (name.startsWith("error-")) await still(own);
    yield name;
  },
});

async function* asking(own: Seat, api: ModelApi): AsyncGenerator<string> {
  await ready(own);
  await turn(own, api, "make it", shell("touch made"));
  await own.until("its question", own.program.asking, SECONDS);
  yield "permission";
}

const QUESTION = {
  question: "Which parser?",
  header: "Parser",
  options: [
    { label: "The old one", description: "It works" },
    { label: "The new one", description: "It is faster" },
  ],
};

async function* question(own: Seat, api: ModelApi): AsyncGenerator<string> {
  await ready(own);
  const name = own.cli === "claude" ? "AskUserQuestion" : "question";
  await turn(own, api, "which one", tool(name, { questions: [{ ...QUESTION, multiSelect: false }] }));
  await own.until("its question", /The new one/, SECONDS);
  yield "question";
}

async function* compaction(own: Seat, api: ModelApi): AsyncGenerator<string> {
  await ready(own);
  await turn(own, api, "read it all", text("I read it.", { usage: { input: 990_000 } }));
  await own.until("the answer", /I read it/, SECONDS);
  api.side({ kind: "hang" });
  await turn(own, api, "and now", { kind: "hang", repeat: 3 });
  await own.until("that it compacts", /[Cc]ompact/, SECONDS);
  yield "compacting";
}

async function* exited(own: Seat, api: ModelApi): AsyncGenerator<string> {
  await ready(own);
  await turn(own, api, "hello", text("Hello."));
  await own.until("the answer", /Hello\./, SECONDS);
  await own.idle(SECONDS);
  await own.say(own.cli === "gemini" ? "/quit" : "/exit");
  const dead = () => own.tmux("display-message", "-p", "-t", "seat", "#{pane_dead}");
  await until("it is over", async () => (await dead()) === "1", SECONDS);
  yield "exited";
}

/** A dialog at the start, brought about by what is missing in the home. */
const first = (
  name: string,
  clis: readonly CliName[],
  wish: Omit<SeatWish, "api">,
  sign: RegExp,
): Journey => ({
  name,
  clis,
  wish,
  async *tour(own) {
    await own.start();
    await own.until(name, sign, SECONDS);
    yield name;
  },
});

async function* onboarding(own: Seat): AsyncGenerator<string> {
  await own.start();
  await own.until("the choice of a theme", /Choose the text style/, SECONDS);
  yield "theme";
  await own.keys("Enter");
  await own.until("the notes", /Press Enter to continue/, SECONDS);
  yield "security-notes";
}

const onboarded = { ".claude.json": '{ "hasCompletedOnboarding": true, "hasSeenAutoDefaultNotice": true }' };
const settings = (auth: object) => ({ ".gemini/settings.json": JSON.stringify({ security: auth }) });

export const JOURNEYS: readonly Journey[] = [
  { name: "drafts", clis: ALL, tour: drafts },
  { name: "work", clis: ALL, tour: work },
  { name: "quotes", clis: ALL, tour: quotes },
  { name: "permission", clis: ALL, wish: { asks: true }, tour: asking },
  { name: "question", clis: ["claude", "opencode"], tour: question },
  { name: "compaction", clis: ["claude", "opencode"], tour: compaction },
  { name: "exited", clis: ALL, tour: exited },
  trouble("retrying", fail("overloaded", { repeat: 20 }), /retrying|Reconnecting/i),
  trouble("error-thinking", fail("thinking400", { repeat: 9 }), /cannot be modified/),
  trouble("error-credit", fail("credit", { repeat: 9 }), /credit balance|Credit/),
  trouble("limited", fail("limit", { repeat: 9 }), /429|usage limit|retrying in/i),
  first("trust", ["claude"], { bare: true, files: onboarded }, /trust/),
  first(
    "trust",
    ["gemini"],
    { bare: true, files: settings({ auth: { selectedType: "gemini-api-key" } }) },
    /trust/i,
  ),
  first("login", ["codex"], { bare: true }, /Sign in/),
  first(
    "login",
    ["gemini"],
    { bare: true, files: settings({ folderTrust: { enabled: false } }) },
    /authenticate/i,
  ),
  { name: "onboarding", clis: ["claude"], wish: { bare: true }, tour: onboarding },
];
