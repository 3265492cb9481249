import type * as adopting from "./adopt/adopt.ts";
import type * as checking from "./check-fleet.ts";
import type * as disjoint from "./disjoint.ts";
import type * as doctoring from "./doctor/doctor.ts";
import type * as editing from "./edit-fleet.ts";
import type * as beginning from "./init/init.ts";
import type * as logs from "./logs/read-logs.ts";
import type * as measuring from "./metrics/metrics.ts";
import type * as moving from "./migrate/cutover.ts";
import type * as printing from "./migrate/fingerprint.ts";
import type * as comparing from "./migrate/parity.ts";
import type * as notifying from "./notify/notifier.ts";
import type * as starting from "./notify/start.ts";
import type * as telling from "./notify/status.ts";
import type * as trying from "./notify/try-out.ts";
import type * as schemas from "./outputs/schemas.ts";
import type * as pinning from "./pin/pins.ts";
import type * as publishing from "./pin/publish.ts";
import type * as upgrading from "./pin/upgrade-all.ts";
import type * as verifying from "./pin/verify.ts";
import type * as creating from "./project/scaffold.ts";
import type * as reports from "./report/read-report.ts";
import type * as serving from "./service/service.ts";

export type { AdoptOptions } from "./adopt/adopt.ts";
export type { Adopted, Clone } from "./adopt/adopted.ts";
export type { Checked } from "./check.ts";
export type { Diagnosis } from "./doctor/doctor.ts";
export type { Finding } from "./doctor/finding.ts";
export type { FleetTable } from "./edit-fleet.ts";
export { type Attention, attentionOf, attentionsOf, byAttention, type Concern } from "./engine/attention.ts";
export { askEach, checkPin, isInProcess, runEngine, runOwnEngine } from "./engine/engine.ts";
export { ageOf, type EngineStatus } from "./engine/status.ts";
export { type FoundFleet, findFleet, findFleetFile, folderOf, pickProjects, projectsTagged } from "./find.ts";
export type { Keys, KeyValue } from "./fleet-file/edit.ts";
export type { Fleet, FleetProject } from "./fleet-file.ts";
export { inOrder, inStartOrder } from "./in-order.ts";
export { inParallel } from "./in-parallel.ts";
export type { Initiated, InitWanted } from "./init/init.ts";
export type { LogLine } from "./logs/log-line.ts";
export type { Fingerprint } from "./migrate/fingerprint.ts";
export type { Parity, Side } from "./migrate/parity.ts";
export { glanceAtReceivers } from "./notify/glance.ts";
export type { NotifyStatus } from "./notify/status.ts";
export type { TriedOut } from "./notify/try-out.ts";
export type { PinsAnswer, PublishAnswer, UpgradeAnswer, VerifyAnswer } from "./outputs/fleet.ts";
export type { DoctorAnswer, InitAnswer, ServiceAnswer } from "./outputs/machine.ts";
export type { NotifyStatusAnswer, NotifyTestAnswer } from "./outputs/notify.ts";
export type { ReportAnswer } from "./outputs/report.ts";
export type { PinLine, Pins } from "./pin/pins.ts";
export type { KnownEngine, Step } from "./pin/prepare.ts";
export type { Published } from "./pin/publish.ts";
export type { Outcome } from "./pin/upgrade-all.ts";
export type { Verified } from "./pin/verify.ts";
export { programOf } from "./program.ts";
export type { Scaffolded, Wanted } from "./project/scaffold.ts";
export { TEMPLATES } from "./project/template-names.ts";
export type { AgentReport, Messages, ProjectReport } from "./report/report.ts";
export { addSpending, allTokens, NOTHING_SPENT, type Spending } from "./report/spending.ts";
export { type Doing, type Stretch, slicesOf, type Window } from "./report/timeline.ts";
export type { ServiceLine, ServicePlan, ServiceStatus } from "./service/service.ts";
export { liftStandstill, readStandstill, refuseStandstill, writeStandstill } from "./standstill.ts";
export { findStoppable } from "./stoppable.ts";

// Loaded when they are called: `status` must not wait for what it does not use.
export const adoptProject: typeof adopting.adoptProject = async (...given) =>
  (await import("./adopt/adopt.ts")).adoptProject(...given);
export const checkFleet: typeof checking.checkFleet = async (...given) =>
  (await import("./check-fleet.ts")).checkFleet(...given);
export const compareWithOld: typeof comparing.compareWithOld = async (...given) =>
  (await import("./migrate/parity.ts")).compareWithOld(...given);
export const cutover: typeof moving.cutover = async (...given) =>
  (await import("./migrate/cutover.ts")).cutover(...given);
export const fingerprint: typeof printing.fingerprint = async (...given) =>
  (await import("./migrate/fingerprint.ts")).fingerprint(...given);
export const readFingerprint: typeof printing.readFingerprint = async (...given) =>
  (await import("./migrate/fingerprint.ts")).readFingerprint(...given);
export const changesSince = async (
  ...given: Parameters<typeof printing.changesBetween>
): Promise<ReturnType<typeof printing.changesBetween>> =>
  (await import("./migrate/fingerprint.ts")).changesBetween(...given);
export const loadSchemas: typeof schemas.loadSchemas = async () =>
  (await import("./outputs/schemas.ts")).loadSchemas();
export const createProject: typeof creating.createProject = async (...given) =>
  (await import("./project/scaffold.ts")).createProject(...given);
export const editFleet: typeof editing.editFleet = async (...given) =>
  (await import("./edit-fleet.ts")).editFleet(...given);
export const pickReceivers = async (
  ...given: Parameters<typeof trying.pickReceivers>
): Promise<ReturnType<typeof trying.pickReceivers>> =>
  (await import("./notify/try-out.ts")).pickReceivers(...given);
export const ensureNotifier: typeof starting.ensureNotifier = async (...given) =>
  (await import("./notify/start.ts")).ensureNotifier(...given);
export const runNotifier: typeof notifying.runNotifier = async (...given) =>
  (await import("./notify/notifier.ts")).runNotifier(...given);
export const readNotifyStatus: typeof telling.readNotifyStatus = async (...given) =>
  (await import("./notify/status.ts")).readNotifyStatus(...given);
export const hurryNotifier: typeof telling.hurryNotifier = async (...given) =>
  (await import("./notify/status.ts")).hurryNotifier(...given);
export const tellMetrics: typeof measuring.tellMetrics = async (...given) =>
  (await import("./metrics/metrics.ts")).tellMetrics(...given);
export const tryReceivers: typeof trying.tryReceivers = async (...given) =>
  (await import("./notify/try-out.ts")).tryReceivers(...given);
export const readPins: typeof pinning.readPins = async (...given) =>
  (await import("./pin/pins.ts")).readPins(...given);
export const verifyPins: typeof verifying.verifyPins = async (...given) =>
  (await import("./pin/verify.ts")).verifyPins(...given);
export const upgradeAll: typeof upgrading.upgradeAll = async (...given) =>
  (await import("./pin/upgrade-all.ts")).upgradeAll(...given);
export const publishEngine: typeof publishing.publishEngine = async (...given) =>
  (await import("./pin/publish.ts")).publishEngine(...given);
export const findClashes: typeof disjoint.findClashes = async (...given) =>
  (await import("./disjoint.ts")).findClashes(...given);
export const diagnose: typeof doctoring.diagnose = async (...given) =>
  (await import("./doctor/doctor.ts")).diagnose(...given);
export const planService: typeof serving.planService = async (...given) =>
  (await import("./service/service.ts")).planService(...given);
export const installService: typeof serving.installService = async (...given) =>
  (await import("./service/service.ts")).installService(...given);
export const serviceScope: typeof serving.scopeOf = async (...given) =>
  (await import("./service/service.ts")).scopeOf(...given);
export const readService: typeof serving.readService = async (...given) =>
  (await import("./service/service.ts")).readService(...given);
export const removeService: typeof serving.removeService = async (...given) =>
  (await import("./service/service.ts")).removeService(...given);
export const initFleet: typeof beginning.initFleet = async (...given) =>
  (await import("./init/init.ts")).initFleet(...given);
export const readLogs: typeof logs.readLogs = async function* (...given) {
  yield* (await import("./logs/read-logs.ts")).readLogs(...given);
};
export const readRaw: typeof logs.readRaw = async function* (...given) {
  yield* (await import("./logs/read-logs.ts")).readRaw(...given);
};
export const readWatchdogLog: typeof logs.readWatchdogLog = async function* (...given) {
  yield* (await import("./logs/read-logs.ts")).readWatchdogLog(...given);
};
export const readReport: typeof reports.readReport = async (...given) =>
  (await import("./report/read-report.ts")).readReport(...given);
