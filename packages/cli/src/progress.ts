import type { World } from "@fleet/engine";

/** Who is at work just now, in the last line of a terminal. Elsewhere it says nothing: each project's own words are enough. */
export interface Progress {
  begin(name: string): void;
  end(name: string): void;
  close(): void;
}

const SHOWN = 4;

export function openProgress({ err, live = false }: World, verb: string, total: number): Progress {
  const at = new Set<string>();
  let done = 0;
  const clear = () => err("\r\u001b[K");
  const draw = () => {
    const names = [...at].slice(0, SHOWN).join(", ");
    const more = at.size > SHOWN ? ` and ${at.size - SHOWN} more` : "";
    err(`\r\u001b[K${verb}: ${done} of ${total} done; at work: ${names}${more}`);
  };
  if (!live) return { begin: () => {}, end: () => {}, close: () => {} };
  return {
    begin(name) {
      at.add(name);
      draw();
    },
    end(name) {
      at.delete(name);
      done += 1;
      // What is said of it next begins on a clean line; the next who begins draws again.
      clear();
    },
    close: clear,
  };
}
