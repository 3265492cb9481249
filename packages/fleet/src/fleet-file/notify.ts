import {
  checkedText,
  checkShape,
  closest,
  Delay,
  Duration,
  type Finding,
  Name,
  type Refusal,
  TimeZone,
} from "@fleet/engine";
import { z } from "zod";

/** What a receiver may be told of. */
export const EVENTS = [
  "needs-human",
  "failed",
  "limit",
  "watchdog-lost",
  "recovered",
  "phase-done",
  "sequence-complete",
] as const;
export type NotifyEvent = (typeof EVENTS)[number];

/** Where a secret lies, for it never stands in fleet.toml. */
const ELSEWHERE = /^(env:[A-Za-z_][A-Za-z0-9_]{0,99}|file:\S.*)$/;

/** The message must not repeat what is refused: it may be the secret itself. */
const Secret = checkedText({ pattern: ELSEWHERE.source }, (text): Refusal | null =>
  ELSEWHERE.test(text)
    ? null
    : {
        code: "FL0230",
        message: "a secret must not stand in fleet.toml",
        help: 'name where it lies: "env:NAME" or "file:PATH", and take this one out of use',
      },
);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const TOPIC = /^[-_A-Za-z0-9]{1,64}$/;

/** Why a receiver can't have this address; null when it can. Of one that lies elsewhere only the one who reads it can tell. */
export const refuseAddress = (text: string, of: "webhook" | "ntfy"): Refusal | null => {
  if (ELSEWHERE.test(text)) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const help = of === "ntfy" ? 'as in "https://ntfy.sh/my-topic"' : 'as in "https://example.org/hook"';
  if (url === null || !/^https?:$/.test(url.protocol))
    return { code: "FL0227", message: "this is not an http or https URL", help };
  if (url.username !== "" || url.password !== "")
    return {
      code: "FL0227",
      message: "a URL must not hold a password",
      help: 'write "env:NAME" or "file:PATH"',
    };
  if (of === "webhook" || TOPIC.test(url.pathname.split("/").at(-1) ?? "")) return null;
  return { code: "FL0227", message: "the URL does not end in a topic", help };
};

const QUIET = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

const QuietHours = checkedText({ pattern: QUIET.source }, (text): Refusal | null => {
  const help = 'as in "22:00-07:00"';
  if (!QUIET.test(text)) return { code: "FL0225", message: `\`${text}\` are no hours of a day`, help };
  const [from, to] = text.split("-");
  return from === to ? { code: "FL0222", message: "quiet hours must end at another time", help } : null;
});

const Text = z.string().min(1);
const Events = z.array(z.enum(EVENTS));

/** One who is told, key by key. The descriptions are the documentation. */
export const ReceiverTable = z.strictObject({
  command: z
    .tuple([Text], z.string())
    .optional()
    .describe("A program and its arguments; it gets JSON on its standard input. No shell."),
  webhook: checkedText({}, (text) => refuseAddress(text, "webhook"))
    .optional()
    .describe('A URL that gets JSON by POST. "env:NAME" or "file:PATH" where the URL itself is a secret.'),
  ntfy: checkedText({}, (text) => refuseAddress(text, "ntfy"))
    .optional()
    .describe("The URL of a topic of ntfy. May lie elsewhere, as that of a webhook."),
  desktop: z.boolean().default(false).describe("true: shown on the desktop, by notify-send."),
  secret: Secret.optional().describe(
    'webhook only: signs what is sent. Where it lies: "env:NAME" or "file:PATH".',
  ),
  token: Secret.optional().describe('ntfy only: an access token. Where it lies: "env:NAME" or "file:PATH".'),
  priority: z
    .enum(["min", "low", "default", "high", "urgent"])
    .optional()
    .describe('ntfy only. Default: "high" where something stands still, "default" for the rest.'),
  events: Events.min(1)
    .default(["needs-human", "failed", "limit", "watchdog-lost", "sequence-complete"])
    .describe("What it is told of."),
  min_interval: Delay.prefault("1m").describe(
    'At the least between two messages; what comes in between is told together. "0s": each by itself.',
  ),
  quiet_hours: QuietHours.optional().describe(
    'Then it is told nothing, and all together afterwards: "22:00-07:00".',
  ),
  time_zone: TimeZone.optional().describe("Of quiet_hours. Default: that of this machine."),
  urgent: Events.default([]).describe("Events that are told in quiet hours, too."),
  timeout: Duration.prefault("15s").describe("How long one try may take."),
});

export const NotifyTable = z
  .record(Name, ReceiverTable)
  .default({})
  .describe("Who is told what happens, by names of your own.");

/** How a receiver is reached, and what it needs for that. */
export type Way =
  | { readonly by: "command"; readonly argv: readonly string[] }
  | { readonly by: "webhook"; readonly url: string; readonly secret: string | null }
  | {
      readonly by: "ntfy";
      readonly url: string;
      readonly token: string | null;
      readonly priority: "min" | "low" | "default" | "high" | "urgent" | null;
    }
  | { readonly by: "desktop" };

/** Hours of the day, in minutes since midnight; they may pass it. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  /** Null: the machine's own. */
  readonly timeZone: string | null;
}

/** One who is told what happens. Times are milliseconds. */
export interface Receiver {
  readonly name: string;
  readonly way: Way;
  readonly events: ReadonlySet<NotifyEvent>;
  readonly minInterval: number;
  readonly quiet: QuietHours | null;
  readonly urgent: ReadonlySet<NotifyEvent>;
  readonly timeout: number;
}

const WAYS = ["command", "webhook", "ntfy", "desktop"] as const;
/** The keys of one way alone. */
const OWN = { secret: "webhook", token: "ntfy", priority: "ntfy" } as const;

const tableIn = (raw: unknown, key: string): Readonly<Record<string, unknown>> => {
  const table = isTable(raw) ? raw[key] : null;
  return isTable(table) ? table : {};
};

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The receivers that can be used; what is wrong with one has findings of its own. */
export function receiversOf(raw: unknown): readonly Receiver[] {
  return Object.entries(tableIn(raw, "notify")).flatMap(([name, table]) => {
    const { value, partial } = checkShape(table, ReceiverTable);
    const way = value === null || partial ? null : wayOf(value);
    if (value === null || way === null || !Name.safeParse(name).success) return [];
    const { events, min_interval, quiet_hours, time_zone = null, urgent, timeout } = value;
    const quiet = quiet_hours === undefined ? null : { ...hoursOf(quiet_hours), timeZone: time_zone };
    return [
      {
        name,
        way,
        events: new Set(events),
        minInterval: min_interval,
        quiet,
        urgent: new Set(urgent),
        timeout,
      },
    ];
  });
}

function wayOf(table: z.output<typeof ReceiverTable>): Way | null {
  const { command, webhook, ntfy, desktop, secret = null, token = null, priority = null } = table;
  if (command !== undefined) return { by: "command", argv: command };
  if (webhook !== undefined) return { by: "webhook", url: webhook, secret };
  if (ntfy !== undefined) return { by: "ntfy", url: ntfy, token, priority };
  return desktop ? { by: "desktop" } : null;
}

function hoursOf(text: string): { readonly from: number; readonly to: number } {
  const [, fromHour, fromMinute, toHour, toMinute] = (QUIET.exec(text) ?? []).map(Number);
  const minutes = (hour = 0, minute = 0) => hour * 60 + minute;
  return { from: minutes(fromHour, fromMinute), to: minutes(toHour, toMinute) };
}

/** What is wrong between the keys of a receiver. */
export const notifyFindings = (raw: unknown): readonly Finding[] =>
  Object.entries(tableIn(raw, "notify")).flatMap(([name, table]) =>
    isTable(table) ? receiverFindings(["notify", name], table) : [],
  );

function receiverFindings(
  path: readonly string[],
  table: Readonly<Record<string, unknown>>,
): readonly Finding[] {
  const name = path.at(-1);
  const [way, ...others] = WAYS.filter((key) => key in table && table[key] !== false);
  if (way === undefined) {
    // A misspelt way is told as an unknown key.
    if (Object.keys(table).some((key) => !(key in ReceiverTable.shape) && closest(key, WAYS) !== null))
      return [];
    const message = `\`${name}\` has no way to be told`;
    return [{ code: "FL0211", path, at: "key", message, help: "add command, webhook, ntfy or desktop" }];
  }
  const strange = Object.entries(OWN).filter(([key, of]) => key in table && way !== of);
  const idle = ["time_zone", "urgent"].filter((key) => key in table && !("quiet_hours" in table));
  return [
    ...others.map((key): Finding => {
      const message = `\`${name}\` is told by ${way} already`;
      const related = [{ path: [...path, way], at: "key" as const, message: "here" }];
      return {
        code: "FL0222",
        path: [...path, key],
        at: "key",
        message,
        help: "make two receivers",
        related,
      };
    }),
    ...strange.map(([key, of]): Finding => {
      const message = `\`${key}\` is for ${of}, and \`${name}\` is told by ${way}`;
      return { code: "FL0305", path: [...path, key], at: "key", message };
    }),
    ...idle.map((key): Finding => {
      const message = `\`${key}\` is of no effect without quiet_hours`;
      return { code: "FL0307", severity: "warning", path: [...path, key], at: "key", message };
    }),
    ...inTheClear(path, table),
  ];
}

/** A token that everybody on the way can read. */
function inTheClear(
  path: readonly string[],
  { ntfy, token }: Readonly<Record<string, unknown>>,
): readonly Finding[] {
  if (token === undefined || typeof ntfy !== "string" || !URL.canParse(ntfy)) return [];
  const { protocol, hostname } = new URL(ntfy);
  if (protocol !== "http:" || LOOPBACK.test(hostname)) return [];
  const message = "the token goes over the network for everybody to read";
  return [{ code: "FL0227", severity: "warning", path: [...path, "ntfy"], message, help: "use https" }];
}
