#!/bin/sh
# The demo agent: a stand-in for a coding agent in a terminal. It needs sh, git and
# a few small tools; no tokens, no network. It looks and behaves like the real ones
# where that matters to a supervisor: an input box, pastes, work, declared waits,
# handoffs by commits. On demand it misbehaves like them too.
#
#   sh agent.sh [--resume] [--model NAME] [--OTHER..] [--] [FIRST MESSAGE]
#
# DEMO_AGENT     its name                    DEMO_PACE  seconds for a step of work (0.5)
# DEMO_JOURNAL   where it notes messages     DEMO_WAIT  seconds of a declared wait (60)
# DEMO_SCENARIO  how it is to misbehave (.demo/scenario in the working directory)
#
# The screen, from below: the input box, always the last line; above it one line in
# column 0 for work ("* ") or trouble ("! "), if any; above that what was said,
# which is always indented, so that no words can be taken for a state.

set -uf
# Bytes, not characters: what was pasted must come through whole, even if it isn't UTF-8.
LC_ALL=C
GIT_TERMINAL_PROMPT=0
export LC_ALL GIT_TERMINAL_PROMPT
unset CDPATH GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

ESC=$(printf '\033') CR=$(printf '\r') TAB=$(printf '\t') NL='
'
CTRL_C=$(printf '\003') CTRL_U=$(printf '\025') BACKSPACE=$(printf '\010') DEL=$(printf '\177')
CSI="${ESC}["
PASTE="${CSI}200~" PASTE_END="${CSI}201~"
REMOVE_LINE="$CR${CSI}K" UP="${CSI}A"
ODD="[!$(printf ' -~\200-\377')]"          # a byte that a terminal might obey
CONTINUED="[$(printf '\200-\277')]"        # a byte of UTF-8 that doesn't begin a character

name=${DEMO_AGENT:-demo} journal=${DEMO_JOURNAL:-}
step='' trouble='' question='' below=''    # the bottom of the screen, and how to wipe it
draft='' pending='' pasting='' pasted='' listening=''
shown='' label='' long=0 pastes=0          # the draft as it is shown, with a placeholder of a long paste
deaf='' swallow=0 stubborn=''              # misbehaviour that lasts
queue='' woken='' agenda=''                # first lines of messages; lines of "MOMENT VERB WORDS"
role='' phase='' plan='' status='' brief=''

# ---- time: hundredths of a second, by a clock that nobody sets ----

clock() { # -> now
	read -r now _ </proc/uptime && now=${now%.*}${now#*.}
}
[ -r /proc/uptime ] || clock() { now=$(date +%s)00; }

hundredths() { # SECONDS, as "2" or "0.5" -> hundredths
	case $1 in '' | *[!0-9.]* | *.*.*) set -- 1 ;; esac
	case $1 in *.*) set -- "${1%%.*}" "${1#*.}00" ;; *) set -- "$1" 00 ;; esac
	# The 1 in front keeps "08" from being octal.
	hundredths=$((${1:-0} * 100 + 1${2%"${2#??}"} - 100))
}

iso() { # SECONDS from now -> what the calendar will say then
	set -- $(($(date +%s) + $1))
	date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ
}

plan_for() { # SECONDS VERB..
	hundredths "$1" && shift && clock
	agenda="$agenda$((now + hundredths)) $*$NL"
}

cancel() { # VERB
	agenda=$(printf '%s' "$agenda" | sed "/^[0-9]* $1\$/d")
	agenda=$agenda${agenda:+$NL}
}

look_ahead() { # -> due: the first order whose time has come; soonest: when the next one is
	due='' soonest='' rest='' left=$agenda
	clock
	while [ -n "$left" ]; do
		line=${left%%"$NL"*} left=${left#*"$NL"}
		if [ -z "$due" ] && [ "${line%% *}" -le "$now" ]; then
			due=${line#* }
		else
			rest=$rest$line$NL
			if [ -z "$soonest" ] || [ "${line%% *}" -lt "$soonest" ]; then soonest=${line%% *}; fi
		fi
	done
	agenda=$rest
}

# ---- screen ----

redraw() { # [LINES]: wipes the bottom, adds lines above it and draws it anew, in one write
	out=$below${1:-} above=${trouble:-$step} below=$REMOVE_LINE
	if [ -n "$question" ]; then
		out="$out? $question$NL❯ 1. Yes$NL  2. No" below=$below$UP$REMOVE_LINE$UP$REMOVE_LINE
	elif [ -z "$deaf" ]; then
		box
		out="$out$above${above:+$NL}❯ $box" below=$below${above:+$UP$REMOVE_LINE}
	fi
	printf '%s' "$out"
}

box() { # -> box: the draft as it fits one line
	box=${shown%%"$CR"*}
	[ ${#box} -le 150 ] || shorten
	[ "$box" = "$shown" ] || box="$box …"
	harmless "$box" && box=$harmless
}

shorten() { # box, to 150 bytes at most, and no character cut in two
	box=$(printf '%.150s' "$box")
	while :; do case $box in *$CONTINUED) box=${box%?} ;; *) break ;; esac done
	case $box in *[!\ -~]) box=${box%?} ;; esac
}

harmless() { # TEXT -> harmless
	harmless=$1
	case $1 in *$ODD*) harmless=$(printf '%s' "$1" | tr '\000-\037\177' ' ') ;; esac
}

say() { # TEXT, of lines that end in LF or CR
	said='' left=$(printf '%s' "$1" | tr '\r' '\n')$NL
	while [ -n "$left" ]; do
		harmless "${left%%"$NL"*}"
		left=${left#*"$NL"} said="$said  $harmless$NL"
	done
	redraw "$said"
}

# ---- input ----

attend() { # [MOMENT]: obeys an order that is due, or waits for input, until then at most
	look_ahead
	if [ -n "$due" ]; then
		obey "$due"
		return
	fi
	if [ -n "${1:-}" ] && { [ -z "$soonest" ] || [ "$1" -lt "$soonest" ]; }; then soonest=$1; fi
	if [ -z "$soonest" ]; then
		listen 1 0
	else
		tenths=$(((soonest - now + 9) / 10))
		[ "$tenths" -ge 1 ] || tenths=1
		# 25 s is the longest that a terminal can wait.
		[ "$tenths" -le 250 ] || tenths=250
		listen 0 "$tenths"
	fi
	# One process beside this one, asleep in the kernel until something comes. No LF
	# ever comes (inlcr), so that the shell has no newline to strip.
	chunk=$(exec dd ibs=65536 count=1 2>/dev/null)
	if [ -n "$chunk" ]; then
		[ -n "$deaf" ] || take "$chunk"
		redraw
	elif [ ! -t 0 ]; then
		# The terminal has gone. A stubborn agent stays, as some real ones do.
		[ -z "$stubborn" ] || exec sleep 100000000
		exit 129
	fi
}

listen() { # MIN TENTHS: how long a read waits
	[ "$*" = "$listening" ] || stty min "$1" time "$2"
	listening=$*
}

pause() { # HUNDREDTHS: lets time pass, and stays at the keyboard
	clock
	set -- $((now + $1))
	while clock && [ "$now" -lt "$1" ]; do attend "$1"; done
}

take() { # CHUNK: goes on where the last one ended, which may be anywhere
	pending=$pending$1
	while [ -n "$pending" ]; do
		if [ -n "$pasting" ]; then take_paste; else take_keys; fi || break
	done
}

take_paste() { # fails when it needs more
	case $pending in
	*"$PASTE_END"*)
		piece=${pending%%"$PASTE_END"*}
		pending=${pending#"$piece$PASTE_END"} pasting=''
		set -- "$pasted$piece"
		pasted=''
		fold_up "$1"
		type_text "$1" pasted "$folded"
		;;
	*)
		# Perhaps its end has come in part.
		piece=$pending tail=$ESC${pending##*"$ESC"} pending=''
		case $PASTE_END in "$tail"*) piece=${piece%"$tail"} pending=$tail ;; esac
		pasted=$pasted$piece
		return 1
		;;
	esac
}

take_keys() { # fails when it needs more; what it acts on is no longer pending, as acting may take more
	text=${pending%%["$CR$ESC$DEL$BACKSPACE$CTRL_C$CTRL_U"]*}
	if [ -n "$text" ]; then
		pending=${pending#"$text"}
		type_text "$text" typed
		return
	fi
	case $pending in
	"$PASTE"*) pending=${pending#"$PASTE"} pasting=yes && return ;;
	"$ESC" | "$CSI"*) skip_sequence && return || return 1 ;;
	esac
	text=${pending#?} key=${pending%"${pending#?}"}
	pending=$text
	case $key in
	"$CR") enter ;;
	"$CTRL_C") clear_box ;;
	"$CTRL_U") rub_out_line ;;
	"$DEL" | "$BACKSPACE") rub_out ;;
	esac
}

skip_sequence() { # an arrow, a function key
	text=${pending#"$CSI"}
	case $text in "$ESC") return 1 ;; *[!0-9\;]*) ;; *) return 1 ;; esac
	while :; do case $text in [0-9\;]*) text=${text#?} ;; *) break ;; esac done
	pending=${text#?}
}

fold_up() { # TEXT -> folded: what is shown of a paste; of a long one a placeholder, as in real ones
	folded=$1 lines=0
	case $1 in *"$CR"*) lines=$(($(printf '%s' "$1" | tr -dc '\r' | wc -c))) ;; esac
	[ ${#1} -ge 2000 ] || [ "$lines" -ge 10 ] || return 0
	pastes=$((pastes + 1)) folded="[Pasted text #$pastes"
	[ "$lines" -eq 0 ] || folded="$folded +$lines lines"
	folded="$folded]" label=$folded long=${#1}
}

type_text() { # TEXT HOW [AS SHOWN]
	if [ -z "$question" ]; then
		draft=$draft$1 shown=$shown${3:-$1}
	else
		# A dialog drops a paste and takes keys for answers, as real ones do.
		note "dialog: $1"
		case $2$1 in typed*[12]*) answer "$1" ;; esac
	fi
}

rub_out() { # one character, or a placeholder
	if [ -n "$label" ]; then
		case $shown in
		*"$label")
			shown=${shown%"$label"} label=''
			draft=$(printf "%.$((${#draft} - long))s" "$draft")
			return
			;;
		esac
	fi
	while :; do case $draft in *$CONTINUED) draft=${draft%?} shown=${shown%?} ;; *) break ;; esac done
	draft=${draft%?} shown=${shown%?}
}

rub_out_line() {
	while [ -n "$draft" ]; do
		case $shown in *"$CR") rub_out && return ;; *) rub_out ;; esac
	done
}

clear_box() { draft='' shown='' label=''; }

enter() {
	if [ -n "$question" ]; then
		note 'dialog: enter'
		answer 1
	elif [ "$swallow" -gt 0 ]; then
		swallow=$((swallow - 1))
	elif [ -n "$draft" ]; then
		set -- "$draft"
		clear_box
		note "$1"
		hear "$1"
	fi
}

answer() { # KEYS
	question=''
	say "answered: $1"
}

# ---- messages ----

case $(date +%3N) in
[0-9][0-9][0-9]) STAMP=+%Y-%m-%dT%H:%M:%S.%3NZ ;;
*) STAMP=+%Y-%m-%dT%H:%M:%SZ ;;
esac

note() { # TEXT: one line in the journal
	[ -n "$journal" ] || return 0
	escaped=$(printf '%s' "$1" | sed "s/\\\\/\\\\\\\\/g; s/$TAB/\\\\t/g; s/$CR/\\\\n/g")
	printf '%s\t%s\n' "$(date -u "$STAMP")" "$escaped" >>"$journal"
}

hear() { # MESSAGE: an order is obeyed at once, all else waits for its turn
	[ "$1" != /quit ] || exit 0
	harmless "${1%%"$CR"*}"
	set -- "$1" "$harmless"
	redraw "> $2$NL"
	case $1 in '[fleet '*'] '*) set -- "${1#*"] "}" "${2#*"] "}" ;; esac
	case $1 in 'demo: '*) obey "${1#demo: }" ;; *) queue=$queue$2$NL ;; esac
}

turn() { # does what the messages, or the time, ask for; at work from the first moment to the last
	woken='' step='* working (looking)'
	redraw
	[ -n "$queue" ] || act
	while [ -n "$queue" ]; do
		set -- "${queue%%"$NL"*}"
		queue=${queue#*"$NL"}
		if find_brief "$1"; then
			read_brief && act
		elif [ "$role" = builder ] || [ "$role" = adversary ]; then
			# They look at git, whatever the words were; once for all messages.
			[ -n "$queue" ] || act
		else
			work thinking && say "heard: $1"
		fi
	done
	step=''
	redraw
}

work() { # STEP [HUNDREDTHS]
	set -- "$1" "${2:-$PACE}" "$step"
	step="* working ($1)"
	redraw
	pause "$2"
	# Who is in trouble, or has asked, goes on later.
	while [ -n "$trouble$question" ]; do attend; done
	step=$3
	redraw
}

wait_with_marker() { # TEXT
	cancel wake
	plan_for "$WAIT" wake
	say "$1${NL}WAITING-UNTIL: $(iso "$WAIT")"
}

# ---- misbehaviour: "demo: VERB WORDS" as a message, or a line of the scenario ----

obey() { # VERB AND WORDS
	case $1 in *[" $CR"]*) set -- "${1%%[" $CR"]*}" "${1#*[" $CR"]}" ;; *) set -- "$1" '' ;; esac
	case $1 in
	wake) woken=yes ;;
	over) trouble='' woken=yes && redraw ;;
	say) say "$2" ;;
	die) case $2 in '' | *[!0-9]*) exit 1 ;; *) exit "$2" ;; esac ;;
	kill) kill -KILL $$ ;;
	wedge)
		[ "$2" != busy ] || step='* working (wedged)'
		redraw
		exec sleep 100000000
		;;
	ignore-term) trap '' TERM HUP && stubborn=yes ;;
	ask) question=${2:-May I?} && redraw ;;
	limit) limit "$2" ;;
	fatal) trouble="! fatal: ${2:-something broke}" && redraw ;;
	swallow) case $2 in '' | *[!0-9]*) swallow=1 ;; *) swallow=$2 ;; esac ;;
	slow-start) slow_start "$2" ;;
	lie) cancel wake && say "I will be back.${NL}WAITING-UNTIL: 2099-01-01T00:00:00Z" ;;
	orphan) (trap '' HUP && exec setsid sleep "${2:-600}" </dev/null >/dev/null 2>&1) & ;;
	busy) hundredths "$2" && work busy "$hundredths" ;;
	tool) hundredths "$2" && work 'tool: a long test' "$hundredths" ;;
	toil) timeout "${2:-60}" sh -c 'while :; do :; done' </dev/null >/dev/null 2>&1 & ;;
	spin) hundredths "$2" && spin "$hundredths" ;;
	*) say "no such order: $1" ;;
	esac
}

limit() { # [MINUTES | SECONDS"s" | ISO TIME]: without one it doesn't say how long it lasts
	cancel over
	trouble='! limited'
	case $1 in
	*T*Z) set -- "${1%Z}" && set -- $(($(date -u -d "${1%T*} ${1#*T}" +%s) - $(date +%s))) ;;
	*s) set -- "${1%s}" ;;
	?*) set -- $(($1 * 60)) ;;
	esac
	if [ -n "$1" ]; then
		plan_for "$1" over
		trouble="! limited until $(iso "$1")"
	fi
	redraw
}

spin() { # HUNDREDTHS: the screen moves, and nothing happens
	clock
	set -- $((now + $1)) '|'
	while clock && [ "$now" -lt "$1" ]; do
		step="* working (spinning) $2"
		redraw
		case $2 in '|') set -- "$1" / ;; /) set -- "$1" - ;; *) set -- "$1" '|' ;; esac
		pause 20
	done
	step=''
	redraw
}

slow_start() { # SECONDS: what is typed meanwhile is lost
	hundredths "$1"
	deaf=yes
	redraw "  starting$NL"
	pause "$hundredths"
	deaf=''
	redraw
}

read_scenario() { # WHICH START: lines of "at start [N]: ORDER" and "after SECONDS [of start N]: ORDER"
	orders=$(cat "${DEMO_SCENARIO:-.demo/scenario}" 2>/dev/null)$NL
	while [ -n "$orders" ]; do
		line=${orders%%"$NL"*} orders=${orders#*"$NL"}
		set -- "$1" "${line%%: *}" "${line#*: }"
		case $2 in *" start $1") set -- "$1" "${2% "$1"}" "$3" ;; esac
		case $2 in *' of start') set -- "$1" "${2% of start}" "$3" ;; esac
		case $2 in
		'at start') obey "$3" ;;
		*' of start '*) ;;
		'after '*) plan_for "${2#after }" "$3" ;;
		esac
	done
}

# ---- roles ----

find_brief() { # MESSAGE -> brief: a path in it, spaces and all
	case $1 in *' /'* | /*) brief=/${1#*/} ;; *) return 1 ;; esac
	until [ -f "$brief" ]; do
		case $brief in *' '*) brief=${brief% *} ;; *) return 1 ;; esac
	done
}

read_brief() {
	work 'reading the brief'
	role=$(field role) phase=$(field phase) plan=$(field plan) status=$(field status)
	status=${status:-machine-docs/STATUS-$phase.md}
	GIT_AUTHOR_NAME=demo-$role GIT_AUTHOR_EMAIL=$role@demo.invalid
	GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
	export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
	remember
}
field() { sed -n "/^$1: */{s///;s/$CR\$//;p;q;}" "$brief"; }

act() {
	case $role in
	builder) sync && build ;;
	adversary) sync && verify ;;
	reporter) report ;;
	?*) say "Hello, I am the $role. I am ready." ;;
	esac
}

git() { command git -c core.hooksPath=/dev/null -c commit.gpgsign=false -c gc.auto=0 "$@" </dev/null 2>&1; }
# The folder's own repository, and never one around it.
own() { git --git-dir=.git --work-tree=. "$@"; }

sync() { # the remote is the truth: an earlier life may have been cut short anywhere
	find .git -name '*.lock' -exec rm -f {} + 2>/dev/null
	rm -rf .git/rebase-merge .git/rebase-apply
	trace=$(own fetch -q origin && own checkout -q -f -B main origin/main && own clean -qfd -e .demo) && return
	wait_with_marker "I could not pull: $trace"
	return 1
}

publish() { # SUBJECT: commits and pushes all that changed; somebody else may push at the same time
	trace=$(own add -A && own commit -q -m "$1") || true
	for try in 1 2 3 4 5; do
		if trace=$(own push -q origin main); then
			say "pushed: $1"
			return
		fi
		trace=$(own fetch -q origin && own rebase -q origin/main) || own rebase --abort >/dev/null
	done
	wait_with_marker "I could not push in $try tries: $trace"
	return 1
}

standing() { # GATE -> standing: "claim", "accepted", "rejected", or nothing yet
	standing=$(own log -1 --format=%s -F --grep="claim($1): " --grep="review($1): " origin/main)
	case $standing in
	"claim($1): "*) standing=claim ;;
	"review($1): "*) standing=${standing##*: } ;;
	*) standing='' ;;
	esac
}

build() { # takes the first gate that isn't accepted one step further
	gates=$(sed -n 's/^- gate \([A-Za-z0-9._-]*\): .*/\1/p' "$plan")
	[ -n "$gates" ] || { wait_with_marker "There is no gate in ${plan:-a plan}." && return; }
	for gate in $gates; do
		standing "$gate"
		[ "$standing" != accepted ] || continue
		[ "$standing" != claim ] || { wait_with_marker "Gate $gate has no review yet." && return; }
		goal=$(sed -n "s/^- gate $gate: //p" "$plan")
		work "building $gate"
		mkdir -p work
		printf '# %s\n\n%s\n\nBuilt by %s at %s.\n' "$gate" "$goal" "$name" "$(iso 0)" >"work/$gate.md"
		work "testing $gate"
		publish "claim($gate): $goal" && wait_with_marker "I wait for the review of $gate."
		return
	done
	if ! grep -qs '^## DONE' "$status"; then
		work 'writing the status'
		mkdir -p "$(dirname "$status")"
		printf '# Phase %s\n\nAll gates of %s are accepted.\n\n## DONE\n' "$phase" "$plan" >"$status"
		publish "status: phase $phase done" || return
	fi
	wait_with_marker "Phase $phase is done."
}

verify() { # looks at each claim that has no review
	gates=$(own log --format=%s origin/main | sed -n 's/^claim(\([A-Za-z0-9._-]*\)): .*/\1/p' | sort -u)
	for gate in $gates; do
		standing "$gate"
		[ "$standing" = claim ] || continue
		work "reading $gate"
		verdict=accepted
		grep -qsx "# $gate" "work/$gate.md" || verdict=rejected
		work "trying to break $gate"
		mkdir -p machine-docs
		printf -- '- %s %s: %s\n' "$(iso 0)" "$gate" "$verdict" >>"machine-docs/REVIEW-$phase.md"
		publish "review($gate): $verdict" || return
	done
	wait_with_marker 'No claim is open.'
}

report() { # what the remote's log says, as soon as there is a remote
	remote=$(field remote)
	until [ -d "${remote:=remote.git}" ]; do work 'waiting for the remote'; done
	work 'reading the log'
	say "The last commits:$NL$(git --git-dir="$remote" log -5 --format='%h %an: %s' main)"
	say finished
}

# ---- start ----

# "ID STARTS RESUMED ROLE", beside the journal: what a conversation leaves behind.
memory=${journal:+${journal%.journal}.memory}
remember() { [ -z "$memory" ] || printf '%s\n' "$conversation $starts $resumed $role" >"$memory"; }

recall() { # RESUME
	conversation=$$-$(date +%s) starts=0 resumed=0
	if [ -n "$memory" ] && [ -f "$memory" ]; then
		read -r old starts count was <"$memory"
		[ -z "$1" ] || conversation=$old resumed=$((count + 1)) role=$was
	fi
	starts=$((starts + 1))
	remember
}

start() {
	resume='' model='' options=''
	while [ $# -gt 0 ]; do
		case $1 in
		--resume) resume=yes ;;
		--model) model=${2:-} && shift ;;
		--) shift && break ;;
		-*) options="$options $1" ;;
		*) break ;;
		esac
		shift
	done
	hundredths "${DEMO_PACE:-0.5}"
	PACE=$hundredths WAIT=${DEMO_WAIT:-60}
	[ -z "$journal" ] || mkdir -p "$(dirname "$journal")"
	recall "$resume"
	# Enter stays CR, a pasted LF becomes CR too (see attend), and no key is a signal.
	stty -icanon -echo -isig -iexten -ixon -icrnl -igncr inlcr min 1 time 0
	# Clear; want pastes in brackets; cut long lines, as the rest of one would stand in column 0.
	printf '%s' "${CSI}2J${CSI}H${CSI}?2004h${CSI}?7l"
	read_scenario "$starts"
	say "demo agent $name${model:+, model $model}${options:+,$options}"
	[ "$resumed" -eq 0 ] || say "resumed conversation $conversation ($resumed)"
	if [ -n "${1:-}" ]; then
		note "first: $1"
		hear "$1"
	fi
	while :; do
		if [ -n "$queue$woken" ] && [ -z "$trouble$question" ]; then turn; else attend; fi
	done
}

start "$@"
