export type { Checked } from "./check.ts";
export { checkFleet } from "./check-fleet.ts";
export { askStatus, checkPin, type EngineStatus, runEngine } from "./engine.ts";
export { type FoundFleet, findFleet, findFleetFile, folderOf, inStartOrder, pickProjects } from "./find.ts";
export type { Fleet, FleetProject } from "./fleet-file.ts";
export { type Created, createProject } from "./project/create.ts";
