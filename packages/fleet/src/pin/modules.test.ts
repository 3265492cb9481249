import { expect, it } from "vitest";
import { readModules } from "./modules.ts";

const GOOD = '[submodule "engine"]\n\tpath = engine\n\turl = https://example.org/engine.git\n';

it.each([
  ["as create-project writes it", GOOD, "https://example.org/engine.git"],
  [
    "with comments, a branch, and blanks",
    `# ours\n${GOOD.replaceAll(" = ", "=")}\tbranch = main\n\n`,
    "https://example.org/engine.git",
  ],
  [
    "with a path on this machine",
    GOOD.replace("https://example.org/", "/srv/a folder/"),
    "/srv/a folder/engine.git",
  ],
])("a .gitmodules %s is right", (_, text, url) => {
  expect(readModules(text)).toEqual({ url, faults: [], places: [] });
});

it.each([
  ["nothing in it", "", [".gitmodules has no submodule engine"]],
  [
    "a second submodule",
    `${GOOD}[submodule "x"]\n\tpath = x\n\turl = /x\n`,
    [".gitmodules:4 has another submodule than engine"],
  ],
  ["the engine twice", `${GOOD}[submodule "engine"]\n`, [".gitmodules:4 has engine a second time"]],
  ["a url twice", `${GOOD}\turl = /x\n`, [".gitmodules:4 sets url a second time"]],
  [
    "a command for updates",
    `${GOOD}\tupdate = !touch /tmp/x\n`,
    [".gitmodules:4 sets update, which a pin must not"],
  ],
  [
    "what would hide a moved engine",
    `${GOOD}\tignore = all\n`,
    [".gitmodules:4 sets ignore, which a pin must not"],
  ],
  ["the same in capitals", `${GOOD}\tUPDATE = none\n`, [".gitmodules:4 sets UPDATE, which a pin must not"]],
  [
    "a carriage return at the end of a value",
    GOOD.replace("path = engine", "path = engine\r"),
    [".gitmodules holds a control character"],
  ],
  [
    "a value in quotes",
    GOOD.replace("path = engine", 'path = "engine"'),
    [".gitmodules:2 is neither a submodule nor a value of one", "the engine's path is missing, not engine"],
  ],
  [
    "another path",
    GOOD.replace("path = engine", "path = ../engine"),
    ["the engine's path is ../engine, not engine"],
  ],
  [
    "a name that leads elsewhere",
    GOOD.replace('"engine"', '"../../x"'),
    [
      ".gitmodules:1 has another submodule than engine",
      "the engine's path is missing, not engine",
      "the engine has no url",
    ],
  ],
  [
    "an option for a url",
    GOOD.replace("https://example.org/engine.git", "--upload-pack=touch"),
    ["`--upload-pack=touch` is not a git URL that is allowed here"],
  ],
  [
    "a command for a url",
    GOOD.replace("https://example.org/engine.git", "ext::sh -c x"),
    ["`ext::sh -c x` is not a git URL that is allowed here"],
  ],
  [
    "a password in its url",
    GOOD.replace("example.org", "me:secret@example.org"),
    ["a URL must not hold a password"],
  ],
  [
    "a section of another kind",
    `[core]\n${GOOD}`,
    [".gitmodules:1 is neither a submodule nor a value of one"],
  ],
])("a .gitmodules with %s is not", (_, text, faults) => {
  expect(readModules(text).faults).toEqual(faults);
});
