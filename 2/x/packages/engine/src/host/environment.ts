/** What every program that we start may know of its caller. All else stays behind: TMUX, GIT_*, NODE_OPTIONS, LD_PRELOAD would change what happens. */
const COMMON = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

export type Environment = Readonly<Record<string, string | undefined>>;

/** The caller's environment, less everything that is not on the list. */
export function pick(env: Environment, more: readonly string[] = []): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    const listed = COMMON.includes(name) || more.includes(name);
    if (listed || name.startsWith("LC_") || name.startsWith("XDG_")) picked[name] = value;
  }
  // Without a UTF-8 locale tmux turns every other letter into an underscore.
  if (![picked.LC_ALL, picked.LC_CTYPE, picked.LANG].some((value) => /utf-?8/i.test(value ?? "")))
    picked.LC_ALL = "C.UTF-8";
  return picked;
}
