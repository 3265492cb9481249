import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { drawFilm, type Frame } from "./pictures/draw.ts";
import { SCENES, type Scene } from "./pictures/scenes.ts";
import { openStudio } from "./pictures/studio.ts";

/*
 * Films the real program in a real terminal, and draws what it showed into
 * docs/pictures: the README's pictures.
 *
 *   pnpm docs:pictures [NAME…]
 */

const ROOT = path.join(import.meta.dirname, "..");
const PICTURES = path.join(ROOT, "docs/pictures");

/** Pauses of a film, and how long its last frame stands: milliseconds. */
const LONGEST = 1_200;
const REST = 4_000;

interface Place extends AsyncDisposable {
  readonly here: string;
  readonly env: Readonly<Record<string, string>>;
  /** What is done beside the film. */
  run(line: string): string;
}

/** A fleet of three projects whose agents are the demo's, in a folder that is gone afterwards. */
async function furnish(): Promise<Place> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-pictures-")));
  const here = path.join(root, "fleet");
  const env = {
    PATH: `${root}/bin:${process.env.PATH}`,
    HOME: root,
    FLEET_NODE: process.execPath,
    GIT_CONFIG_NOSYSTEM: "1",
    LC_ALL: "C.UTF-8",
    LANG: "C.UTF-8",
  };
  const script = (name: string, ...words: readonly string[]) =>
    execFileSync(process.execPath, [path.join(ROOT, "scripts", name), ...words], { stdio: "pipe" });
  const run = (line: string) => execFileSync("sh", ["-c", line], { cwd: here, env, encoding: "utf8" });
  await mkdir(path.join(root, "bin"), { recursive: true });
  await mkdir(here);
  script("build-cli.ts", path.join(root, "cli"));
  script("release-engine.ts", "--to", path.join(root, "engine.git"));
  const program = `#!/bin/sh\nexec ${process.execPath} ${root}/cli/start.cjs "$@"\n`;
  await writeFile(path.join(root, "bin/fleet"), program, { mode: 0o755 });
  const person = "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n";
  await writeFile(path.join(root, ".gitconfig"), person);
  await writeFile(path.join(here, "fleet.toml"), `[engine]\nurl = "${root}/engine.git"\n`);
  for (const name of ["shop", "docs", "billing"])
    run(`fleet create-project ${name} --template demo --enable --yes`);
  return {
    here,
    env,
    run,
    async [Symbol.asyncDispose]() {
      spawnSync("sh", ["-c", "fleet down --all"], { cwd: here, env, stdio: "ignore" });
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function film(scene: Scene, { here, env }: Place): Promise<readonly Frame[]> {
  await using studio = await openStudio(scene.size, here, env);
  await studio.until(/^\$\s*$/);
  studio.roll();
  await scene.play(studio);
  const frames = studio.cut(LONGEST);
  return scene.still ? frames.slice(-1) : frames;
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !SCENES.some((scene) => scene.name === name));
  if (unknown.length > 0) throw new Error(`no scene is called ${unknown.join(", ")}`);
  await using place = await furnish();
  await mkdir(PICTURES, { recursive: true });
  for (const scene of SCENES) {
    scene.before?.(place.run);
    if (names.length > 0 && !names.includes(scene.name)) continue;
    const frames = await film(scene, place);
    const drawn = await drawFilm({ title: scene.title, size: scene.size, frames, rest: REST });
    await writeFile(path.join(PICTURES, `${scene.name}.svg`), drawn);
    process.stdout.write(
      `${scene.name}.svg: ${frames.length} frames, ${Math.ceil(drawn.length / 1024)} KB\n`,
    );
  }
}

await main(process.argv.slice(2));
