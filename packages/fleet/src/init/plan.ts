/** What a new fleet begins with. */
export interface NewFleet {
  /** Of its folder: what README calls it. */
  readonly name: string;
  readonly engine: { readonly url: string; readonly ref: string };
  /** The url is a path, which means something on this machine alone. */
  readonly local: boolean;
  /** Where CI clones fleet from; null: no workflow. */
  readonly ci: string | null;
}

export const FLEET_FILE = "fleet.toml";
export const IGNORE_FILE = ".gitignore";
export const README_FILE = "README.md";
export const WORKFLOW_FILE = ".github/workflows/fleet.yml";

/** Text by path, fleet.toml last: with it the folder is a fleet. */
export const planFleet = (fleet: NewFleet): Readonly<Record<string, string>> => ({
  [IGNORE_FILE]: `${IGNORED.join("\n")}\n`,
  [README_FILE]: readme(fleet),
  ...(fleet.ci === null ? {} : { [WORKFLOW_FILE]: workflow(fleet.ci) }),
  [FLEET_FILE]: fleetToml(fleet),
});

const IGNORED = [
  "# Projects have repositories of their own. One that CI has to see becomes a submodule: git submodule add --force URL projects/NAME",
  "/projects/*",
  "# What fleet keeps here.",
  "/.fleet/",
];

/** A person's .gitignore with the lines of ours that it lacks; null when it lacks none. */
export function addIgnored(text: string): string | null {
  const there = new Set(text.split(/\r?\n/).map((line) => line.trim().replaceAll(/^\/|\/\*?$/g, "")));
  const missing = IGNORED.filter((line) => !line.startsWith("#")).filter(
    (line) => !there.has(line.replaceAll(/^\/|\/\*?$/g, "")),
  );
  if (missing.length === 0) return null;
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`;
}

const fleetToml = ({
  engine,
  local,
}: NewFleet): string => `# The projects of this fleet. What can stand here: docs/fleet-toml.md of fleet, or by a schema: fleet schema fleet

[engine] # where a new project gets its engine
url = ${JSON.stringify(engine.url)}${local ? " # of this machine; one that others reach, too: fleet engine publish GIT-URL" : ""}
ref = ${JSON.stringify(engine.ref)}

# Each project has a table. fleet create-project NAME makes a project and writes one:
#
# [[project]]
# name = "website"
# path = "projects/website" # relative to this file
# enabled = true            # let fleet up start it
# tags = ["web"]            # fleet up --tag web
# after = ["base"]          # projects that start before it
`;

const readme = ({ name }: NewFleet): string => `# ${name}

A fleet of coding agents: \`fleet.toml\` says which projects there are, and \`fleet status\` how they are.

\`\`\`sh
fleet doctor                    # what this machine lacks
fleet create-project website    # a project with its engine pinned
fleet up --all                  # start every enabled project
fleet service install           # and again after a restart of the machine
\`\`\`
`;

/** Actions by their whole commits, as in fleet's own workflows. */
const workflow = (url: string): string => `name: fleet
on:
  push:
  pull_request:
permissions:
  contents: read
jobs:
  validate:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
          submodules: recursive
      - uses: actions/setup-node@39370e3970a6d050c480ffad4ff0ed4d3fdee5af # v4.1.0
        with:
          node-version: 24
      - name: fleet validate
        env:
          FLEET_SOURCE: ${JSON.stringify(url)}
        run: |
          git clone --quiet --depth 1 -- "$FLEET_SOURCE" "$RUNNER_TEMP/fleet"
          "$RUNNER_TEMP/fleet/scripts/fleet" validate --format github --strict
`;
