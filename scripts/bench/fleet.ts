import path from "node:path";
import {
  buildFleet,
  emptyStart,
  fleet,
  peakOf,
  releaseEngine,
  runCold,
  timeInTurn,
  timeShell,
  tomlReader,
} from "./cold.ts";
import { type Figure, figure, median, ms, say } from "./figures.ts";
import { type ManyProjects, makeMany } from "./many-projects.ts";
import { inFolder } from "./project.ts";
import { installTaplo } from "./taplo.ts";

export interface FleetSizes {
  readonly projects: readonly number[];
  /** Projects that are up while `fleet status` is asked. */
  readonly up: number;
  readonly times: number;
}

/** How fast the commands for many projects are. */
export async function fleetFigures({ projects, up, times }: FleetSizes): Promise<readonly Figure[]> {
  await buildFleet();
  return [
    ...(await createFigures(times)),
    ...(await statusFigures(up, times)),
    ...(await validateFigures(projects, times)),
  ];
}

/** The floor is git alone, told the same. */
const createFigures = (times: number): Promise<readonly Figure[]> =>
  inFolder(async (home) => {
    say("create-project …");
    const repository = await releaseEngine(home);
    const { root } = await makeMany(path.join(home, "fleet"), 1, repository);
    const words = ["--backend", "demo", "-y"];
    const byGit = (name: string) =>
      timeShell(
        `git init -q --template= -b main ${name}; cd ${name}; git -c protocol.file.allow=always submodule -q add ${repository} engine
git -C engine checkout -q --detach v0.1.0; git add .gitmodules engine; git commit -q --no-verify -m create`,
        home,
      );
    const [ours, floor] = await timeInTurn(times, [
      (nth) => runCold(fleet(root, "create-project", `made-${nth}`, ...words)),
      (nth) => byGit(`by-git-${nth}`),
    ]);
    const peak = await peakOf(fleet(root, "create-project", "peak", ...words), home);
    return [compared("create-project", ours, ["git alone", floor]), memory(peak)];
  });

const statusFigures = (up: number, times: number): Promise<readonly Figure[]> =>
  inFolder(async (home) => {
    say(`up of ${up} projects …`);
    const { root, names } = await makeMany(path.join(home, "fleet"), up, await releaseEngine(home));
    const empty = await emptyStart(home);
    try {
      await runCold(fleet(root, "up", "--all"));
      say(`status of ${up} …`);
      const [all, one, floor] = await timeInTurn(times * 3, [
        () => runCold(fleet(root, "status")),
        () => runCold(fleet(root, "status", names[0] ?? "")),
        () => runCold(empty),
      ]);
      return [
        compared("status of one project", one, ["empty Node", floor], 2.5),
        compared(`status of ${up} projects that are up`, all, ["empty Node", floor], 6),
        memory(await peakOf(fleet(root, "status"), home)),
      ];
    } finally {
      say(`down of ${up} …`);
      await runCold(fleet(root, "down", "--all"));
    }
  });

/** A fleet has a thousand projects at most, so ten thousand are ten fleets, one after the other. */
const LARGEST = 1_000;

async function validateFigures(counts: readonly number[], times: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const count of counts) figures.push(...(await inFolder((home) => validateOf(count, times, home))));
  return figures;
}

async function validateOf(count: number, times: number, home: string): Promise<readonly Figure[]> {
  say(`${count} projects …`);
  const fleets = await makeFleets(home, count);
  const toml = fleets.flatMap(tomlOf);
  const floor = await tomlReader(home, toml);
  const whole = await tomlReader(home, toml, fleets.flatMap(pinsOf));
  const taplo = count <= LARGEST ? await installTaplo(home) : null;
  say(`validate of ${count} …`);
  const [ours, least, read, theirs] = await timeInTurn(times, [
    async () => {
      let sum = 0;
      for (const { root } of fleets) sum += await runCold(fleet(root, "validate", "--strict"));
      return sum;
    },
    () => runCold(floor),
    () => runCold(whole),
    ...(taplo === null ? [] : [() => runCold(taplo.lint(toml.slice(1)))]),
  ]);
  const peaks: number[] = [];
  for (const { root } of fleets) peaks.push(await peakOf(fleet(root, "validate"), home));
  const many = fleets.length > 1 ? `, ${fleets.length} fleets` : "";
  return [
    compared(`validate, ${count} projects${many}`, ours, ["TOML read and parsed", least], 3),
    compared("  the same", ours, ["and the pins' files read", read]),
    ...(theirs === undefined ? [] : [compared("  the same", ours, ["taplo lint", theirs])]),
    memory(Math.max(...peaks), 150),
  ];
}

async function makeFleets(home: string, count: number): Promise<readonly ManyProjects[]> {
  const repository = await releaseEngine(home);
  const fleets: ManyProjects[] = [];
  for (let rest = count; rest > 0; rest -= LARGEST) {
    const root = path.join(home, `fleet-${fleets.length}`);
    fleets.push(
      await makeMany(root, Math.min(rest, LARGEST), repository, ["--template", "builder-adversary"]),
    );
  }
  return fleets;
}

const tomlOf = ({ root, names }: ManyProjects): readonly string[] => [
  path.join(root, "fleet.toml"),
  ...names.map((name) => path.join(root, "projects", name, "agents.toml")),
];

const pinsOf = ({ root, names }: ManyProjects): readonly string[] =>
  names.flatMap((name) =>
    [
      ".git/index",
      ".gitmodules",
      "engine/.git",
      "engine/RELEASE.json",
      ".git/modules/engine/HEAD",
      ".git/modules/engine/index",
    ].map((file) => path.join(root, "projects", name, file)),
  );

function compared(
  what: string,
  ours: readonly number[] = [],
  [name, theirs = []]: readonly [string, readonly number[] | undefined],
  most?: number,
): Figure {
  const ratio = median(ours) / median(theirs);
  const floor = `${name} ${ms(median(theirs))}`;
  const target = most === undefined ? {} : { target: `≤ ${most} ×`, met: ratio <= most };
  return figure(what, ms(median(ours)), { floor, ratio, ...target });
}

const memory = (peak: number, most?: number): Figure =>
  figure(
    "  its memory at the most",
    `${peak.toFixed(0)} MB`,
    most === undefined ? {} : { target: `< ${most} MB`, met: peak < most },
  );
