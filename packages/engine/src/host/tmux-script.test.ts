import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { tapeScript } from "../watch/tape.ts";
import { claim, close, fenced, isStill, type Opening, open, quote, STALE, setUp } from "./tmux-script.ts";

/** Reads words as tmux does: 'quoted' as it stands, \' a quote, blanks between words. */
function wordsIn(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === "'") {
      const end = text.indexOf("'", index + 1);
      if (end < 0) throw new Error(`a quote is not closed: ${text}`);
      word = (word ?? "") + text.slice(index + 1, end);
      index = end;
    } else if (character === "\\") {
      index += 1;
      word = (word ?? "") + (text[index] ?? "");
    } else if (character === " ") {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + character;
    }
  }
  return word === null ? words : [...words, word];
}

const opening: Opening = {
  session: "x-builder",
  argv: ["sh", "-c", "it's; #{pid} $HOME"],
  cwd: "/home/me/#{pid} d'e",
  env: { A: 'it\'s; } #(id)\n"two"' },
  project: "p-1",
  instance: "i-1",
  tape: null,
};

describe("a word for tmux", () => {
  it.each([
    ["plain", "'plain'"],
    ["two words", "'two words'"],
    ["it's", "'it'\\''s'"],
    ["", "''"],
    ["$HOME ~ ; { } #{pid} \\", "'$HOME ~ ; { } #{pid} \\'"],
    ["a\nb", "'a\nb'"],
  ])("%j is written %j", (word, expected) => {
    expect(quote(word)).toBe(expected);
  });

  it("comes back as it was, whatever it holds, beside others", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText(), fc.stringMatching(/^['"\\;{}# $]*$/))), (words) => {
        expect(wordsIn(words.map(quote).join(" "))).toEqual(words);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("a command", () => {
  it("works for the newest watchdog alone", () => {
    expect(fenced(7, "a", "b")).toBe(
      `if-shell -F '#{==:#{@fleet_epoch},7}' { a ; b } { display-message -p ${STALE} }`,
    );
    const commands = [setUp(7), open(7, opening), close(7, "x-builder")];
    for (const command of commands) expect(command).toMatch(/^if-shell -F '#\{==:#\{@fleet_epoch\},7\}' \{ /);
  });

  it("raises the epoch, and never lowers it", () => {
    expect(claim(7)).toBe(
      "if-shell -F '#{e|<|:#{?@fleet_epoch,#{@fleet_epoch},0},7}' { set-option -g @fleet_epoch 7 }",
    );
  });

  it("goes to the very session, never to one that begins alike", () => {
    expect(close(7, "x-b")).toContain("kill-session -t '=x-b' ");
    const targets = open(7, opening).match(/-t \S+/g);
    expect(targets).toEqual(Array(3).fill("-t '=x-builder:'"));
  });

  it("opens a session with its program, its folder, its variables and its marks", () => {
    const words = wordsIn(open(7, opening));
    expect(words.slice(words.indexOf("new-session"), words.indexOf(";"))).toEqual([
      ...["new-session", "-d", "-s", "x-builder", "-x", "200", "-y", "50"],
      // tmux expands formats in a folder's name, not in the others.
      ...["-c", "/home/me/##{pid} d'e", "-e", 'A=it\'s; } #(id)\n"two"', "--"],
      ...["sh", "-c", "it's; #{pid} $HOME"],
    ]);
    expect(words.join(" ")).toContain("@fleet_project p-1 ; set-option -t =x-builder: @fleet_instance i-1");
    expect(words.slice(-8)).toContain("#{pane_id}");
  });

  it("has what is printed written to a tape, whatever its folder is called", () => {
    const tape = "/home/me/100% #{pid} it's/tapes/x";
    const words = wordsIn(open(7, { ...opening, tape }));
    const script = words[words.indexOf("pipe-pane") + 3];
    // tmux expands formats in it, and times: the only one that is meant is that of the beginning.
    const [before = "", after = "", ...more] = (script ?? "").split(/(?<!%)%s/);
    const asTold = `${before}7${after}`.replaceAll("##", "#").replaceAll("%%", "%");
    expect([asTold, more]).toEqual([tapeScript(tape, "200x50", "7"), []]);
    expect(before + after).not.toMatch(/(?<!%)(?:%%)*%(?!%)|(?<!#)(?:##)*#(?!#)/);
    expect(open(7, opening)).not.toContain("pipe-pane");
  });

  it("is for this very run, not in copy mode, and with its cursor where it was seen", () => {
    const run = "#{&&:#{==:#{@fleet_epoch},7},#{==:#{@fleet_instance},i-1}}";
    const place = "#{&&:#{==:#{pane_in_mode},0},#{==:#{cursor_x} #{cursor_y},2 49}}";
    expect(isStill(7, "i-1", "2 49")).toBe(`#{&&:${run},${place}}`);
  });

  it("sets up a server whose programs can't reach past their pane", () => {
    for (const option of [
      "remain-on-exit on",
      "set-clipboard off",
      "allow-passthrough off",
      "allow-rename off",
    ])
      expect(setUp(7)).toContain(option);
  });
});
