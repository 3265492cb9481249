import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { openSpool, type Spool } from "../src/notify/spool.ts";
import type { Notice } from "../src/notify/think/notice.ts";
import { ownDirectory } from "./own.ts";

const notice = (id: string): Notice => ({
  id,
  event: "failed",
  project: "demo",
  agent: "ada",
  at: 1_000,
  text: "FAILED",
  command: null,
});

const idsOf = (spool: Spool) => spool.waiting().map(({ id }) => id);

it("takes each notice once, wherever it is by now, and whoever opens it", async () => {
  const folder = await ownDirectory();
  const spool = openSpool(folder);
  await spool.add([notice("a"), notice("b")]);
  await openSpool(folder).add([notice("a")]);
  expect(idsOf(spool)).toEqual(["a", "b"]);
  await spool.begin({ id: "d", at: 5, notices: [notice("a")] });
  await openSpool(folder).add([notice("a")]);
  expect(idsOf(openSpool(folder))).toEqual(["b"]);
  const under = spool.underway();
  if (under === null) throw new Error("nothing is under way");
  await spool.end({ ...under, ended: 6 }, "done");
  await openSpool(folder).add([notice("a"), notice("b")]);
  expect([idsOf(openSpool(folder)), spool.underway(), spool.lastMade()]).toEqual([["b"], null, 5]);
});

it("holds a notice back that is under way, though a crash left it among those that wait", async () => {
  const folder = await ownDirectory();
  const spool = openSpool(folder);
  await spool.add([notice("a"), notice("b")]);
  const [name = ""] = await readdir(path.join(folder, "new"));
  await rename(path.join(folder, "new", name), path.join(folder, "kept"));
  await spool.begin({ id: "d", at: 5, notices: [notice("a")] });
  await rename(path.join(folder, "kept"), path.join(folder, "new", name));
  const after = openSpool(folder);
  expect([idsOf(after), after.underway()?.id]).toEqual([["b"], "d"]);
  await after.end(
    { id: "d", at: 5, notices: [notice("a")], tries: 1, because: null, next: 0, ended: 6 },
    "done",
  );
  expect([idsOf(after), after.underway()]).toEqual([["b"], null]);
});

it("passes over what is no notice of ours", async () => {
  const folder = await ownDirectory();
  await mkdir(path.join(folder, "new"), { recursive: true });
  await writeFile(path.join(folder, "new/000000000000001-x.json"), "{");
  await writeFile(path.join(folder, "new/README"), "hello");
  const spool = openSpool(folder);
  await spool.add([notice("a")]);
  expect(idsOf(spool)).toEqual(["a"]);
});

it("puts the oldest aside when more wait than anybody will read", async () => {
  const folder = await ownDirectory();
  await mkdir(path.join(folder, "new"), { recursive: true });
  for (let nth = 1; nth <= 1000; nth++)
    await writeFile(
      path.join(folder, `new/${String(nth).padStart(15, "0")}-n${nth}.json`),
      JSON.stringify(notice(`n${nth}`)),
    );
  const spool = openSpool(folder);
  await spool.add([notice("last")]);
  const ids = idsOf(spool);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([1000, "n2", "last"]);
  expect(spool.last("bad", 10)).toMatchObject([{ id: "n1", because: "more than 1000 notices waited" }]);
});
