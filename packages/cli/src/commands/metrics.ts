import path from "node:path";
import { defineCommand, Failure, readDuration } from "@fleet/engine";
import { findFleet, tellMetrics } from "@fleet/fleet";

export const metricsCommand = defineCommand({
  name: "metrics",
  about: "say how the fleet does as OpenMetrics text: once, into a file, or at a port of this machine",
  flags: {
    file: {
      type: "string",
      about: "into this file, whole, for node_exporter's textfile collector (*.prom)",
      value: "FILE",
    },
    every: { type: "string", about: "with --file: again and again, so far apart", value: "DURATION" },
    listen: {
      type: "string",
      short: "l",
      about: "answer GET /metrics there, until Ctrl-C",
      value: "[HOST:]PORT",
    },
    expose: { type: "boolean", about: "with --listen: an address that other machines reach is meant" },
    format: {
      type: "string",
      about:
        "openmetrics, or the format before it; with --file the default is the one that node_exporter reads",
      choices: ["openmetrics", "prometheus"],
      value: "FORMAT",
    },
  },
  examples: [
    ["fleet metrics", "all of them, once"],
    ["fleet metrics --listen 9464", "for a Prometheus on this machine: http://127.0.0.1:9464/metrics"],
    ["fleet metrics --file /var/lib/node_exporter/fleet.prom --every 30s", "for node_exporter"],
  ],
  async run(_, { file, every, listen, expose = false, format }, world) {
    if (file !== undefined && listen !== undefined)
      throw new Failure("WRONG_USAGE", "metrics takes --file or --listen, not both");
    if (every !== undefined && file === undefined)
      throw new Failure("WRONG_USAGE", "--every is for --file", {
        hint: "fleet metrics --file FILE --every 30s",
      });
    const found = await findFleet(world.cwd, { strict: false });
    const wanted = {
      format: format === "openmetrics" || format === "prometheus" ? format : null,
      file: file === undefined ? null : path.resolve(world.cwd, file),
      every: every === undefined ? null : readDuration("--every", every),
      listen: listen ?? null,
      exposed: expose,
    } as const;
    await tellMetrics(found, wanted, world);
    return 0;
  },
});
