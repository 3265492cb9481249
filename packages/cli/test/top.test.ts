import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FLEET, type OwnFleet, ownFleet } from "./own-fleet.ts";
import { type Person, sitDown } from "./terminal.ts";

let own: OwnFleet;

beforeAll(async () => {
  own = await ownFleet({
    blog: { writer: "" },
    shop: { ada: "", bob: "at start: ask Trust this folder?" },
  });
  await own.fleet("up", "--all");
}, 120_000);

afterAll(() => own.dispose(), 60_000);

/** A person who looks at `fleet top`, and has something on their screen from before. */
async function atTop(env: Readonly<Record<string, string>> = {}, size = {}): Promise<Person> {
  const person = await sitDown(own.home, { ...own.env, ...env }, size);
  await person.type(`echo be""fore; ${FLEET} top; echo "left with $?"`);
  await person.sees(/^fleet {2}2 projects, 3 agents/m);
  return person;
}

const selected = (screen: string): string => /^›.*/m.exec(screen)?.[0] ?? "";
const stateOf = async (name: string) => {
  const { agents } = JSON.parse((await own.fleet("status", "shop", "--json")).stdout);
  return agents.find((one: { name: string }) => one.name === name);
};

describe("fleet top", () => {
  it("shows first who asks, moves by keys, and tells why", async () => {
    const person = await atTop();
    const lines = (await person.sees("! 1 needs you")).split("\n");
    expect(lines[1]).toMatch(/^ {3}shop +2 RUNNING$/);
    expect(lines[2]).toMatch(/^›! {3}bob +asking +\S+ +asks: Trust this folder\?$/);
    await person.sees("type: fleet attach shop bob");
    await person.sees(/\d\d:\d\d:\d\d {2}shop bob +asks: Trust this folder\?/);
    await person.press("j");
    expect(selected(await person.sees(/^›.*ada/m))).toMatch(/ready/);
    await person.press("w");
    expect(await person.sees("── why shop/ada")).not.toContain("›");
    await person.sees("it may be idle as long as it likes");
    await person.press("q");
    await person.sees(/^›.*ada/m);
    await person.press("/", "w", "r", "i", "t", "e", "r");
    const [list] = (await person.sees("only: writer")).split("──");
    expect(list).not.toContain("shop");
    await person.press("Escape");
    await person.sees(/^›.*ada/m);
    await person.press("l");
    await person.sees("── log of shop/ada");
    await person.press("C-c");
    await person.sees("left with 130");
  }, 60_000);

  it("restarts after a question only, sends, and says what came of it", async () => {
    const person = await atTop();
    await person.press("Down");
    await person.sees(/^›.*ada/m);
    const { pid } = await stateOf("ada");
    await person.press("r");
    await person.sees("restart shop/ada?");
    await person.press("n");
    await person.sees("nothing was restarted");
    expect((await stateOf("ada")).pid).toBe(pid);
    await person.press("s");
    await person.type("hello there");
    await person.sees(/shop\/ada: confirmed [0-9a-f]{7}/);
    expect(await own.heard("shop", "ada")).toContain("hello there");
    await person.press("l");
    await person.sees(/── log of shop\/ada[\s\S]*hello there/);
    await person.press("q");
    await person.press("r", "y");
    await person.sees(/shop: ada +resumed/);
    expect((await stateOf("ada")).pid).not.toBe(pid);
    await person.press("q");
    await person.sees("left with 0");
  }, 60_000);

  it("is at an agent's terminal and back, and goes on with what has happened meanwhile", async () => {
    const person = await atTop();
    await person.press("Enter");
    await person.sees("to leave: C-b");
    expect(await person.screen()).toContain("Trust this folder?");
    // The dialog's own key.
    await person.press("Enter");
    await person.sees("answered: 1");
    expect(await own.heard("shop", "bob")).toContain("dialog:");
    await person.press("C-b", "d");
    await person.sees("all is well");
    await person.press("q");
    await person.sees("left with 0");
    expect(await person.ask("#{alternate_on}#{cursor_flag}")).toBe("01");
  }, 60_000);

  it("fits another size at once, has no colours where none are wanted, and gives the terminal back as it was", async () => {
    const person = await atTop({ NO_COLOR: "1" });
    expect(await person.ask("#{alternate_on}#{cursor_flag}")).toBe("10");
    await person.resize(60, 14);
    await expect
      .poll(async () => (await person.screen()).split("\n").at(-1), { timeout: 30_000 })
      .toMatch(/^\? keys/);
    expect((await person.screen()).split("\n")).toHaveLength(14);
    await person.resize(120, 30);
    await person.sees(/─{100}/);
    expect(await person.styled()).not.toMatch(/\[(?:\d+;)*3[0-7][;m]/);
    await person.press("q");
    const after = await person.sees("left with 0");
    expect(after).toContain("before");
    expect(after).not.toContain("2 projects");
    expect(await person.ask("#{alternate_on}#{cursor_flag}#{wrap_flag}")).toBe("011");
    await person.type("echo $((40 + 2))");
    await person.sees(/^42$/m);
  }, 60_000);

  it("follows fleet.toml as it changes, as soon as it is in order", async () => {
    const person = await atTop();
    const file = path.join(own.home, "fleet.toml");
    const before = await readFile(file, "utf8");
    await mkdir(path.join(own.home, "new"));
    await writeFile(
      path.join(own.home, "new/agents.toml"),
      '[defaults]\nsession_prefix = "new-"\nlog_dir = ".s"\nbackend = "demo"\n[agents.carl]\nkind = "persistent"\n',
    );
    await writeFile(file, `${before}[[project]]\nname = `);
    await writeFile(file, `${before}[[project]]\nname = "new"\npath = "new"\nengine = "workspace"\n`);
    await person.sees(/^fleet {2}3 projects, 4 agents/m);
    await writeFile(file, before);
    await person.sees(/^fleet {2}2 projects, 3 agents/m);
    await person.press("q");
    await person.sees("left with 0");
  }, 60_000);

  it("gives the terminal back when it is told to end", async () => {
    const person = await atTop();
    process.kill(await person.front(), "SIGTERM");
    await person.sees("left with 130");
    expect(await person.ask("#{alternate_on}#{cursor_flag}")).toBe("01");
  }, 60_000);

  it("gives the terminal back when it breaks, and the reason is there to read", async () => {
    const person = await sitDown(own.home, own.env);
    const screen = path.join(import.meta.dirname, "../src/top/screen.ts");
    const heard = "{ onKey() {}, onResize() {}, onGone() {} }";
    const code = `import { openScreen } from "${screen}"; openScreen({}, ${heard}); setTimeout(() => { throw new Error("bro" + "ken"); }, 100);`;
    await person.type(
      `clear; ${process.execPath} --conditions=source --input-type=module -e '${code}'; echo "left with $?"`,
    );
    expect(await person.sees("left with 1")).toContain("Error: broken");
    expect(await person.ask("#{alternate_on}#{cursor_flag}")).toBe("01");
    await person.type("echo $((40 + 2))");
    await person.sees(/^42$/m);
  }, 60_000);

  it("without a terminal fails, and names what works there", async () => {
    expect(await own.fleet("top")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("fleet status --watch"),
    });
  });
});
