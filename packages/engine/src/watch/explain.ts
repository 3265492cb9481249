import type { AgentRecord } from "./record.ts";
import type { Assessment } from "./scene.ts";
import type { Exit } from "./sighting.ts";

/** An assessment as one sentence, without times: those stand beside it. */
export function explain(assessment: Assessment, { run, ended }: AgentRecord): string {
  switch (assessment.is) {
    case "unseen":
    case "held":
      return assessment.because;
    case "foreign":
      return "a session with its name that is not ours";
    case "down":
      return ended === null ? "never started" : `ended: ${ended.how}${sayExit(ended.exit)}`;
    case "missing":
      return assessment.automatic ? "to be started again" : "to be started";
    case "resting":
      return `waits before its next start${ended === null ? "" : `, after: ${ended.how}${sayExit(ended.exit)}`}`;
    case "starting":
      return "started, not ready yet";
    case "working":
      return "works";
    case "ready":
      return "is ready";
    case "unread":
      return "shows a screen that no rule knows";
    case "waiting":
      return "waits, as it declared";
    case "overdue":
      return assessment.woken ? "missed its declared wait, and was told so" : "missed its declared wait";
    case "asking":
      return `asks: ${assessment.question}`;
    case "limited":
      return assessment.over ? "was at a limit that is over" : "is at a usage limit";
    case "unwell":
      return `shows an error: ${assessment.error}`;
    case "draining":
      return `goes down when its time has come: ${assessment.because}`;
    case "due-to-stop":
      return `is to be stopped: ${assessment.evidence}`;
    case "stopping":
      return `is being stopped: ${assessment.because}`;
    case "leftover":
      return "ended, its session is still there";
    case "outlived":
      return `ended, and ${assessment.processes} of its processes go on`;
    case "finished":
      if (run !== null) return "finished, and stays for review";
      return assessment.exit === null && ended !== null
        ? `ended: ${ended.how}`
        : `finished${sayExit(assessment.exit)}`;
    case "crash-looping":
      return assessment.because;
    case "failed":
      return `FAILED ${assessment.because}`;
    default:
      return assessment satisfies never;
  }
}

export const sayExit = (exit: Exit | null): string =>
  exit === null ? "" : "code" in exit ? ` with exit ${exit.code}` : ` by signal ${exit.signal}`;
