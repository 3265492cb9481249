import type { DISK } from "./codes/disk.ts";
import type { FILES } from "./codes/files.ts";
import type { RELATIONS } from "./codes/relations.ts";
import type { SYNTAX } from "./codes/syntax.ts";
import type { VALUES } from "./codes/values.ts";

/** Stable, while the words of a single message are not. What each means is in code-table.ts, which nothing loads at start-up. */
export type Code =
  | keyof typeof FILES
  | keyof typeof SYNTAX
  | keyof typeof VALUES
  | keyof typeof RELATIONS
  | keyof typeof DISK;
