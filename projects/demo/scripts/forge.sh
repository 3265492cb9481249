#!/bin/sh
# The demo's forge: a bare remote on this disk, and a clone for each agent that works.
# Each is made aside and renamed when it is whole, so this may be killed at any step
# and started again. Then it shows each commit that arrives.
set -eu
cd "$(dirname "$0")/.."

# Whatever the caller's git is set to.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
GIT_AUTHOR_NAME=demo-forge GIT_AUTHOR_EMAIL=forge@demo.invalid
GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
GIT_TERMINAL_PROMPT=0
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_TERMINAL_PROMPT

make_remote() {
	new=remote.git.new
	rm -rf "$new"
	git init -q --bare --template= "$new"
	git --git-dir="$new" symbolic-ref HEAD refs/heads/main
	mkdir -p "$new/seed"
	cp -R plans "$new/seed/plans"
	printf '# The house\n\nBuilt by two demo agents, one gate at a time. The plans are in the folder plans.\n' >"$new/seed/README.md"
	# --git-dir: this folder lies inside another repository, which is never meant.
	git --git-dir="$new" --work-tree="$new/seed" add -A
	git --git-dir="$new" --work-tree="$new/seed" -c commit.gpgsign=false -c core.hooksPath=/dev/null \
		commit -q -m 'Begin with the plans'
	rm -rf "$new/seed" "$new/index"
	mv "$new" remote.git
	echo "made remote.git"
}

make_clone() { # NAME
	new=clones/.$1.new
	rm -rf "$new"
	mkdir -p clones
	git clone -q --template= remote.git "$new"
	# Relative, so that the whole folder can be moved.
	git --git-dir="$new/.git" config remote.origin.url ../../remote.git
	mv "$new" "clones/$1"
	echo "made clones/$1"
}

head_of_main() { git --git-dir=remote.git rev-parse --verify -q refs/heads/main; }

[ -d remote.git ] || make_remote
for name in builder adversary; do
	[ -d "clones/$name" ] || make_clone "$name"
done

seen=$(head_of_main)
echo "ready, main is at $(git --git-dir=remote.git log -1 --format='%h %s' main)"
while sleep 1; do
	head=$(head_of_main) || continue
	[ "$head" != "$seen" ] || continue
	git --git-dir=remote.git log --reverse --format='%h %an: %s' "$seen..$head" || true
	seen=$head
done
