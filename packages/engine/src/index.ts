import type * as schemas from "./json-schema.ts";

export { isRefName, Name, ProjectName, TimeZone } from "./agents-file/texts.ts";
export { agentsJsonSchema, parseAgentsFile, readAgentsFile } from "./agents-file.ts";
export { besides, checkProjectFiles, type FileFact, wantedFiles } from "./agents-rules.ts";
export type { Backend } from "./backends/backend.ts";
export { BACKENDS } from "./backends/index.ts";
export type { Passage, Spent, Tokens } from "./backends/passage.ts";
export { chooseBackend, chooseModel } from "./choose-model.ts";
export {
  type Command,
  defineCommand,
  type Flag,
  type Flags,
  type FlagValues,
  type World,
} from "./command/command.ts";
export { runCommands } from "./command/main.ts";
export { operandsOf, pickCommand } from "./command/parse.ts";
export { runAsProcess } from "./command/process.ts";
export { renderFailure } from "./command/render.ts";
export { checkedText, Delay, Duration, FileVersion, type Refusal } from "./diagnostics/checked.ts";
export { type PlacedDocument, readToml, type TomlOptions, withPlaces } from "./diagnostics/document.ts";
export { type Finding, locate, sortProblems, unlessNewer } from "./diagnostics/finding.ts";
export { FORMATS, type Format, failsCheck, formatProblems, saysWhenFine } from "./diagnostics/formats.ts";
export { type Path, placeOf, startOf } from "./diagnostics/place.ts";
export { placeIn } from "./diagnostics/positions.ts";
export { diagnosticsJson, renderProblems } from "./diagnostics/render.ts";
export { oneLine, sanitize } from "./diagnostics/safe-text.ts";
export { checkShape } from "./diagnostics/shape.ts";
export { closest } from "./diagnostics/suggest.ts";
export { fileProblems, type WrittenFile } from "./diagnostics/written-file.ts";
export { pick } from "./host/environment.ts";
export { factsOf } from "./host/file-facts.ts";
export {
  bytesNow,
  entryNow,
  isCode,
  isProgramNow,
  notWritable,
  readText,
  realNow,
  textNow,
  writeWhole,
} from "./host/files.ts";
export { createGit, type Git, isLocal, originOf } from "./host/git.ts";
export { type GrowingFile, openGrowing, wholeLines } from "./host/growing-file.ts";
export { readJournal } from "./host/journal.ts";
export { ask, isHeld, take } from "./host/lock.ts";
export { defaultSocket } from "./host/predecessor.ts";
export { run } from "./host/run.ts";
export { readRunning, type Site } from "./host/site.ts";
export { isTaped, tapeOf } from "./host/tape.ts";
export { createTmux } from "./host/tmux.ts";
export { createWakes, type Wakes } from "./host/wakes.ts";
export { readWritten } from "./host/written-file.ts";
export { FAILURES, Failure, type FailureCode, type Place, type Problem, type Result } from "./problem.ts";
export type { Agent, Project } from "./project.ts";
export { attachAgent, readOnlyFlag } from "./verbs/attach.ts";
export { chosen, readCount } from "./verbs/common.ts";
export { readDuration, readSince } from "./verbs/duration.ts";
export { explain } from "./verbs/explain.ts";
export { type Happened, readHappened } from "./verbs/happened.ts";
export { engineCommands } from "./verbs/index.ts";
export { limits } from "./verbs/limits.ts";
export { read } from "./verbs/read.ts";
export { age, columns } from "./verbs/render.ts";
export { createSurveyor } from "./verbs/survey-many.ts";
export { VERSION } from "./version.ts";
export { type Counters, createCounter } from "./watch/counters.ts";
export { statusFile } from "./watch/course.ts";
export { digest } from "./watch/digest.ts";
export { type JournalEntry, parseEntry } from "./watch/journal.ts";
export { renderKickoff } from "./watch/kickoff.ts";
export { cutTape, endOfWhole, type TapePiece } from "./watch/tape.ts";
export type { Duration as Milliseconds, Instant } from "./watch/time.ts";

// It takes long to load, and nearly nobody asks.
export const loadEngineSchemas = async (): Promise<typeof schemas.engineSchemas> =>
  (await import("./json-schema.ts")).engineSchemas;
