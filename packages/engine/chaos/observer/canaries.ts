import { execFile } from "node:child_process";

/** Sessions that nobody may touch: a project's neighbours, by the socket of their server. */
export interface Canaries {
  see(): Promise<readonly string[]>;
}

/** Whatever was there at the first look stays, with its process and the moment of its making. */
export function createCanaries(socket: string, prefix: string): Canaries {
  let before: readonly string[] | null = null;
  return {
    async see() {
      const now = (await list(socket)).filter((line) => line.startsWith(prefix));
      const gone = (before ?? []).filter((line) => !now.includes(line));
      before ??= now;
      return gone.map((line) => `a neighbour's session was touched: ${line}`);
    },
  };
}

const FORMAT = "#{session_name} #{pane_pid} #{session_created} #{pane_dead}";

const list = (socket: string): Promise<readonly string[]> =>
  new Promise((resolve) => {
    execFile("tmux", ["-S", socket, "list-panes", "-a", "-F", FORMAT], (_, out) =>
      resolve(out.split("\n").filter(Boolean)),
    );
  });
