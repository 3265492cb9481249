import { z } from "zod";
import { fleetJsonSchema } from "./fleet-file.ts";
import {
  CreatedOutput,
  FleetStatusOutput,
  PinsOutput,
  PublishOutput,
  UpgradeOutput,
  VerifyOutput,
} from "./outputs.ts";

/** Every JSON schema of the fleet, by the name of its file. */
export const fleetSchemas: Readonly<
  Record<
    "fleet" | "status" | "created" | "pin" | "verify" | "upgrade" | "publish",
    () => Readonly<Record<string, unknown>>
  >
> = {
  fleet: fleetJsonSchema,
  status: () => ({ ...z.toJSONSchema(FleetStatusOutput), title: "fleet status --json" }),
  created: () => ({ ...z.toJSONSchema(CreatedOutput), title: "fleet create-project --json" }),
  pin: () => ({ ...z.toJSONSchema(PinsOutput), title: "fleet pin --json" }),
  upgrade: () => ({ ...z.toJSONSchema(UpgradeOutput), title: "fleet upgrade --json" }),
  publish: () => ({ ...z.toJSONSchema(PublishOutput), title: "fleet engine publish --json" }),
  verify: () => ({ ...z.toJSONSchema(VerifyOutput), title: "fleet pin verify --json" }),
};
