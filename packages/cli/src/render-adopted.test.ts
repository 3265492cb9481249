import type { Adopted } from "@fleet/fleet";
import { expect, it } from "vitest";
import { adoptedJson, renderAdopted } from "./render-adopted.ts";

const ADOPTED: Adopted = {
  name: "cc-ci",
  path: "projects/cc-ci",
  from: "/srv/cc-ci/cc-ci-plan",
  dialect: "old",
  engine: "0123456789abcdef0123456789abcdef01234567",
  phase: { id: "poe2e", index: 18, total: 19 },
  conversations: { orchestrator: "0f8fad5b" },
  files: [".gitignore", "agents.toml"],
  clones: [
    { folder: "clones/cc-ci", from: "/srv/cc-ci/cc-ci", url: "https://git.example/cc-ci.git" },
    { folder: "clones/adv", from: "/srv/cc-ci/adv", url: null },
  ],
  agents_toml: "[defaults]\n",
  remarks: [],
  sources: new Map(),
};

it("says what was made, what was carried over, and what comes next", () => {
  expect(
    renderAdopted(ADOPTED, "fleet.toml"),
  ).toBe(`made projects/cc-ci from /srv/cc-ci/cc-ci-plan, which was only read
  the engine is at 0123456; registered in fleet.toml with enabled = false
  files: .gitignore agents.toml
  phase: poe2e [19/19]
  conversation of orchestrator: 0f8fad5b
  to clone: clones/cc-ci from https://git.example/cc-ci.git
  to clone: clones/adv from the origin of /srv/cc-ci/adv

next:
  1. fleet validate
  2. fleet parity cc-ci --against /srv/cc-ci/cc-ci-plan
  3. fleet cutover cc-ci   the runbook: stop the old one, start this one, and the way back
`);
});

it("says of a dry run that nothing was written, and shows the file that would be", () => {
  const said = renderAdopted({ ...ADOPTED, engine: null, phase: null }, "fleet.toml");
  expect(said).toContain("would make projects/cc-ci from /srv/cc-ci/cc-ci-plan; nothing was written\n");
  expect(said).toContain("  phase: none is known: the first\n");
  expect(said).toMatch(/agents\.toml would be:\n\n\[defaults\]\n$/);
  expect(said).not.toContain("next:");
});

it("says that one of fleet's own stays where it is", () => {
  const own: Adopted = { ...ADOPTED, dialect: "fleet", path: "../shop", name: "shop" };
  expect(
    renderAdopted(own, "fleet.toml"),
  ).toBe(`../shop is one of fleet's already: with the engine at 0123456, registered in fleet.toml as shop with enabled = false
next: fleet validate; then set enabled = true, and fleet up shop
`);
});

it("tells programs all of it but the sources", () => {
  expect(JSON.parse(adoptedJson(ADOPTED))).toMatchObject({ schema_version: 1, name: "cc-ci", remarks: [] });
  expect(adoptedJson(ADOPTED)).not.toContain("sources");
});
