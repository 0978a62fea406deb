/** Shells that completion exists for. */
export type Shell = "bash" | "zsh" | "fish";

/**
 * The script that a shell loads once. It holds no knowledge: for each TAB it asks `slipway __complete` with the words
 * typed so far, so that it never falls behind the program.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for slipway
_slipway() {
  local line word words=() current=\${COMP_WORDS[COMP_CWORD]} paths=
  while IFS= read -r line; do
    case $line in
      :file) paths=file ;;
      :folder) paths=folder ;;
      *) words+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=()
  for word in "\${words[@]}"; do
    [[ $word == "$current"* ]] && COMPREPLY+=("$word")
  done
  if [[ $paths == file ]]; then
    compopt -o filenames
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  elif [[ $paths == folder ]]; then
    compopt -o filenames
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current")
  fi
}
complete -F _slipway slipway
`,
  zsh: `#compdef slipway
# zsh completion for slipway
_slipway() {
  local line paths
  local -a described
  while IFS= read -r line; do
    case $line in
      :file) paths=file ;;
      :folder) paths=folder ;;
      *) described+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${(M)line%$'\\t'*}:+:\${line#*$'\\t'}}") ;;
    esac
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#described} )) && _describe slipway described
  [[ $paths == file ]] && _files
  [[ $paths == folder ]] && _files -/
  return 0
}
if [[ \${funcstack[1]} == _slipway ]]; then
  _slipway "$@"
else
  compdef _slipway slipway
fi
`,
  fish: `# fish completion for slipway
function __slipway_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
        switch $line
            case :file
                __fish_complete_path (commandline -ct)
            case :folder
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c slipway -f -a '(__slipway_complete)'
`,
};
