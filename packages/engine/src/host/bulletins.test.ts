import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { ownDirectory } from "../../test/real.ts";
import { type Bulletin, NO_BULLETIN } from "../watch/logins.ts";
import { createBulletins, limitsFolder } from "./bulletins.ts";

const NOW = Date.now();
const said = (by: string): Bulletin => ({
  limits: [{ login: "claude:0123456789ab", says: "claude in ~/.claude", by, since: NOW, until: null }],
  answered: [],
});
const by = (bulletins: readonly Bulletin[]) =>
  bulletins.flatMap(({ limits }) => limits.map((one) => one.by)).sort();
const ownFolder = async () => path.join(await ownDirectory(), "state/fleet/limits");

it("is written whole by one, for its owner alone, and read by all", async () => {
  const folder = await ownFolder();
  const [shop, blog] = [createBulletins(folder, "shop"), createBulletins(folder, "blog")];
  expect([await shop.read(NOW), await shop.own()]).toEqual([[], NO_BULLETIN]);
  await shop.write(said("shop/ada"));
  await blog.write(said("blog/ada"));
  expect(by(await shop.read(NOW))).toEqual(["blog/ada", "shop/ada"]);
  expect(await createBulletins(folder, "shop").own()).toEqual(said("shop/ada"));
  await blog.write(said("blog/bob"));
  expect(by(await shop.read(NOW))).toEqual(["blog/bob", "shop/ada"]);
  const modes = execFileSync("stat", ["-c", "%a", folder, `${folder}/shop.json`], { encoding: "utf8" });
  expect(modes).toBe("700\n600\n");
});

it("believes no link, no pipe, no book, nothing that is no bulletin, and sweeps what is old", async () => {
  const folder = await ownFolder();
  const shop = createBulletins(folder, "shop");
  await shop.write(said("shop/ada"));
  const text = JSON.stringify(said("evil"));
  await writeFile(path.join(folder, "../evil.json"), text);
  await symlink("../evil.json", path.join(folder, "link.json"));
  execFileSync("mkfifo", [path.join(folder, "pipe.json")]);
  await writeFile(path.join(folder, "book.json"), text + " ".repeat(70_000));
  await writeFile(path.join(folder, "none.json"), "{".repeat(1000));
  await writeFile(path.join(folder, "text.txt"), text);
  await mkdir(path.join(folder, "folder.json"));
  await writeFile(path.join(folder, "old.json"), text);
  await utimes(path.join(folder, "old.json"), 1, 1);
  expect(by(await shop.read(NOW))).toEqual(["shop/ada"]);
  expect(await readdir(folder)).not.toContain("old.json");
});

it("neither believes nor writes to a folder that others may write in", async () => {
  const folder = await ownFolder();
  const shop = createBulletins(folder, "shop");
  await shop.write(said("shop/ada"));
  await chmod(folder, 0o777);
  expect(await shop.read(NOW)).toEqual([]);
  await expect(shop.write(said("shop/bob"))).rejects.toThrow("is not for its owner alone");
});

it("lies in the user's state folder, and nowhere for who has none", () => {
  expect(limitsFolder({ HOME: "/home/ada" })).toBe("/home/ada/.local/state/fleet/limits");
  expect(limitsFolder({ HOME: "/home/ada", XDG_STATE_HOME: "/s" })).toBe("/s/fleet/limits");
  expect(limitsFolder({ HOME: "/home/ada", XDG_STATE_HOME: "s" })).toBe(
    "/home/ada/.local/state/fleet/limits",
  );
  expect(limitsFolder({})).toBeNull();
});
