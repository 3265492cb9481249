#!/bin/sh
# Makes a clone for each agent that works, and shows each commit that arrives.
#
#   clones.sh AGENT...
#
# The repository that is worked on is named by the file work.url, which you may make: one line, a git URL. Without it
# a bare repository on this disk is made, remote.git, that begins with the plans. Each is made aside and renamed when
# it is whole, so this may be killed at any step and started again.
set -eu
cd "$(dirname "$0")/.."

# Whatever the caller's git is set to.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
GIT_AUTHOR_NAME=clones GIT_AUTHOR_EMAIL=clones@fleet.invalid
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
	printf '# __name__\n\nThe plans are in the folder plans.\n' >"$new/seed/README.md"
	# --git-dir: this folder lies inside another repository, which is never meant.
	git --git-dir="$new" --work-tree="$new/seed" add -A
	git --git-dir="$new" --work-tree="$new/seed" -c commit.gpgsign=false -c core.hooksPath=/dev/null \
		commit -q -m 'Begin with the plans'
	rm -rf "$new/seed" "$new/index"
	mv "$new" remote.git
	echo "made remote.git"
}

make_clone() { # AGENT
	new=clones/.$1.new
	rm -rf "$new"
	mkdir -p clones
	git clone -q --template= -- "$url" "$new"
	# Relative, so that the whole folder can be moved.
	[ "$url" != remote.git ] || git --git-dir="$new/.git" config remote.origin.url ../../remote.git
	mv "$new" "clones/$1"
	echo "made clones/$1"
}

url=remote.git
if [ -f work.url ]; then
	read -r url <work.url || [ -n "$url" ]
elif [ ! -d remote.git ]; then
	make_remote
fi
for agent in "$@"; do
	[ -d "clones/$agent" ] || make_clone "$agent"
done

watched=clones/$1
tip() { git -C "$watched" ls-remote -q origin refs/heads/main | cut -f1; }
seen=$(tip)
echo "ready, main is at ${seen:-its beginning}"
pause=1
[ "$url" = remote.git ] || pause=60
while sleep "$pause"; do
	head=$(tip) || continue
	[ "$head" != "$seen" ] || continue
	echo "main is at $head"
	seen=$head
done
