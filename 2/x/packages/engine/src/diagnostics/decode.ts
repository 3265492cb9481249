import type { Problem } from "../problem.ts";
import type { Code } from "./codes.ts";
import { placeOf, type Span, startOf } from "./place.ts";
import { CONTROL, codePointOf } from "./safe-text.ts";

export const MAX_BYTES = 256 * 1024;

type Decoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const problem = (
  place: Omit<Problem, "code" | "severity" | "message" | "help" | "related">,
  code: Code,
  message: string,
  help: string | null = null,
): Problem => ({
  ...place,
  code,
  severity: "error",
  message,
  help,
  related: [],
});

/** Bytes to text without a byte order mark: small enough, strict UTF-8, and free of characters that hide or command. */
export function decode(file: string, bytes: Uint8Array, limit = MAX_BYTES): Decoded {
  if (bytes.length > limit) {
    const message = `the file is larger than ${limit / 1024} KiB`;
    return { ok: false, problems: [problem(startOf(file), "FL0003", message)] };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const problems = forbidden(file, text);
    return problems.length === 0 ? { ok: true, text } : { ok: false, problems };
  } catch {
    // notText says where.
    return { ok: false, problems: [notText(file, bytes)] };
  }
}

/** The decoder says only that it failed. Where: at the first replacement character that the bytes do not hold themselves. */
function notText(file: string, bytes: Uint8Array): Problem {
  const lossy = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const encoder = new TextEncoder();
  let index = 0;
  let byte = 0;
  for (const found of lossy.matchAll(/\ufffd/g)) {
    byte += encoder.encode(lossy.slice(index, found.index)).length;
    index = found.index;
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) break;
  }
  const start = lossy.startsWith("\ufeff") ? 1 : 0;
  const place = placeOf(file, lossy.slice(start), [index - start, index - start + 1]);
  return problem(place, "FL0001", `not UTF-8 text at byte ${byte}`, "save the file as UTF-8");
}

const HIDDEN = /[\p{Bidi_Control}\ufeff]/gu;
/** Strings and comments, so that a `#` in a string starts no comment. */
const TOKEN = /"""(?:\\[\s\S]|[^\\])*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*/g;

function forbidden(file: string, text: string): readonly Problem[] {
  const found: { readonly span: Span; readonly message: string }[] = [];
  const note = (index: number, message: string) => found.push({ span: [index, index + 1], message });
  for (const { 0: character, index } of text.matchAll(CONTROL)) {
    note(index, `the control character ${codePointOf(character)} is not allowed`);
  }
  if (text.search(HIDDEN) !== -1) {
    const bare = text.replace(TOKEN, (token) => (token.startsWith("#") ? " ".repeat(token.length) : token));
    for (const { 0: character, index } of bare.matchAll(HIDDEN)) {
      note(index, `the invisible character ${codePointOf(character)} is not allowed outside comments`);
    }
  }
  return found
    .slice(0, 100)
    .map(({ span, message }) => problem(placeOf(file, text, span), "FL0002", message, "remove it"));
}
