# Completion for fish. Once:
#   daffi completion fish > ~/.config/fish/completions/daffi.fish
function __daffi_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l candidates (daffi completion suggest -- $words[2..-1] 2>/dev/null)
    if test (count $candidates) -gt 0
        printf '%s\n' $candidates
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c daffi -f -a '(__daffi_complete)'
