# Completion for bash. In ~/.bashrc:
#   eval "$(daffi completion bash)"
_daffi() {
  local IFS=$'\n'
  COMPREPLY=($(daffi completion suggest -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then compopt -o nospace; fi
}
complete -o default -F _daffi daffi
