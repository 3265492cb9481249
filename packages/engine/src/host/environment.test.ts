import { describe, expect, it } from "vitest";
import { pick } from "./environment.ts";

const utf8 = { LANG: "de_DE.UTF-8" };

describe("what a program may know of its caller", () => {
  it.each([
    ["where programs and people live", { PATH: "/bin", HOME: "/root", USER: "me", SHELL: "/bin/sh" }],
    ["the language and the time", { ...utf8, LC_TIME: "C", LANGUAGE: "de", TZ: "UTC" }],
    ["where to put things", { TMPDIR: "/t", XDG_CONFIG_HOME: "/c", XDG_RUNTIME_DIR: "/r" }],
    ["how to reach the net", { HTTP_PROXY: "p", https_proxy: "p", NO_PROXY: "n", SSH_AUTH_SOCK: "/s" }],
  ])("is %s", (_, env) => {
    expect(pick({ ...utf8, ...env })).toEqual({ ...utf8, ...env });
  });

  it.each([
    "TMUX",
    "TMUX_PANE",
    "TMUX_TMPDIR",
    "NODE_OPTIONS",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "BASH_ENV",
    "ENV",
    "GIT_DIR",
    "GIT_SSH_COMMAND",
    "GIT_CONFIG_COUNT",
    "ANTHROPIC_API_KEY",
    "FLEET_INSTANCE",
    "FLEET_KEEPER_PID",
    "path",
    "Path",
    "LCX",
    "XDGX",
    "",
  ])("is not %s", (name) => {
    expect(pick({ ...utf8, [name]: "x" })).toEqual(utf8);
  });

  it("is what it is said to need, besides", () => {
    expect(pick({ ...utf8, ANTHROPIC_API_KEY: "k", OTHER: "o" }, ["ANTHROPIC_API_KEY"])).toEqual({
      ...utf8,
      ANTHROPIC_API_KEY: "k",
    });
  });

  it.each([
    ["none is set", {}, "C.UTF-8"],
    ["another is set", { LANG: "de_DE.ISO-8859-1" }, "C.UTF-8"],
    ["the C locale is set", { LC_ALL: "C" }, "C.UTF-8"],
    ["LANG is one", { LANG: "de_DE.UTF-8" }, undefined],
    ["LC_CTYPE is one", { LC_CTYPE: "en_US.utf8" }, undefined],
    ["LC_ALL is one", { LC_ALL: "tr_TR.UTF-8" }, "tr_TR.UTF-8"],
  ])("is always a UTF-8 locale: %s", (_, env, expected) => {
    expect(pick(env).LC_ALL).toBe(expected);
  });

  it("leaves out what has no value", () => {
    expect(pick({ ...utf8, PATH: undefined })).toEqual(utf8);
  });
});
