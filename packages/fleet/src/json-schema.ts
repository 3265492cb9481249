import { z } from "zod";
import { fleetJsonSchema } from "./fleet-file.ts";
import { FleetStatusOutput, PinsOutput, VerifyOutput } from "./outputs.ts";

/** Every JSON schema of the fleet, by the name of its file. */
export const fleetSchemas: Readonly<
  Record<"fleet" | "status" | "pin" | "verify", () => Readonly<Record<string, unknown>>>
> = {
  fleet: fleetJsonSchema,
  status: () => ({ ...z.toJSONSchema(FleetStatusOutput), title: "fleet status --json" }),
  pin: () => ({ ...z.toJSONSchema(PinsOutput), title: "fleet pin --json" }),
  verify: () => ({ ...z.toJSONSchema(VerifyOutput), title: "fleet pin verify --json" }),
};
