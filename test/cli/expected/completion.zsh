#compdef slung
# zsh completion for slung: save as _slung in a directory of $fpath
_slung() {
  local -a commands
  commands=(
    'select:Filter records, choose fields, convert to csv or tsv'
    'help:Show help for a command'
    'completion:Print a script that completes slung in your shell'
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    select)
      _arguments -s -S \
        '*-w+[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*--where=[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*-f+[Output only these\: a,b.c,name=source.name]:LIST: ' \
        '*--fields=[Output only these\: a,b.c,name=source.name]:LIST: ' \
        '*--columns=[The csv or tsv header, when there is no -f]:LIST: ' \
        '--to=[Output ndjson, csv or tsv]:FORMAT:(ndjson csv tsv)' \
        '--no-header[Leave the csv or tsv header line out]' \
        '--header[Opposite of --no-header]' \
        '--csv-strict[Fail on a column that the csv header lacks]' \
        '--no-csv-strict[Opposite of --csv-strict]' \
        '-o+[Write to FILE, which gets its name when all is written]:FILE:_files' \
        '--output=[Write to FILE, which gets its name when all is written]:FILE:_files' \
        '-e[Exit 4 when nothing was output]' \
        '--exit-status[Exit 4 when nothing was output]' \
        '--no-exit-status[Opposite of --exit-status]' \
        '--on-error=[A line that is not JSON\: skip it, fail, or keep it]:ACTION:(skip fail keep)' \
        '--rejects=[Write bad lines to FILE, and why to FILE.log]:FILE:_files' \
        '--max-errors=[Stop when more than N lines were bad]:N: ' \
        '-j+[Work on N batches at a time; the order stays]:N: ' \
        '--lanes=[Work on N batches at a time; the order stays]:N: ' \
        '--batch-bytes=[Cut a batch at SIZE bytes]:SIZE: ' \
        '--batch-records=[Cut a batch at N records]:N: ' \
        '--batch-age=[Wait this long for a fuller batch]:DURATION: ' \
        '--max-record=[A line longer than SIZE is a bad line]:SIZE: ' \
        '--max-depth=[A record nested deeper than N is a bad line]:N: ' \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '--stats=-[Report counts and speed at the end, on standard error]::FORMAT:(none human json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '*-v[Say more; repeat for still more]' \
        '*--verbose[Say more; repeat for still more]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    help)
      _arguments -s -S \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:(select help completion)' ;;
    completion)
      _arguments -s -S \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:(bash zsh fish)' ;;
  esac
}
if [[ $funcstack[1] == _slung ]]; then
  _slung "$@"
else
  compdef _slung slung
fi
