import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FLEET, type OwnFleet, ownFleet } from "./own-fleet.ts";
import { sitDown } from "./terminal.ts";

let own: OwnFleet;

beforeAll(async () => {
  own = await ownFleet({ shop: { ada: "", bob: null } });
  await own.fleet("up", "shop");
}, 120_000);

afterAll(() => own.dispose(), 60_000);

const windowOfAda = () =>
  own.tmux(
    "shop",
    "display-message",
    "-p",
    "-t",
    "=shop-ada:",
    "#{window_width}x#{window_height} #{pane_in_mode}",
  );
const pidOfAda = () => own.tmux("shop", "display-message", "-p", "-t", "=shop-ada:", "#{pane_pid}");
const clients = () => own.tmux("shop", "list-clients", "-F", "#{client_readonly}");

/** False when there is nobody to be told. */
function hangUp(pid: number): boolean {
  try {
    return process.kill(pid, "SIGHUP");
  } catch {
    return false;
  }
}

describe("fleet attach", () => {
  it("is the agent's own terminal: what is typed reaches it, and to leave it stops nothing", async () => {
    const before = await pidOfAda();
    const person = await sitDown(own.home, own.env);
    await person.type(`${FLEET} attach shop ada; echo "left with $?"`);
    // In a tmux of the person's own the keys to leave are those of the inner one, after the outer one's.
    await person.sees("to leave: C-b C-b d (nothing is stopped)");
    await person.type("good morning");
    await expect.poll(() => own.heard("shop", "ada"), { timeout: 30_000 }).toContain("good morning");
    expect(await windowOfAda()).toBe("80x23 0");
    // Who scrolls and goes leaves nothing that stands in the watchdog's way.
    await person.press("C-b", "[");
    await expect.poll(windowOfAda, { timeout: 30_000 }).toBe("80x23 1");
    await person.press("C-b", "d");
    await person.sees("left with 0");
    expect(await windowOfAda()).toBe("200x50 0");
    expect(await pidOfAda()).toBe(before);
  }, 60_000);

  it("read-only takes no key, and does not shrink the agent's window for a small terminal", async () => {
    const person = await sitDown(own.home, own.env, { columns: 50, rows: 15 });
    await person.type(`${FLEET} attach shop ada -r`);
    await person.sees("you only look");
    expect(await windowOfAda()).toBe("200x50 0");
    await person.type("nobody hears this");
    // A second one who may type has a window of their size, and after them it is as before.
    const other = await sitDown(own.home, own.env, { columns: 100, rows: 30 });
    await other.type(`${FLEET} attach shop ada`);
    await expect.poll(windowOfAda, { timeout: 30_000 }).toBe("100x29 0");
    await other.type("somebody hears this");
    await expect.poll(() => own.heard("shop", "ada"), { timeout: 30_000 }).toContain("somebody hears this");
    await other.press("C-b", "d");
    await expect.poll(windowOfAda, { timeout: 30_000 }).toBe("200x50 0");
    expect(await clients()).toBe("1");
    expect(await own.heard("shop", "ada")).not.toContain("nobody hears this");
    await person.press("C-b", "d");
    await expect.poll(clients, { timeout: 30_000 }).toBe("");
    expect(await windowOfAda()).toBe("200x50 0");
  }, 60_000);

  it("leaves nothing behind when the connection breaks, however often it is told", async () => {
    const person = await sitDown(own.home, own.env);
    await person.type(`${FLEET} attach shop ada`);
    await expect.poll(windowOfAda, { timeout: 30_000 }).toBe("80x23 0");
    const fleet = await person.front();
    // The kernel and the shell both say so, and it may take them a moment.
    for (let times = 0; times < 100 && hangUp(fleet); times++) await wait(2);
    await expect.poll(windowOfAda, { timeout: 30_000 }).toBe("200x50 0");
  }, 60_000);

  it.each<[string, readonly string[], number, RegExp]>([
    ["without a terminal", ["shop", "ada"], 2, /attach needs a terminal.*\n.*logs/],
    ["to nobody", ["shop", "adda"], 2, /shop has no agent "adda"\n.*did you mean ada\?/],
    ["to the watchdog", ["shop", "watchdog"], 2, /fleet logs shop watchdog/],
  ])("fails %s, and says what to do", async (_sentence, words, code, said) => {
    expect(await own.fleet("attach", ...words)).toMatchObject({ code, stderr: expect.stringMatching(said) });
  });

  it("to one that does not run fails, and says how to start it", async () => {
    const person = await sitDown(own.home, own.env);
    await person.type(`${FLEET} attach shop bob; echo "left with $?"`);
    const seen = await person.sees("left with 1");
    expect(seen).toContain("bob does not run");
    expect(seen).toContain("start it: fleet up shop");
  }, 60_000);
});
