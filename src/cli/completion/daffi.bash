# Completion for bash. In ~/.bashrc:
#   eval "$(daffi completion bash)"
_daffi() {
  local text about
  COMPREPLY=()
  # What is offered becomes a part of the command line, where $(ls) would run. Of files bash quotes it itself, in the
  # quotes that are open, when it is told that they are files (not before bash 4).
  while IFS=$'\t' read -r text about; do
    if [[ $about != file ]] || ! compopt -o filenames 2>/dev/null; then
      if [[ $text == *[^[:alnum:]_,./:=@+-]* ]]; then printf -v text %q "$text"; fi
    fi
    COMPREPLY+=("$text")
  done < <(daffi completion suggest -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _daffi daffi
