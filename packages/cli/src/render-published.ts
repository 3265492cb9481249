import { oneLine } from "@fleet/engine";
import type { PublishAnswer, Published } from "@fleet/fleet";
import { ANSWER_VERSION } from "./render.ts";

interface Shown {
  readonly dryRun: boolean;
  /** Of fleet.toml, as the user would write it. */
  readonly file: string;
}

/** What is there now, and which projects do not know it. */
export function renderPublished(published: Published, { dryRun, file }: Shown): string {
  const { url, pushed, there, rewritten, headless, elsewhere } = published;
  const would = dryRun ? "would be " : "";
  const lines = [
    pushed.length === 0
      ? `${oneLine(url)} has every release already: ${there.map(oneLine).join(", ")}`
      : `${would}pushed to ${oneLine(url)}: ${pushed.map(oneLine).join(", ")}`,
    ...(rewritten ? [`${would}written into ${file}: url = ${JSON.stringify(url)} under [engine]`] : []),
  ];
  if (headless)
    lines.push(
      "no project can be made of it yet: its default branch is one that is not there",
      "  make main its default branch; where it is on this machine: git -C FOLDER symbolic-ref HEAD refs/heads/main",
    );
  if (elsewhere.length > 0)
    lines.push(
      `these projects fetch their engine from elsewhere: ${elsewhere.join(", ")}`,
      "  git -C FOLDER submodule set-url engine URL, then commit .gitmodules",
    );
  return lines.map((line) => `${line}\n`).join("");
}

export function publishedJson(published: Published, { dryRun }: Shown): string {
  const { url, pushed, there, rewritten, headless, elsewhere } = published;
  const answer: PublishAnswer = {
    schema_version: ANSWER_VERSION,
    dry_run: dryRun,
    url,
    pushed: [...pushed],
    there: [...there],
    rewritten,
    headless,
    elsewhere: [...elsewhere],
  };
  return `${JSON.stringify(answer)}\n`;
}
