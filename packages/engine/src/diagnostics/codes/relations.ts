import type { CodePage } from "./page.ts";

const pair = (first: string, second: string) =>
  `[[project]]\nname = "one"\npath = "projects/one"\n${first}\n\n[[project]]\n${second}`;
const persistent = (keys: string) => `[agents.one]\nkind = "persistent"\n${keys}`;

/** What lies between two keys, two projects, or a key and what it is for. */
export const RELATIONS = {
  FL0300: {
    title: "a name is there twice",
    rule: "Projects, sessions and phases are told apart by their names. Phases become file names, and some disks do not tell upper from lower case.",
    fix: "Rename one of the two. The message says where the first one is.",
    example: {
      of: "fleet.toml",
      wrong: pair("", 'name = "one"\npath = "projects/two"'),
      right: pair("", 'name = "two"\npath = "projects/two"'),
    },
  },
  FL0301: {
    title: "two projects would mix up their sessions",
    rule: "A session is called by its project's `session_prefix` and its agent. Two projects that would make the same session would each take the other's for its own. With a disabled project it is a warning.",
    fix: 'Give one of them another `session_prefix`. The project\'s name and a dash is a good one: "shop-".',
    example: {
      of: "sh",
      wrong: 'grep session_prefix projects/*/agents.toml   # twice "x-"',
      right: 'grep session_prefix projects/*/agents.toml   # "shop-" and "blog-"',
    },
  },
  FL0302: {
    title: "two paths overlap",
    rule: "A folder belongs to one project, a port to one server, a clone to one loop agent, and a state directory to the watchdog alone. Two in one place change what the other relies on.",
    fix: "Give each a place of its own.",
    example: {
      of: "fleet.toml",
      wrong: pair("", 'name = "two"\npath = "projects/one/two"'),
      right: pair("", 'name = "two"\npath = "projects/two"'),
    },
  },
  FL0303: {
    title: "a name that nothing has",
    rule: "What is named has to be there: an agent, a project, a server, a slot of the template.",
    fix: "Correct the name, or add what it names. In a template write `{{` for a plain brace.",
    example: {
      of: "fleet.toml",
      wrong: pair('after = ["too"]', 'name = "two"\npath = "projects/two"'),
      right: pair('after = ["two"]', 'name = "two"\npath = "projects/two"'),
    },
  },
  FL0304: {
    title: "a circle of dependencies",
    rule: "`after` is an order, and in a circle nobody could begin.",
    fix: "Remove one `after` of the circle that the message names.",
    example: {
      of: "fleet.toml",
      wrong: pair('after = ["two"]', 'name = "two"\npath = "projects/two"\nafter = ["one"]'),
      right: pair('after = ["two"]', 'name = "two"\npath = "projects/two"'),
    },
  },
  FL0305: {
    title: "a setting that this kind does not take",
    rule: "Schedules are for tasks, models per phase for loop agents, backends and models not for services. Said where it is a warning: the setting can be obeyed, and does harm.",
    fix: "Remove it, or change the kind.",
    example: {
      of: "agents.toml",
      wrong: persistent('schedule = "0 3 * * 6"'),
      right: '[agents.one]\nkind = "task"\nschedule = "0 3 * * 6"',
    },
  },
  FL0306: {
    title: "an unknown model, or one that the backend does not run",
    rule: "A model is an alias of [models], one of opus, sonnet and haiku, or a full id. A bare word that is none of these is a slip. An alias stands for a full id.",
    fix: "Take the alias that the message offers, add it to [models], or write the full id.",
    example: { of: "agents.toml", wrong: persistent('model = "opsu"'), right: persistent('model = "opus"') },
  },
  FL0307: {
    title: "a setting without effect",
    rule: "It is right in itself, and nothing that there is makes use of it. A warning.",
    fix: "Remove it, or add what it is for.",
    example: {
      of: "agents.toml",
      wrong: '[agents.one]\nkind = "task"\ntz = "Europe/Berlin"',
      right: '[agents.one]\nkind = "task"\ntz = "Europe/Berlin"\nschedule = "0 3 * * 6"',
    },
  },
} as const satisfies Readonly<Record<string, CodePage>>;
