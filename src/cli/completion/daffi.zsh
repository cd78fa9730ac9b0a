#compdef daffi
# Completion for zsh. In ~/.zshrc, after compinit:
#   eval "$(daffi completion zsh)"
_daffi() {
  local line
  local -a candidates
  for line in "${(@f)$(daffi completion suggest -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  if (( $#candidates )); then
    _describe -V daffi candidates
  else
    _files
  fi
}
compdef _daffi daffi
