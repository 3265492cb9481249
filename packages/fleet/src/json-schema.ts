import { z } from "zod";
import { fleetJsonSchema } from "./fleet-file.ts";
import { FleetStatusOutput } from "./outputs.ts";

/** Every JSON schema of the fleet, by the name of its file. */
export const fleetSchemas: Readonly<Record<"fleet" | "status", () => Readonly<Record<string, unknown>>>> = {
  fleet: fleetJsonSchema,
  status: () => ({ ...z.toJSONSchema(FleetStatusOutput), title: "fleet status --json" }),
};
