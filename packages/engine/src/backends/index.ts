import type { Backend } from "./backend.ts";
import { claude } from "./claude/claude.ts";
import { codex } from "./codex/codex.ts";
import { demo } from "./demo/demo.ts";
import { gemini } from "./gemini/gemini.ts";
import { opencode } from "./opencode/opencode.ts";

/** Every backend that this engine can run. To add one: a folder beside this file, a line here, one for its table in agents-file/schema.ts, and screens in its test. */
export const BACKENDS: Readonly<Record<string, Backend>> = { claude, codex, demo, gemini, opencode };
