export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What makes a shell ask us, at each Tab, with the words and the place of the cursor. It gets a line for each way to go on: the word, a tab, what it means. */
export const SCRIPTS: Readonly<Record<Shell, (program: string) => string>> = {
  bash: (program) => `# For this shell: source <(fleet completion bash)
# For every one:   fleet completion bash >~/.local/share/bash-completion/completions/fleet
_fleet() {
  local word
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    COMPREPLY+=("$word")
  done < <(${quoted(program)} complete -- "$COMP_CWORD" "\${COMP_WORDS[@]}" 2>/dev/null)
}
complete -o default -F _fleet fleet
`,

  zsh: (program) => `#compdef fleet
# For this shell: source <(fleet completion zsh)
# For every one:   fleet completion zsh >DIR/_fleet, where DIR is in $fpath
_fleet() {
  local line
  local -a items
  while IFS= read -r line; do
    items+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(${quoted(program)} complete -- "$((CURRENT - 1))" "\${words[@]}" 2>/dev/null)
  if (( \${#items} )); then _describe fleet items; else _files; fi
}
if [[ \${funcstack[1]} == _fleet ]]; then _fleet "$@"; else compdef _fleet fleet; fi
`,

  fish: (program) => `# For this shell: fleet completion fish | source
# For every one:   fleet completion fish >~/.config/fish/completions/fleet.fish
function __fleet
    set -l before (commandline -opc)
    ${quoted(program)} complete -- (count $before) $before (commandline -ct) 2>/dev/null
end
complete -c fleet -f -a '(__fleet)'
`,
};

/** fish knows '\\'' as the others do: the quote ends, one stands alone, and it begins again. */
const quoted = (word: string): string =>
  /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
