import { connect } from "node:net";
import type { Duration } from "../watch/time.ts";

/** Is there anything that takes connections where this http or https URL points to? Never longer than `limit`. */
export function reaches(url: string, limit: Duration = 300): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port || (protocol === "https:" ? 443 : 80)) });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(limit, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** The same, asked once of each: many agents may depend on one server. */
export function askOnce(ask: (url: string) => Promise<boolean>): (url: string) => Promise<boolean> {
  const asked = new Map<string, Promise<boolean>>();
  return (url) => {
    const answer = asked.get(url) ?? ask(url);
    asked.set(url, answer);
    return answer;
  };
}
