import { type Line, line, span, wrap } from "./cells.ts";
import type { Row } from "./rows.ts";
import { sayAge } from "./times.ts";
import type { Size } from "./view-text.ts";

/** The selected row in full: the reason, what to type, and what else is known, as far as there is room. */
export function detailOf(row: Row, { columns, rows }: Size, now: number): readonly Line[] {
  const { says, facts, command } = row.is === "agent" ? aboutAgent(row, now) : aboutProject(row);
  const kept = command === null ? 0 : 1;
  const wrapped = wrap(span(says).text, columns);
  const room = Math.max(1, rows - kept);
  const shown = wrapped.slice(0, room);
  const rest = wrapped.slice(room).join(" ");
  const lines = shown.map((text, nth) =>
    line([span(nth === room - 1 && rest !== "" ? `${text} ${rest}` : text)], columns),
  );
  if (lines.length < room) lines.push(line([span(facts, "quiet")], columns));
  if (command !== null) lines.push(line([span("type: ", "quiet"), span(command, "strong")], columns));
  return lines;
}

interface About {
  readonly says: string;
  readonly facts: string;
  readonly command: string | null;
}

function aboutAgent({ agent, concern }: Extract<Row, { is: "agent" }>, now: number): About {
  const { kind, backend, model, state, since, until, next_slot } = agent;
  const times = [
    ...(since == null ? [] : [`up for ${sayAge(since, now)}`]),
    ...(until == null ? [] : [`until ${minuteOf(until)}`]),
    ...(next_slot == null ? [] : [`next slot ${minuteOf(next_slot)}`]),
  ];
  const what = [kind, backend, model, ...(state === "RUNNING" ? [] : [state]), ...times].filter(
    (word) => word != null,
  );
  return {
    says: concern?.reason ?? agent.why ?? "",
    facts: what.join(", "),
    command: concern?.command ?? null,
  };
}

function aboutProject({
  line: { project, status, because, attention },
  concern,
}: Extract<Row, { is: "project" }>): About {
  const command = concern?.command ?? attention?.command ?? null;
  const facts = [project.path, ...(project.tags.length > 0 ? [`tags ${project.tags.join(", ")}`] : [])];
  if (status === null) return { says: because ?? "", facts: facts.join("; "), command };
  const { watchdog, notes = [], phase } = status;
  const watched =
    watchdog === null ? "no watchdog runs" : `watched, epoch ${watchdog.epoch}, pid ${watchdog.pid}`;
  const about = attention === null ? watched : `${attention.agent ?? project.name}: ${attention.reason}`;
  return {
    says: [about, ...notes].join("; "),
    facts: [...facts, ...(phase === null ? [] : [`plan ${phase.plan}`])].join("; "),
    command,
  };
}

/** To the minute, UTC. */
const minuteOf = (iso: string): string => `${iso.slice(0, 16)}Z`;
