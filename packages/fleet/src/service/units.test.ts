import { describe, expect, it } from "vitest";
import { isTellable, planUnits, type Runner, type UnitProject } from "./units.ts";

const runner: Runner = {
  ...{ scope: "user", user: "ada", group: "ada", home: "/home/ada" },
  env: { PATH: "/usr/bin:/bin", HOME: "/home/ada", FLEET_NODE: "/usr/bin/node" },
};

const shop: UnitProject = {
  name: "shop",
  folder: "/srv/shop",
  state: "/srv/shop/.ao-state",
  launcher: "/srv/shop/engine/agents",
  after: [],
};

const fleet = {
  ...{ file: "/srv/fleet.toml", program: "/opt/fleet/scripts/fleet" },
  ...{ upAll: false, notifies: false },
};

const unitsOf = (project: Partial<UnitProject> = {}, more: Partial<Runner> = {}) =>
  planUnits(fleet, [{ ...shop, ...project }], { ...runner, ...more });

const dropInOf = (project: Partial<UnitProject> = {}, more: Partial<Runner> = {}): string =>
  unitsOf(project, more)["fleet-project@shop.service.d/10-fleet.conf"] ?? "";

describe("the units of a fleet", () => {
  it("are a target, a template for all projects, and what is each one's own", () => {
    const units = unitsOf();
    expect(Object.keys(units)).toEqual([
      "fleet.target",
      "fleet-project@.service",
      "fleet-project@shop.service.d/10-fleet.conf",
    ]);
    expect(units["fleet.target"]).toBe(`# Made by \`fleet service install\`
[Unit]
Description=fleet: the watchdogs of all projects

[Install]
WantedBy=default.target
`);
    expect(units["fleet-project@.service"]).toBe(`# Made by \`fleet service install\`
# What is each project's own stands in fleet-project@NAME.service.d/10-fleet.conf.
# Both are written anew by the next install; your own settings go into: systemctl edit fleet-project@NAME
[Unit]
Description=fleet: the watchdog of %i
PartOf=fleet.target
StartLimitIntervalSec=10min
StartLimitBurst=30

[Service]
Type=exec
# 0: it was taken down. 2: it is called wrongly. 4: another keeper has the project.
Restart=always
RestartSec=10s
RestartPreventExitStatus=0 2 4
SuccessExitStatus=4
# Agents are in this control group. They go on when the watchdog is stopped; fleet down ends them.
KillMode=process
OOMPolicy=continue
TimeoutStopSec=60s

[Install]
WantedBy=fleet.target
`);
    expect(dropInOf()).toBe(`# Made by \`fleet service install\` of /srv/fleet.toml
[Unit]
Description=fleet: the watchdog of shop (/srv/shop)
# Without wishes nobody was ever asked for.
ConditionPathExists=/srv/shop/.ao-state/wishes.json

[Service]
WorkingDirectory=/srv/shop
ExecStart=/srv/shop/engine/agents keep /srv/shop/agents.toml
Environment="PATH=/usr/bin:/bin"
Environment="HOME=/home/ada"
Environment="FLEET_NODE=/usr/bin/node"
Environment="FLEET_KEEPER_STATE=/srv/shop/.ao-state"
# For keys: NAME=value, a line each.
EnvironmentFile=-/home/ada/.config/fleet/environment
StandardOutput=append:/srv/shop/.ao-state/watchdog.log
`);
  });

  it("of the system run as whose the fleet is, and wait for the network", () => {
    const units = unitsOf({}, { scope: "system" });
    expect(units["fleet.target"]).toContain("WantedBy=multi-user.target\n");
    const text = dropInOf({}, { scope: "system" });
    expect(text).toContain("User=ada\nGroup=ada\n");
    expect(text).toContain("Wants=network-online.target\nAfter=network-online.target\n");
  });

  it("come after those that fleet.toml names", () => {
    expect(dropInOf({ after: ["base", "db"] })).toContain(
      "After=fleet-project@base.service\nAfter=fleet-project@db.service\n",
    );
  });

  it("have one more that starts every enabled project, where it is asked for", () => {
    const units = planUnits({ ...fleet, upAll: true }, [shop], runner);
    const [name = ""] = Object.keys(units).filter((one) => one.startsWith("fleet-up@"));
    expect(name).toMatch(/^fleet-up@srv-[0-9a-f]{6}\.service$/);
    expect(units[name]).toContain("ExecStart=/opt/fleet/scripts/fleet up --all\n");
    expect(units[name]).toContain("After=fleet-project@shop.service\n");
    expect(units[name]).toContain("KillMode=process\n");
  });

  it("have one more that tells what happens, where there is somebody to tell", () => {
    const units = planUnits({ ...fleet, notifies: true }, [shop], runner);
    const [name = ""] = Object.keys(units).filter((one) => one.startsWith("fleet-notify@"));
    expect(units[name]).toContain("ExecStart=/opt/fleet/scripts/fleet notify run\n");
    expect(units[name]).toContain("RestartForceExitStatus=75\n");
  });
});

describe("what means something to systemd", () => {
  it.each<[string, string, string]>([
    ["a blank", "/srv/my shop", '"/srv/my shop/agents.toml"'],
    ["a specifier", "/srv/50%off", '"/srv/50%%off/agents.toml"'],
    ["a variable", "/srv/$HOME", '"/srv/$$HOME/agents.toml"'],
    ["a quote", '/srv/"x"', '"/srv/\\"x\\"/agents.toml"'],
    ["a backslash", "/srv/a\\b", '"/srv/a\\\\b/agents.toml"'],
  ])("is itself in a command: %s", (_, folder, word) => {
    expect(dropInOf({ folder })).toContain(`keep ${word}\n`);
  });

  it("is itself in the program that is run, where a $ means nothing", () => {
    expect(dropInOf({ launcher: "/srv/a $b %h/agents" })).toContain('ExecStart="/srv/a $b %%h/agents" keep ');
  });

  it("is itself in a folder, where only % means something", () => {
    const text = dropInOf({ folder: '/srv/my "$%h' });
    expect(text).toContain('WorkingDirectory=/srv/my "$%%h\n');
  });

  it("is itself in a variable", () => {
    expect(dropInOf({}, { env: { PATH: '/a b:/"%$c\\' } })).toContain(
      'Environment="PATH=/a b:/\\"%%$c\\\\"\n',
    );
  });

  it.each([
    ["/srv/shop", true],
    ["/srv/shop ", false],
    ["/srv/shop\\", false],
    ["/srv/a\nb", false],
  ])("%j can be told: %s", (place, expected) => {
    expect(isTellable(place)).toBe(expected);
  });
});
