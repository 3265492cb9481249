import { type Metric, Registry, type RegistryContentType } from "prom-client";
import type { Family } from "./think/families.ts";

/** "prometheus": the format before OpenMetrics, which is all that node_exporter reads from files. */
export type MetricsFormat = "openmetrics" | "prometheus";

export const CONTENT_TYPES: Readonly<Record<MetricsFormat, RegistryContentType>> = {
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
};

/** The text of one scrape. */
export async function textOf(families: readonly Family[], format: MetricsFormat): Promise<string> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(CONTENT_TYPES[format]);
  // Its own counters start at nothing with each process; ours are counted already, and a registry asks no more of a metric than this.
  for (const family of families) {
    const metric = { ...family, get: async () => metric } as unknown as Metric<string>;
    registry.registerMetric(metric);
  }
  // Of no metrics it makes an empty line, which OpenMetrics does not have.
  return (await registry.metrics()).replace(/^\n/, "");
}
