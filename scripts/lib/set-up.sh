# What scripts/fleet and scripts/test have in common: everything that has to be in place, and how it gets there.
# Plain sh, sourced. Wants $root, the folder of the checkout; sets $node.

oldest_node=24
oldest_pnpm=12

built=$root/packages/cli/dist/fleet
toolchain=$root/.toolchain

say() { printf 'fleet: %s\n' "$1" >&2; }

fail() {
  say "$1"
  exit 3
}

has() { command -v "$1" >/dev/null 2>&1; }

# Is all in place, and no source newer than the program that was built from it? Folders count too: a file may be gone.
is_ready() {
  node=''
  # This is written last, so it vouches for the rest.
  [ -f "$built/node" ] && [ -f "$root/node_modules/.pnpm/lock.yaml" ] || return 1
  read -r node <"$built/node"
  node=${FLEET_NODE:-$node}
  [ -x "$node" ] || return 1
  newer=$(find "$root"/packages/*/src "$root"/packages/*/package.json "$root/pnpm-lock.yaml" \
    "$scripts/bundle.ts" "$scripts/build-cli.ts" "$scripts/start.cjs" -newer "$built/start.cjs" -print -quit) || return 1
  [ -z "$newer" ]
}

# A short command makes little rubbish: with room for all of it, none is collected. And a long one is not given ever more.
run_built() { exec "$node" --min-semi-space-size=16 --max-semi-space-size=16 "$built/start.cjs" "$@"; }

# All of it: tools, packages, and the program.
set_up() {
  may_write || fail "$root can't be written to, and fleet is not set up there: run scripts/fleet once as its owner, or clone it into a folder of your own"
  take_turn
  if ! is_ready; then
    get_parts
    build
  fi
  exec 9>&-
}

# Without the program: what a source does wrong is for the gates to say.
set_up_workspace() {
  may_write || fail "$root can't be written to: clone it into a folder of your own"
  take_turn
  get_parts
  exec 9>&-
}

get_parts() {
  need git "the engines of projects are git submodules"
  has tmux || offer tmux || say "tmux is not installed; agents can't be started without it: $(install_line tmux)"
  choose_tools
  install_packages
}

may_write() {
  mkdir -p "$toolchain" 2>/dev/null && (: >>"$toolchain/lock") 2>/dev/null
}

# Two at the same moment: one sets up, the other waits. The kernel lets go of the lock when its holder dies.
take_turn() {
  exec 9>>"$toolchain/lock"
  has flock || return 0
  flock -n 9 && return
  say 'another fleet is setting up this checkout: waiting for it …'
  flock 9
}

# Sets $node, and the PATH on which node and pnpm are those that will do.
choose_tools() {
  machine=$PATH
  PATH=$toolchain/node_modules/.bin:$machine
  if ! { find_node && find_pnpm; }; then
    PATH=$machine
    wanted=''
    names=''
    find_node || want "node@$oldest_node" "Node $oldest_node"
    find_pnpm || want "pnpm@$oldest_pnpm" "pnpm $oldest_pnpm"
    get_tools
    PATH=$toolchain/node_modules/.bin:$machine
    find_node || fail "the Node $oldest_node that npm brings does not run on this system: install Node $oldest_node or newer (https://nodejs.org/en/download), or set FLEET_NODE to its path"
    find_pnpm || fail "the pnpm $oldest_pnpm that npm brings does not run on this system: install it (https://pnpm.io/installation), then run the command again"
  fi
  # FLEET_NODE may be elsewhere, and pnpm runs the node that it finds.
  case $node in /*/node) PATH=${node%/*}:$PATH ;; esac
}

find_pnpm() { at_least "$oldest_pnpm" pnpm; }

find_node() {
  if [ -n "${FLEET_NODE:-}" ]; then
    at_least "$oldest_node" "$FLEET_NODE" || fail "FLEET_NODE is $FLEET_NODE, which is not a Node $oldest_node or newer: set it to one, or unset it"
    node=$FLEET_NODE
    return
  fi
  node=$(command -v node) && at_least "$oldest_node" "$node"
}

# Corepack's pnpm asks before it downloads; here nobody answers.
at_least() {
  version=$(cd "$root" && COREPACK_ENABLE_DOWNLOAD_PROMPT=0 "$2" --version 2>/dev/null </dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge "$1" ] 2>/dev/null
}

want() {
  wanted="$wanted $1"
  names="${names:+$names and }$2"
}

# Made aside and moved, so that an interrupted download leaves nothing that looks whole.
get_tools() {
  if [ -n "$wanted" ]; then
    need npm "it brings $names"
    say "getting $names into .toolchain (once) …"
    rm -rf "$toolchain/new"
    # shellcheck disable=SC2086 # a list of words
    quietly npm install --prefix "$toolchain/new" --no-audit --no-fund --no-update-notifier --ignore-scripts=false $wanted ||
      fail "npm could not get $names (see above): check the network, or the proxy in npm's settings, then run the command again"
  fi
  rm -rf "$toolchain/node_modules"
  [ -z "$wanted" ] || mv "$toolchain/new/node_modules" "$toolchain/node_modules"
  rm -rf "$toolchain/new"
}

install_packages() {
  cmp -s "$root/pnpm-lock.yaml" "$root/node_modules/.pnpm/lock.yaml" && return
  say 'getting the packages of the lockfile …'
  quietly pnpm --dir "$root" install --frozen-lockfile --config.confirm-modules-purge=false ||
    fail 'pnpm could not get the packages of the lockfile (see above): check the network, then run the command again'
}

# The first runs, of one project and of all, are there for V8's code cache; what they say does not matter.
build() {
  say 'building fleet …'
  rm -f "$built/node"
  quietly "$node" "$root/scripts/build-cli.ts" ||
    fail "fleet can't be built from its sources (see above): undo your change of them, or run: pnpm typecheck"
  for words in 'status demo' status; do
    (
      cd "$root" || exit
      export FLEET_WARM_UP=1
      # shellcheck disable=SC2086 # a list of words
      run_built $words
    ) >/dev/null 2>&1 </dev/null || :
  done
  printf '%s\n' "$node" >"$built/node.new" && mv "$built/node.new" "$built/node"
}

# Runs a command that talks much; only when it fails is what it said of interest.
quietly() {
  "$@" >"$toolchain/set-up.log" 2>&1 </dev/null && return
  tail -n 20 "$toolchain/set-up.log" >&2
  return 1
}

need() {
  has "$1" || offer "$1" || fail "$1 is not installed; $2: $(install_line "$1")"
}

# The sentence that says how to get a program on this system.
install_line() {
  as_root=''
  [ "$(id -u)" = 0 ] || as_root='sudo '
  if has apt-get; then
    echo "run ${as_root}apt-get install -y $1"
  elif has dnf; then
    echo "run ${as_root}dnf install -y $1"
  elif has pacman; then
    echo "run ${as_root}pacman -S --noconfirm $1"
  elif has apk; then
    echo "run ${as_root}apk add $1"
  elif has brew; then
    echo "run brew install $(if [ "$1" = npm ]; then echo node; else echo "$1"; fi)"
  else
    echo "install it with your system's package manager"
  fi
}

# As root on Debian or Ubuntu we can put it right ourselves, when a person says so, or FLEET_YES=1 in a CI.
offer() {
  { [ "$(id -u)" = 0 ] && has apt-get; } || return 1
  if [ "${FLEET_YES:-}" != 1 ]; then
    { [ -t 0 ] && [ -t 2 ]; } || return 1
    printf 'fleet: %s is not installed. Run apt-get install -y %s now? [y/N] ' "$1" "$1" >&2
    read -r answer || return 1
    case $answer in [yY]*) ;; *) return 1 ;; esac
  fi
  say "installing $1 …"
  quietly apt-get update || say "apt-get update failed (see above); trying with the lists that are there"
  DEBIAN_FRONTEND=noninteractive quietly apt-get install -y --no-install-recommends "$1" && has "$1"
}
