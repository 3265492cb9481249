/*
 * Starts the built `fleet`. build-cli.ts puts a copy beside the program's
 * parts and fills in the entry.
 *
 * Most of a short command is V8 compiling what it runs. So V8's own code cache
 * is kept beside each part, and unlike Node's compile cache it is taken after
 * a run, when the functions that a command needs have been compiled. It is
 * written once, at set-up: after that no command writes anything.
 */
"use strict";

const ENTRY = "ENTRY.cjs";
const OLDEST = 24;

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

if (Number(process.versions.node.split(".")[0]) < OLDEST) {
  process.stderr.write(
    `fleet: ${process.execPath} is Node ${process.versions.node} now, and fleet needs ${OLDEST} or newer: ` +
      `run rm ${path.join(__dirname, "node")}, then the command again\n`,
  );
  process.exit(3);
}

const warmingUp = process.env.FLEET_WARM_UP === "1";
delete process.env.FLEET_WARM_UP;

const loaded = new Map();

function load(file) {
  const known = loaded.get(file);
  if (known !== undefined) return known.module.exports;
  const module = { exports: {} };
  const script = new vm.Script(
    `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(file, "utf8")}\n})`,
    {
      filename: file,
      cachedData: readCache(file),
      // For an import() of Node's own modules; ours have become require().
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  );
  loaded.set(file, { module, script });
  const requireFrom = (id) => (id.startsWith("./") ? load(path.join(__dirname, id)) : require(id));
  script.runInThisContext()(module.exports, requireFrom, module, file, __dirname);
  return module.exports;
}

/** Another Node's cache is refused by V8, and then it is as if there were none. */
function readCache(file) {
  try {
    return fs.readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
}

function writeCaches() {
  for (const [file, { script }] of loaded) {
    const aside = `${file}.cache.${process.pid}`;
    fs.writeFileSync(aside, script.createCachedData());
    fs.renameSync(aside, `${file}.cache`);
  }
}

if (warmingUp) process.once("exit", writeCaches);
load(path.join(__dirname, ENTRY));
