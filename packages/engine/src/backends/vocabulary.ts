/*
 * The words that agent programs write themselves: in footers, dialogs, notes
 * and errors. A word that is not among them is somebody's own, and is not
 * shown to others. A word too few costs a reader a word, one too many tells
 * nothing of anybody.
 */

const WORDS = `
about accept accepts access accessing account act action active add after again agent agents ago ai all allow
allowed alt always am an and another answer anthropic any api app approval approve approved apr april are arrow
arrows as ask asks at attach attached attempt attempts aug august auth authenticate authentication auto
automatic automatically available azure back background backspace bad baked balance bash basic be because
bedrock before behind billing browser build business but by bypass bypassing call can cancel canceled cancelled
cannot capacity cet change changed changes chars chat chatgpt check checking choice choices choose claude clear
clipboard close cmd code codex collapse command commands compact compacted compacting compaction complete
completed confirm connect connection console content context continue continued continuing conversation copy
cost couldn create created credit credits ctrl current currently custom cut cycle daemon daily danger
dangerously day days dec december default delete demand denied deny details detected dialog didn diff directory
disable disabled disconnect disconnected dismiss do documentation does doesn don done down dropped due earlier
edit editing editor edits effort enable enabled end ended enter enterprise entry error errors esc escape est
exceeded exception execute exhausted existing exit expand experiencing explored external extra failed failure
fatal feb february fetch fetching file files finished first fleet focus folded folder follow following for
forbidden fork free fri friday from full gateway gemini generating get git give glob gmt go gone google got gpt
grep haiku hang happened has hasn have haven help here hide high hint history hit home hook hooks host hour
hours how if ignore image images in including info initialize initializing input installed insufficient
interaction internal interrupt interrupted invalid is isn issue it its jan january jul july jun june keep key
keyboard keys know last later learn left less let like limit limited limits line lines list ll load loading
local log logged logging login logout long looks loop low made maintenance make manage manual mar march max
maximum may mcp medium mention message messages meta minute minutes mode model models modified modify mon
monday month more multi must name navigate need network never new next no node none normal not notebook nothing
notice nov november now oauth occurred oct october of off ok old on once one only open openai opencode opened
operation option options opus or other our out output over overloaded own pane paste pasted path paused pending
per permission permissions persist pgdn pgup plan plans please plus pm press preview pro proceed processing
project prompt prompts provider pst purchase python queue queued quit quota ran rate re reached read reading
ready reason reasoning received reconnect reconnecting refresh refused reject rejected reload remaining
remember remote request requested requests required requires rerun resend reset resets resolve responded
response restart restarting resume resumed retired retries retry retrying return review rewind right risk robot
room run running safe sandbox sat saturday save saved says scroll search second seconds security see select
selected send sending sent sep sept september server servers service session sessions set settings shell shift
shortcuts should show showing sign signed signing skip something sonnet sooner space spend start started
starting status step steps still stop stopped stopping stream streaming stuck style subagent subagents submit
submitted subscription suggest sun sunday support switch system tab task tasks team temporarily temporary
terminal terms text than that the them theme then there these they thing things think thinking thinks this
those thought thread thu thursday time timed timeout timeouts times tip tips to today todo todos together
toggle token tokens too tool tools total truncated trust try trying tue tuesday turn type ultrathink unable
unauthorized unavailable undo unexpected unknown unless unlimited until up update updated updates upgrade upset
url usage use used user using utc ve verbose verify version vertex view visit wait waiting waits want wants
warning was wasn we web wed wednesday week weekly welcome went were what when where which while who will window with
within without won words work worked working workspace worktree would write wrong yes yesterday yet yolo you
your
`;

const KNOWN: ReadonlySet<string> = new Set(WORDS.split(/\s+/).filter((word) => word !== ""));

/** How long, how many, how much, at what time; nothing that could be a name. */
const FIGURE = /^\d{1,4}(?:ms|[smhdkgb]|am|pm|kb|mb|gb|st|nd|rd|th)?$/;

export const isKnown = (word: string): boolean => {
  const low = word.toLowerCase();
  return low.length === 1 || FIGURE.test(low) || KNOWN.has(low);
};
