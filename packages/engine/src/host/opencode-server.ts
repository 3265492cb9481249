import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../problem.ts";
import type { Duration } from "../watch/time.ts";
import type { Disk } from "./disk.ts";
import type { Seat } from "./opencode-seats.ts";

/*
 * The server that agents of opencode share. All of it lies in a folder of its
 * own in the state directory: the password of its latest start, who sits where
 * in it, and its temporary files.
 */

/** As it answers: not at all; somebody else does, in its place; it does not come to it; or it has not opened the folder yet. */
export type Health = "ready" | "away" | "stranger" | "mute" | "opening";

const placeOf = (state: string, service: string) => {
  const folder = path.join(state, "servers", service);
  const at = (name: string): string => path.join(folder, name);
  return { password: at("password"), seats: at("seats"), tmp: at("tmp") };
};
export type ServerPlace = ReturnType<typeof placeOf>;

export const passwordOf = (state: string, service: string, disk: Disk): Promise<string | null> =>
  disk.read(placeOf(state, service).password);

/**
 * For its next start: a new password, and an empty folder for temporary files. Whatever lies in its place, a link
 * perhaps, is removed and not followed; the machine's own folder for them is left alone.
 */
export async function furnish(
  state: string,
  service: string,
  disk: Disk,
): Promise<ServerPlace & { readonly secret: string }> {
  const place = placeOf(state, service);
  await disk.makeFolder(place.seats);
  await rm(place.tmp, { recursive: true, force: true });
  await disk.makeFolder(place.tmp);
  const secret = randomBytes(32).toString("base64url");
  await disk.write(place.password, secret, 0o600);
  return { ...place, secret };
}

/** Is it up, and is it ours? With a folder: has it opened that, so that a conversation there begins at once? It takes seconds, the first time. */
export async function healthOf(
  url: string,
  password: string,
  directory: string | null,
  limit: Duration = 300,
): Promise<Health> {
  const asked = await ask(url, "/global/health", password, limit);
  if (typeof asked === "string") return asked;
  const { healthy } = await jsonOf(asked);
  if (!asked.ok || healthy !== true) return "stranger";
  if (directory === null) return "ready";
  const opened = await ask(url, `/session/status?${new URLSearchParams({ directory })}`, password, limit);
  if (typeof opened === "string") return "opening";
  await opened.body?.cancel();
  return opened.ok ? "ready" : "opening";
}

/** Its id. @throws Failure ENGINE_FAILED */
export async function openConversation(
  url: string,
  password: string,
  directory: string,
  title: string,
): Promise<string> {
  const at = `/session?${new URLSearchParams({ directory })}`;
  const answer = await ask(url, at, password, 5_000, JSON.stringify({ title }));
  const { id } = typeof answer === "string" ? {} : await jsonOf(answer);
  if (typeof id === "string") return id;
  throw new Failure("ENGINE_FAILED", `its server ${url} does not open a conversation`);
}

type Json = Readonly<Record<string, unknown>>;

/** Empty where it is none. */
const jsonOf = (answer: Response): Promise<Json> =>
  answer.json().then(
    (value) => (value ?? {}) as Json,
    () => ({}),
  );

/** @returns why there is no answer, where there is none. */
async function ask(
  url: string,
  at: string,
  password: string,
  limit: Duration,
  body: string | null = null,
): Promise<Response | "away" | "mute"> {
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;
  try {
    return await fetch(new URL(at, url), {
      method: body === null ? "GET" : "POST",
      headers: { authorization, "content-type": "application/json" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(limit),
    });
  } catch (error) {
    return isRefused(error) ? "away" : "mute";
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ECONNREFUSED";

const files = (state: string, service: string, agent: string) => {
  const { seats } = placeOf(state, service);
  return { seat: path.join(seats, `${agent}.json`), first: path.join(seats, `${agent}.first`) };
};

/** The agent sits there from now on, and is told this first. */
export async function takeSeat(
  state: string,
  service: string,
  seat: Seat,
  first: string | null,
  disk: Disk,
): Promise<void> {
  const at = files(state, service, seat.agent);
  if (first === null) await disk.remove(at.first);
  else await disk.write(at.first, JSON.stringify({ instance: seat.instance, text: first }));
  await disk.write(at.seat, JSON.stringify(seat));
}

/** What goes on in its conversation ends. */
export const leaveSeat = (state: string, service: string, agent: string, disk: Disk): Promise<void> =>
  disk.remove(files(state, service, agent).seat);

export const tmpOf = (state: string, service: string): string => placeOf(state, service).tmp;
