# bash completion for slung: eval "$(slung completion bash)"
_slung() {
  local current="${COMP_WORDS[COMP_CWORD]}" flag="" words=""
  if [[ $current == "=" ]]; then
    current=""
    flag="${COMP_WORDS[COMP_CWORD-1]}"
  elif (( COMP_CWORD > 2 )) && [[ ${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
    flag="${COMP_WORDS[COMP_CWORD-2]}"
  elif (( COMP_CWORD > 1 )); then
    case "${COMP_WORDS[COMP_CWORD-1]}" in
      --stats) ;;
      *) flag="${COMP_WORDS[COMP_CWORD-1]}" ;;
    esac
  fi
  case "${COMP_WORDS[1]}" in
    select)
      case "$flag" in
        --to) words="ndjson csv tsv" ;;
        --on-error) words="skip fail keep" ;;
        --errors) words="text json" ;;
        --stats) words="none human json" ;;
        --color) words="auto always never" ;;
        -w|--where|-f|--fields|--columns|-o|--output|--rejects|--max-errors|-j|--lanes|--batch-bytes|--batch-records|--batch-age|--max-record|--max-depth) words="" ;;
        *) if [[ $current == -* ]]; then words="--where -w --fields -f --columns --to --no-header --header --csv-strict --no-csv-strict --output -o --exit-status -e --no-exit-status --on-error --rejects --max-errors --lanes -j --batch-bytes --batch-records --batch-age --max-record --max-depth --errors --stats --stats= --quiet -q --no-quiet --verbose -v --color --help -h --version"; else words=""; fi ;;
      esac ;;
    help)
      case "$flag" in
        --color) words="auto always never" ;;
        *) if [[ $current == -* ]]; then words="--color --help -h --version"; else words="select help completion"; fi ;;
      esac ;;
    completion)
      case "$flag" in
        --color) words="auto always never" ;;
        *) if [[ $current == -* ]]; then words="--color --help -h --version"; else words="bash zsh fish"; fi ;;
      esac ;;
    *) words="select help completion --help --version" ;;
  esac
  (( COMP_CWORD == 1 )) && words="select help completion --help --version"
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
}
complete -o default -o bashdefault -F _slung slung
