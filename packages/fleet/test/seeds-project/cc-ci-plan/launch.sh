#!/bin/sh
# Stands in for the old engine: sessions on the tmux server that everyone has, and the phase from where it stands.
plan=$(dirname "$0")
index=$(cat "$plan/../.cc-ci-logs/state/phase-idx")
sessions="builder adv orchestrator cleanlogs watchdog"
case $1 in
  start) for name in $sessions; do tmux -f /dev/null new-session -d -s "cc-ci-$name" "sleep 600"; done ;;
  stop) for name in $sessions; do tmux kill-session -t "=cc-ci-$name" 2>/dev/null; done ;;
  status) ;;
esac
grep -o 'id = "[^"]*", plan = "[^"]*"' "$plan/agents.toml" | sed -n "$((index + 1))p" |
  sed "s/id = \"\([^\"]*\)\", plan = \"\([^\"]*\)\"/phase: \1 [$((index + 1))\/$(grep -c '{ id' "$plan/agents.toml")] plan=\2 (in progress)/"
