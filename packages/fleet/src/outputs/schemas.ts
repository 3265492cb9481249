import { loadEngineSchemas } from "@fleet/engine";
import { z } from "zod";
import { fleetJsonSchema } from "../fleet-file.ts";
import {
  CreatedOutput,
  FleetStatusOutput,
  PinsOutput,
  PublishOutput,
  UpgradeOutput,
  VerifyOutput,
} from "./fleet.ts";
import { DoctorOutput, InitOutput, ServiceOutput } from "./machine.ts";
import { migrationSchemas } from "./migration.ts";
import { notifySchemas } from "./notify.ts";
import { LogOutput, ReportOutput } from "./report.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Every JSON schema there is, by the name of its file: what people write first, then what commands answer. */
export async function loadSchemas(): Promise<Readonly<Record<string, JsonSchema>>> {
  const engine = await loadEngineSchemas();
  return {
    agents: { ...engine.agents() },
    fleet: fleetJsonSchema(),
    status: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "status --json: of one project, or of the fleet",
      anyOf: [engine.status(), described(FleetStatusOutput, "fleet status --json")].map(
        ({ $schema: _, ...schema }) => schema,
      ),
    },
    events: engine.events(),
    logs: described(LogOutput, "a line of fleet logs --json"),
    report: described(ReportOutput, "fleet report --json"),
    validate: engine.validate(),
    explain: engine.explain(),
    "create-project": described(CreatedOutput, "fleet create-project --json"),
    pin: described(PinsOutput, "fleet pin --json"),
    "pin-verify": described(VerifyOutput, "fleet pin verify --json"),
    upgrade: described(UpgradeOutput, "fleet upgrade --json"),
    "engine-publish": described(PublishOutput, "fleet engine publish --json"),
    init: described(InitOutput, "fleet init --json"),
    doctor: described(DoctorOutput, "fleet doctor --json"),
    service: described(ServiceOutput, "fleet service status --json"),
    ...notifySchemas(),
    ...migrationSchemas(),
  };
}

const described = (schema: z.ZodType, title: string): JsonSchema => ({ ...z.toJSONSchema(schema), title });
