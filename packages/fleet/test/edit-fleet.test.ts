import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { editFleet } from "../src/index.ts";
import { ownDirectory } from "./own.ts";

const NAMES = Array.from({ length: 12 }, (_, at) => `p${at}`);
const tables = NAMES.map((name) => `[[project]] # ${name}\nname = "${name}"\npath = "${name}"\n`).join("\n");

it("keeps every edit of fleet.toml when many commands make one at the same time", async () => {
  const root = await ownDirectory();
  await writeFile(path.join(root, "fleet.toml"), tables);
  await Promise.all(NAMES.map((name) => editFleet(root, { project: name }, { enabled: false })));
  const text = await readFile(path.join(root, "fleet.toml"), "utf8");
  expect(text).toBe(tables.replaceAll(/path = .*\n/g, "$&enabled = false\n"));
  expect(await readdir(root)).toEqual(["fleet.toml"]);
});

it("writes the file that a link names, keeps who may read it, and writes nothing when nothing changes", async () => {
  const root = await ownDirectory();
  const real = path.join(root, "real/fleet.toml");
  await mkdir(path.dirname(real));
  await writeFile(real, tables);
  await chmod(real, 0o640);
  await symlink("real/fleet.toml", path.join(root, "fleet.toml"));
  expect(await editFleet(root, "engine", { ref: "v0.2.0" })).toBe(true);
  expect((await lstat(path.join(root, "fleet.toml"))).isSymbolicLink()).toBe(true);
  expect((await stat(real)).mode & 0o777).toBe(0o640);
  expect(await readFile(real, "utf8")).toBe(`${tables}\n[engine]\nref = "v0.2.0"\n`);
  const { mtimeMs, ino } = await stat(real);
  expect(await editFleet(root, "engine", { ref: "v0.2.0" })).toBe(false);
  expect(await stat(real)).toMatchObject({ mtimeMs, ino });
});
