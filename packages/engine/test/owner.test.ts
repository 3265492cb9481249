import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it, onTestFinished } from "vitest";
import { claude } from "../src/backends/claude/claude.ts";
import { ownerOf } from "../src/host/owner.ts";
import { ownDirectory, until } from "./real.ts";

it("finds who has a conversation open by its command line, as long as it lives", async () => {
  const conversation = crypto.randomUUID();
  expect(await ownerOf(conversation, {}, {})).toBeNull();
  const other = execa("sh", ["-c", "read _", "sh", "--resume", conversation], { reject: false });
  onTestFinished(() => {
    other.kill("SIGKILL");
  });
  expect(await until("it is found", async () => (await ownerOf(conversation, {}, {})) ?? false)).toBe(
    other.pid,
  );
  expect(await ownerOf(conversation.slice(0, 8), {}, {})).toBeNull();
  other.kill("SIGKILL");
  await other;
  expect(await ownerOf(conversation, {}, {})).toBeNull();
});

it("finds it by what the program keeps on record, where that process is alive", async () => {
  const home = await ownDirectory();
  const folder = path.join(home, ".claude/sessions");
  await mkdir(folder, { recursive: true });
  const note = (name: string, pid: number, sessionId: string) =>
    writeFile(path.join(folder, name), JSON.stringify({ pid, sessionId }));
  const [open, stale] = [crypto.randomUUID(), crypto.randomUUID()];
  await note("1.json", process.pid, open);
  await note("2.json", 2 ** 22 + 1, stale);
  await writeFile(path.join(folder, "3.json"), "{");
  expect(await ownerOf(open, claude, { HOME: home })).toBe(process.pid);
  expect(await ownerOf(stale, claude, { HOME: home })).toBeNull();
  expect(await ownerOf(open, claude, { HOME: `${home}/nobody` })).toBeNull();
});
