import { describe, expect, it } from "vitest";
import { parsePanes } from "./panes.ts";

const FIELDS = {
  session: "x-builder",
  id: "%1",
  pid: "4711",
  dead: "0",
  status: "",
  signal: "",
  mode: "0",
  column: "2",
  row: "49",
  activity: "1781352000",
  width: "200",
  height: "50",
  server: "99",
  epoch: "7",
  project: "p-1",
  instance: "i-1",
  own: "%1",
  created: "1781351000",
  title: "✳ at work\ton it",
};
const line = (more: Partial<typeof FIELDS> = {}) => `${Object.values({ ...FIELDS, ...more }).join("\t")}\n`;
const only = (more: Partial<typeof FIELDS>) =>
  parsePanes(line(more)).sessions.get(more.session ?? "x-builder");

describe("the panes that tmux lists", () => {
  it("are read with all that is marked on them", () => {
    expect(parsePanes(line())).toEqual({
      server: 99,
      epoch: 7,
      sessions: new Map([
        [
          "x-builder",
          {
            ...{ session: "x-builder", id: "%1", pid: 4711, project: "p-1", instance: "i-1" },
            ...{ dead: false, exit: undefined, scrolled: false, cursor: "2 49", activity: 1781352000 },
            ...{ size: "200x50" },
            created: 1781351000,
            title: "✳ at work\ton it",
          },
        ],
      ]),
    });
  });

  it("are none when nothing is listed", () => {
    expect(parsePanes("")).toEqual({ server: null, epoch: 0, sessions: new Map() });
  });

  it.each([
    ["alive", { dead: "0", status: "" }, undefined],
    ["dead with an exit", { dead: "1", status: "3" }, { code: 3 }],
    ["dead with a clean exit", { dead: "1", status: "0" }, { code: 0 }],
    ["dead by a signal", { dead: "1", signal: "9" }, { signal: "9" }],
    ["dead by a signal, with a status as well", { dead: "1", status: "0", signal: "15" }, { signal: "15" }],
    ["dead, and tmux does not know how yet: that is no clean exit", { dead: "1" }, undefined],
  ])("are %s", (_, fields, exit) => {
    expect(only(fields)).toMatchObject({ dead: fields.dead === "1" });
    expect(only(fields)?.exit).toEqual(exit);
  });

  it.each([
    ["0", false],
    ["", false],
    ["1", true],
    ["2", true],
  ])("are scrolled when in %j modes: %s", (mode, scrolled) => {
    expect(only({ mode })?.scrolled).toBe(scrolled);
  });

  it("have no marks on a session that is not ours", () => {
    expect(only({ project: "", instance: "", own: "" })).toMatchObject({ project: null, instance: null });
  });

  it("are told apart by the whole name of their session", () => {
    const { sessions } = parsePanes(
      line({ session: "x-a" }) + line({ session: "x-a3", id: "%2", own: "%2" }),
    );
    expect([...sessions.keys()]).toEqual(["x-a", "x-a3"]);
  });

  it.each([
    ["before it", line({ id: "%9" }) + line()],
    ["behind it", line() + line({ id: "%9" })],
  ])("count once a session: ours, though a person split another off %s", (_, listed) => {
    const { sessions } = parsePanes(listed);
    expect([...sessions.values()].map(({ id }) => id)).toEqual(["%1"]);
  });

  it("are gone with ours, though a pane that a person made is left", () => {
    expect(parsePanes(line({ id: "%9" })).sessions.size).toBe(0);
  });

  it("count the first of a session that has no marks", () => {
    const { sessions } = parsePanes(line({ own: "" }) + line({ own: "", id: "%9" }));
    expect(sessions.get("x-builder")?.id).toBe("%1");
  });

  it("are of epoch 0 on a server that nobody claimed", () => {
    expect(parsePanes(line({ epoch: "" })).epoch).toBe(0);
  });
});
