import path from "node:path";
import { defineCommand, Failure, readSince, writeWhole } from "@fleet/engine";
import { findFleet, inParallel, type ProjectReport, pickProjects, readReport } from "@fleet/fleet";
import { jsonFlag } from "./flags.ts";

/** So many journals are read at the same time. */
const AT_ONCE = 4;

export const reportCommand = defineCommand({
  name: "report",
  about:
    "tell what came of the projects: who worked, waited, was limited or down, restarts, handoffs, tokens",
  operands: "[project..]",
  flags: {
    since: { type: "string", about: "from when on (7d): 2h, 7d, or a time", value: "WHEN" },
    html: {
      type: "string",
      about: "write a page with pictures: one file, no scripts, no network",
      value: "FILE",
    },
    ...jsonFlag,
  },
  examples: [
    ["fleet report", "all enabled projects, the last seven days"],
    ["fleet report demo --since 24h", "one project, since yesterday"],
    ["fleet report --html report.html", "for a browser, light and dark, on a phone too"],
    ["fleet report --json | jq '.projects[].report.restarts'", "each restart with its reason"],
  ],
  async run(names, { since = "7d", html, json }, world) {
    const found = await findFleet(world.cwd);
    const { projects } = found.fleet;
    const chosen =
      names.length === 0 ? projects.filter(({ enabled }) => enabled) : pickProjects(found, names);
    const to = Date.now();
    const window = { from: Math.max(readSince(since, to), 0), to };
    if (window.from > to) throw new Failure("WRONG_USAGE", `--since ${since} lies ahead`);
    const answers = await inParallel(chosen, AT_ONCE, (project) =>
      readReport(found, project, window, world.env, world.signal).catch((error: unknown) => {
        if (error instanceof Failure) return { project: project.name, error };
        throw error;
      }),
    );
    if (world.signal.aborted) return 130;
    const reports = answers.filter((one): one is ProjectReport => !("error" in one));
    const failed = answers.filter((one) => "error" in one);
    if (html !== undefined) {
      const { renderPage } = await import("../render-report-page.ts");
      const file = path.resolve(world.cwd, html);
      await writeWhole(file, renderPage(reports, window), 0o644).catch((error: NodeJS.ErrnoException) => {
        throw new Failure("NOT_WRITABLE", `${html} can't be written: ${error.code ?? error.message}`);
      });
      world.err(`fleet: wrote ${html}\n`);
    }
    if (json) world.out((await import("../report-json.ts")).reportJson(window, answers));
    else if (html === undefined) {
      const { renderReport } = await import("../render-report.ts");
      world.out(
        reports.length === 0 && failed.length === 0
          ? "no enabled projects\n"
          : reports.map(renderReport).join("\n"),
      );
    }
    for (const { project, error } of failed) world.err(`fleet: ${project}: ${error.message}\n`);
    return failed.length > 0 ? 1 : 0;
  },
});
