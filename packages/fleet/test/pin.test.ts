import { appendFile, cp, mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, findFleet, readPins, verifyPins } from "../src/index.ts";
import { git, ownDirectory, ownWorld, releaseEngine } from "./own.ts";

let engine: Awaited<ReturnType<typeof releaseEngine>>;
/** A fleet with one project, `shop`, at v0.1.0: each test has a copy. */
let template: string;
let first: string;
let second: string;

beforeAll(async () => {
  engine = await releaseEngine("0.2.0");
  [first = "", second = ""] = git(engine.repository, "rev-parse", "v0.1.0", "v0.2.0").trim().split("\n");
  template = path.join(path.dirname(engine.repository), "fleet");
  await mkdir(template);
  await writeFile(
    path.join(template, "fleet.toml"),
    `[engine]\nurl = "${engine.repository}"\nref = "v0.1.0"\n`,
  );
  await createProject(await findFleet(template), { name: "shop" }, ownWorld(template));
}, 120_000);
afterAll(() => engine.dispose());

async function ownShop() {
  const root = path.join(await ownDirectory(), "fleet");
  await cp(template, root, { recursive: true, verbatimSymlinks: true });
  return { root, shop: path.join(root, "projects/shop"), file: path.join(root, "fleet.toml") };
}

const pins = async (root: string) => {
  const found = await findFleet(root);
  return readPins(found, found.fleet.projects, ownWorld(root));
};

const faults = async (root: string, offline = false) => {
  const found = await findFleet(root);
  const [one] = await verifyPins(found, found.fleet.projects, { offline, world: ownWorld(root) });
  return one?.faults.map(({ message }) => message);
};

describe("a pin", () => {
  it("is read with its release, and compared with what new projects get", async () => {
    const { root, file } = await ownShop();
    const asMade = {
      commit: first,
      because: null,
      tag: "v0.1.0",
      checkedOut: first,
      dirty: [],
      current: true,
    };
    expect(await pins(root)).toMatchObject({ wanted: first, lines: [asMade] });
    await writeFile(
      file,
      `[engine]\nurl = "${engine.repository}"\nref = "main"\n[[project]]\nname = "shop"\npath = "projects/shop"\n`,
    );
    expect(await pins(root)).toMatchObject({ wanted: second, lines: [{ ...asMade, current: false }] });
  });

  it("is read where the engine's repository is far away: what the project has fetched tells", async () => {
    const { root, file } = await ownShop();
    const project = '[[project]]\nname = "shop"\npath = "projects/shop"\n';
    for (const [ref, current] of [
      ["v0.1.0", true],
      ["v0.2.0", false],
      ["v9.9.9", null],
    ] as const) {
      await writeFile(file, `[engine]\nurl = "https://fleet.invalid/engine.git"\nref = "${ref}"\n${project}`);
      expect(await pins(root)).toMatchObject({ wanted: null, lines: [{ tag: "v0.1.0", current }] });
    }
  });

  it("is known by tags that git has packed", async () => {
    const { root, shop } = await ownShop();
    git(path.join(shop, "engine"), "pack-refs", "--all");
    await writeFile(
      path.join(root, "fleet.toml"),
      '[engine]\nurl = "https://fleet.invalid/e.git"\n[[project]]\nname = "shop"\npath = "projects/shop"\n',
    );
    expect((await pins(root)).lines).toMatchObject([{ tag: "v0.1.0", current: true }]);
  });

  it("is shown beside what lies in its place", async () => {
    const { root, shop } = await ownShop();
    await appendFile(path.join(shop, "engine/agents.mjs"), "// mine\n");
    await writeFile(path.join(shop, "engine/new file"), "");
    await rm(path.join(shop, "engine/VERSION"));
    expect((await pins(root)).lines).toMatchObject([{ dirty: ["VERSION", "agents.mjs", "new file"] }]);
    git(path.join(shop, "engine"), "checkout", "--quiet", "--force", "--detach", "v0.2.0");
    expect((await pins(root)).lines).toMatchObject([
      { commit: first, checkedOut: second, dirty: ["new file"] },
    ]);
    await rm(path.join(shop, "engine"), { recursive: true });
    expect((await pins(root)).lines).toMatchObject([{ commit: first, checkedOut: null, dirty: [] }]);
  });

  it("that is none is said to be none, and the other projects are read all the same", async () => {
    const { root, file } = await ownShop();
    await appendFile(
      file,
      '[[project]]\nname = "bare"\npath = "bare"\n[[project]]\nname = "demo"\npath = "demo"\nengine = "workspace"\n',
    );
    expect((await pins(root)).lines).toMatchObject([
      { commit: first },
      { commit: null, because: "is not a git repository of its own" },
      { commit: null, because: "runs this repository's own engine" },
    ]);
  });
});

describe("an engine", () => {
  it("is what was released", async () => {
    expect(await faults((await ownShop()).root)).toEqual([]);
  });

  it.each<[string, (shop: string) => unknown, readonly (string | RegExp)[]]>([
    [
      "with a changed file",
      (shop) => appendFile(path.join(shop, "engine/agents.mjs"), "\n"),
      ["engine/agents.mjs is changed, added or missing"],
    ],
    [
      "with a changed file that git is told not to look at",
      async (shop) => {
        git(path.join(shop, "engine"), "update-index", "--assume-unchanged", "agents.mjs");
        await appendFile(path.join(shop, "engine/agents.mjs"), "\n");
      },
      ["engine/agents.mjs is not what 0.1.0 has there"],
    ],
    [
      "with a file that git is told to ignore",
      async (shop) => {
        await writeFile(path.join(shop, ".git/modules/engine/info/exclude"), "*.js\n");
        await writeFile(path.join(shop, "engine/preload.js"), "");
      },
      ["engine/preload.js is changed, added or missing"],
    ],
    [
      "that is a link",
      async (shop) => {
        await rename(path.join(shop, "engine"), path.join(shop, "elsewhere"));
        await symlink("elsewhere", path.join(shop, "engine"));
        await writeFile(path.join(shop, "elsewhere/.git"), `gitdir: ${shop}/.git/modules/engine\n`);
        git(shop, "config", "-f", ".git/modules/engine/config", "core.worktree", "../../../elsewhere");
      },
      ["engine is a link, not a folder"],
    ],
    [
      "at another commit than its pin",
      (shop) => git(path.join(shop, "engine"), "checkout", "--quiet", "--detach", "v0.2.0"),
      [/^[0-9a-f]{40} is checked out, not [0-9a-f]{40}$/],
    ],
    [
      "that is not checked out",
      (shop) => rm(path.join(shop, "engine"), { recursive: true }),
      ["it is not checked out"],
    ],
    [
      "whose project names a command in .gitmodules",
      (shop) => appendFile(path.join(shop, ".gitmodules"), "\tupdate = !touch /tmp/x\n"),
      [".gitmodules:4 sets update, which a pin must not"],
    ],
    [
      "whose .gitmodules is a link",
      async (shop) => {
        await rename(path.join(shop, ".gitmodules"), path.join(shop, "modules"));
        await symlink("modules", path.join(shop, ".gitmodules"));
      },
      [".gitmodules is not a file"],
    ],
    [
      "that comes from elsewhere than .gitmodules says",
      (shop) => git(path.join(shop, "engine"), "remote", "set-url", "origin", "/srv/old.git"),
      [/^the engine is fetched from \/srv\/old\.git, and \.gitmodules says /],
    ],
    [
      "with a damaged object",
      async (shop) => {
        const blob = git(path.join(shop, "engine"), "rev-parse", "HEAD:VERSION").trim();
        const file = path.join(shop, ".git/modules/engine/objects", blob.slice(0, 2), blob.slice(2));
        await rm(file, { force: true });
        await writeFile(file, "rot");
      },
      [/^the engine's repository is damaged: /],
    ],
    [
      "that was never published",
      (shop) => {
        const made = path.join(shop, "engine");
        git(made, "commit", "--quiet", "--allow-empty", "-m", "mine");
        git(shop, "commit", "--quiet", "-m", "mine", "engine");
      },
      [/^v0\.1\.0 is another commit there by now: /],
    ],
    [
      "that is no release at all",
      (shop) => {
        const made = path.join(shop, "engine");
        git(made, "rm", "--quiet", "RELEASE.json");
        git(made, "commit", "--quiet", "-m", "mine");
        git(shop, "commit", "--quiet", "-m", "mine", "engine");
      },
      [
        "its commit has no RELEASE.json, so nothing says what its files must hold",
        /^no tag and no branch of .* has /,
      ],
    ],
  ])("%s is not", async (_, change, expected) => {
    const { root, shop } = await ownShop();
    await change(shop);
    expect(await faults(root)).toEqual(
      expected.map((one) => (typeof one === "string" ? one : expect.stringMatching(one))),
    );
  });

  it("whose repository is gone is told with the commands that lead to the new place, and passes offline", async () => {
    const { root, shop } = await ownShop();
    const gone = path.join(root, "gone.git");
    git(shop, "submodule", "set-url", "engine", gone);
    const found = await findFleet(root);
    const [one] = await verifyPins(found, found.fleet.projects, { offline: false, world: ownWorld(root) });
    expect(one?.faults).toEqual([
      {
        message: expect.stringMatching(
          `^${gone} can't be reached: '${gone}' does not appear to be a git repository`,
        ),
        help: 'where it has moved:\ngit -C projects/shop submodule set-url engine NEW-URL\ngit -C projects/shop commit -m "Fetch the engine from where it is now" .gitmodules',
      },
    ]);
    expect(await faults(root, true)).toEqual([]);
    // The help mends it.
    git(shop, "submodule", "set-url", "engine", engine.repository);
    expect(await faults(root)).toEqual([]);
  });

  it("that is not checked out comes with the command that does it, also from a path", async () => {
    const { root, shop } = await ownShop();
    git(shop, "submodule", "--quiet", "deinit", "--force", "engine");
    const found = await findFleet(root);
    const [one] = await verifyPins(found, found.fleet.projects, { offline: true, world: ownWorld(root) });
    expect(one?.faults).toEqual([
      {
        message: "it is not checked out",
        help: "git -C projects/shop -c protocol.file.allow=always submodule update --init engine",
      },
    ]);
    const words = one?.faults[0]?.help?.split(" ").slice(3) ?? [];
    git(shop, ...words);
    expect(await faults(root)).toEqual([]);
  });

  it("is read without writing anything", async () => {
    const { root, shop } = await ownShop();
    const long = new Date("2020-01-01T00:00:00Z");
    // git would refresh its index for that, if it was let.
    await utimes(path.join(shop, "engine/VERSION"), long, long);
    const before = git(root, "hash-object", "--no-filters", "projects/shop/.git/modules/engine/index");
    expect((await pins(root)).lines).toMatchObject([{ dirty: [] }]);
    expect(await faults(root)).toEqual([]);
    expect(git(root, "hash-object", "--no-filters", "projects/shop/.git/modules/engine/index")).toBe(before);
  });
});

it("a hundred pins are read at a time", async () => {
  const found = await findFleet(template);
  const hundred = Array.from({ length: 100 }, () => found.fleet.projects).flat();
  const { lines } = await readPins(found, hundred, ownWorld(template));
  expect(lines.filter(({ commit, dirty }) => commit === first && dirty?.length === 0)).toHaveLength(100);
});
