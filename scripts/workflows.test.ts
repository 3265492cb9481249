import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const ROOT = path.join(import.meta.dirname, "..");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly steps: readonly Step[]; readonly "timeout-minutes": number; readonly permissions?: object }
    >
  >;
}

describe.each([".github/workflows/fleet.yml", ".forgejo/workflows/fleet.yml"])("%s", async (file) => {
  const workflow: Workflow = parse(await readFile(path.join(ROOT, file), "utf8"));
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it("runs on every push and every pull request", () => {
    expect(Object.keys(workflow.on)).toEqual(["push", "pull_request"]);
  });

  it("may read the code, and nothing else but write to code scanning where it does", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    for (const job of jobs) {
      const uploads = job.steps.some(({ uses }) => uses?.includes("/upload-sarif@"));
      const more = uploads ? { contents: "read", "security-events": "write" } : undefined;
      expect(job.permissions).toEqual(more);
    }
  });

  it("pins every action by its commit", () => {
    const uses = steps.flatMap((step) => step.uses ?? []);
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) expect(use).toMatch(/^[\w./:-]+@[0-9a-f]{40}$/);
  });

  it("leaves no token in the checkout", () => {
    const checkouts = steps.filter(({ uses }) => uses?.includes("/checkout@"));
    expect(checkouts.length).toBe(jobs.length);
    for (const step of checkouts) expect(step.with).toMatchObject({ "persist-credentials": false });
  });

  it("ends by itself when something hangs", () => {
    for (const job of jobs) expect(job["timeout-minutes"]).toBeLessThanOrEqual(30);
  });

  it("validates, and runs every gate, by programs that are here", async () => {
    const ours = steps.flatMap(({ run = "" }) => (/^[.\w]+\//.test(run) ? [run] : []));
    const sarif = "scripts/fleet validate --format sarif > fleet.sarif || test $? = 1";
    expect(ours).toEqual([
      "scripts/fleet validate --format github --strict",
      ...(file.startsWith(".github/") ? [sarif] : []),
      expect.stringMatching(/^(scripts\/test|\.ci\/run)$/),
    ]);
    for (const run of ours) await access(path.join(ROOT, run.split(" ")[0] ?? ""), constants.X_OK);
  });
});

it("offers hooks for pre-commit that are programs of this repository, or of a project's engine", async () => {
  const hooks: readonly Readonly<Record<string, unknown>>[] = parse(
    await readFile(path.join(ROOT, ".pre-commit-hooks.yaml"), "utf8"),
  );
  expect(
    hooks.map(({ id, entry, language, pass_filenames }) => [id, entry, language, pass_filenames]),
  ).toEqual([
    ["fleet-validate", "scripts/fleet validate", "script", false],
    ["agents-validate", "engine/agents validate", "system", false],
  ]);
  for (const { files } of hooks)
    for (const name of ["agents.toml", "projects/a/agents.toml", ".gitmodules", "prompts/builder.md"])
      expect(name).toMatch(new RegExp(String(files)));
});

it("shows a workflow for a project alone that pins its actions as ours do", async () => {
  const page = await readFile(path.join(ROOT, "docs/ci.md"), "utf8");
  const [, shown = ""] = /```yaml\n(name: agents\n[\s\S]*?)```/.exec(page) ?? [];
  const ours = await readFile(path.join(ROOT, ".github/workflows/fleet.yml"), "utf8");
  const workflow: Workflow = parse(shown);
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  expect(workflow.permissions).toEqual({ contents: "read" });
  expect(steps.flatMap(({ uses }) => uses ?? [])).toHaveLength(2);
  for (const { uses } of steps) if (uses !== undefined) expect(ours).toContain(uses);
  expect(steps.at(-1)?.run).toBe("engine/agents validate --format github --strict");
});
