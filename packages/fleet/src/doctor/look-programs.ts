import { existsSync } from "node:fs";
import path from "node:path";
import { BACKENDS, Failure, isCode, isProgramNow, type Project, pick, run, type World } from "@fleet/engine";
import type { ProgramFacts } from "./facts.ts";
import { versionIn } from "./known-versions.ts";
import { loginOf } from "./logins.ts";

/** A project and what its agents.toml says. */
export interface Known {
  readonly name: string;
  readonly folder: string;
  readonly project: Project;
}

/** An agent program as its agents are given it: what is run, where, and what it may know of us. */
interface Use {
  readonly backend: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: string | null;
}

/** A program that has to be unpacked first, on a busy machine. */
const TIMEOUT = 15_000;

/** Each agent program once for each way in which it is used. */
export async function lookAtPrograms(
  known: readonly Known[],
  { env }: World,
): Promise<readonly ProgramFacts[]> {
  const uses = new Map<string, { readonly use: Use; readonly projects: Set<string> }>();
  for (const one of known)
    for (const use of usesOf(one, env)) {
      const { secrets, ...same } = use;
      const key = JSON.stringify([same.backend, same.argv, same.env, secrets === null]);
      const before = uses.get(key) ?? { use, projects: new Set() };
      uses.set(key, { ...before, projects: before.projects.add(one.name) });
    }
  return Promise.all([...uses.values()].map(({ use, projects }) => lookAt(use, [...projects])));
}

function usesOf({ folder, project }: Known, env: World["env"]): readonly Use[] {
  const wanted = project.agents.filter(({ enabled }) => enabled);
  const names = new Set(wanted.flatMap(({ backend, serves }) => backend ?? serves ?? []));
  return [...names].flatMap((name): readonly Use[] => {
    const backend = BACKENDS[name];
    // The demo is a shell script of ours.
    if (backend === undefined || name === "demo") return [];
    const settings = project.backends[name] ?? null;
    return [
      {
        backend: name,
        argv: backend.version?.(settings) ?? [...(settings?.command ?? ([name] as const)), "--version"],
        cwd: folder,
        env: { ...pick(env, backend.passes), ...settings?.env },
        secrets: settings?.env_file ?? null,
      },
    ];
  });
}

async function lookAt(
  { backend, argv, cwd, env, secrets }: Use,
  projects: readonly string[],
): Promise<ProgramFacts> {
  const [program, ...args] = argv;
  const login = loginOf(backend, env.HOME ?? "/", env, existsSync, secrets);
  const facts = { backend, command: argv.slice(0, -1).join(" "), projects, login };
  try {
    const ran = await run(program, args, { cwd, env, timeout: TIMEOUT });
    const version = ran.code === 0 ? versionIn(ran.stdout) : null;
    return { ...facts, said: version === null ? "silent" : { version } };
  } catch (error) {
    if (error instanceof Failure && error.code === "TOOL_MISSING") return { ...facts, said: "missing" };
    if (isCode(error, "EACCES")) return { ...facts, said: "silent" };
    throw error;
  }
}

/** The programs of a project's agents that this PATH does not have. */
export function unfoundIn(PATH: string, { folder, project }: Known): readonly string[] {
  const programs = usesOf({ name: "", folder, project }, {}).map(({ argv: [program] }) => program);
  return [...new Set(programs)].filter((program) => !isFound(program, PATH, folder));
}

function isFound(program: string, PATH: string, cwd: string): boolean {
  if (program.includes("/")) return isProgramNow(path.resolve(cwd, program));
  return PATH.split(":").some((folder) => isProgramNow(path.resolve(cwd, folder, program)));
}
