import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { agentsToml, ownDirectory, ownProject, until } from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\n';

/** An agent that is ready, and shows something that nobody has ever seen as soon as it may. */
async function ownStranger() {
  const folder = path.join(await ownDirectory(), "acme");
  const stranger = path.join(folder, "stranger.sh");
  const toml = agentsToml(ADA).replace("[backends.demo]", `[backends.demo]\ncommand = ["sh", "${stranger}"]`);
  const project = await ownProject(
    toml,
    {
      "stranger.sh": `printf '  Hello.\\n❯ '
while [ ! -e ${folder}/changed ]; do sleep 0.05; done
printf '\\033[2J\\033[HThe zebra of zoe@acme.org\\n%s\\n' ${folder}
for line in 1 2 3 4 5 6 7 8 9 10 11; do echo; echo "$line"; done
printf 'Acknowledge the new terms'
sleep 1000`,
    },
    folder,
  );
  return { project, change: () => writeFile(path.join(folder, "changed"), "") };
}

/** As if it had been so for that long. */
async function age(state: string, by: number): Promise<void> {
  const store = createStore(state);
  const records = await store.records();
  const { ada } = records.agents;
  if (ada?.run == null || ada.seen === null) throw new Error("nobody has looked at ada");
  const run = { ...ada.run, since: ada.run.since - by };
  const shown = { ...ada.seen.shown, since: ada.seen.shown.since - by };
  await store.save({ ...records, agents: { ada: { ...ada, run, seen: { ...ada.seen, shown } } } });
}

it("tells once that no rule has known a screen for ten minutes, and what to do about it", async () => {
  const { project, change } = await ownStranger();
  const first = await project.watchdog();
  await project.up();
  await change();
  const shown = async () => (await createStore(project.state).records()).agents.ada?.seen?.shown.mood;
  await until("its screen is not known", async () => (await shown()) === "unclear");
  expect((await project.agent("ada")).is).toBe("working");
  await first.kill();
  await age(project.state, 600_000);

  await project.watchdog();
  const told = async () => (await project.journal("decided")).filter(({ is }) => is === "unread");
  await until("it is told", async () => (await told()).length > 0);
  await project.looks(5);
  expect(await told()).toMatchObject([{ agent: "ada", does: [], rule: "screen: no rule" }]);
  const note = "note: no rule of demo knows what ada shows; make a test case of it: fleet record acme ada\n";
  expect(await project.run(["status"])).toMatchObject({ code: 0, err: note });
  const { out } = await project.run(["why", "ada"]);
  expect(out).toContain(note);
  expect(out).toMatch(/ada has shown since .* what no rule knows.* fleet record \(by its screen: no rule\)/);
  expect(await project.agent("ada")).toMatchObject({ why: "shows a screen that no rule knows" });
});

it("makes a test case of a screen, without what is nobody else's business", async () => {
  const { project, change } = await ownStranger();
  await project.watchdog();
  await project.up();
  await change();
  const recorded = async () => JSON.parse((await project.run(["record", "ada"])).out);
  await until("it shows it", async () => (await recorded()).screen.join("\n").includes("Acknowledge"));
  const { screen, ...facts } = await recorded();
  expect(facts).toEqual({
    schema_version: 1,
    backend: "demo",
    version: null,
    engine: expect.any(String),
    size: "200x50",
    title: expect.any(String),
    reading: { mood: "unclear", draft: null, final: null, running: null, rule: null },
  });
  expect(screen.slice(0, 4)).toEqual([
    "The xxxxx of xxx@xxxx.xxx",
    project.home.replaceAll(/[a-z]/g, "x").replaceAll(/[A-Z]/g, "X").replaceAll(/\d/g, "0"),
    "",
    "1",
  ]);
  expect(screen).toContain("Acknowledge the new terms");

  const file = path.join(await ownDirectory(), "case.json");
  const ran = await project.run(["record", "ada", "--to", file]);
  expect(ran).toMatchObject({ code: 0, err: expect.stringContaining("look it over") });
  expect(ran.out).toBe(`${file}: demo of no known version, unclear (no rule knows this screen)\n`);
  expect(JSON.parse(await readFile(file, "utf8")).screen).toEqual(screen);
});

it("records nothing of who does not run", async () => {
  const { project } = await ownStranger();
  const ran = await project.run(["record", "ada"]);
  expect([ran.code, ran.out, ran.err]).toEqual([1, "", expect.stringContaining("ada does not run")]);
  expect(await project.run(["record", "eve"])).toMatchObject({ code: 2 });
});
