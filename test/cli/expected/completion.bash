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
      --stats|--flatten|--graph) ;;
      *) flag="${COMP_WORDS[COMP_CWORD-1]}" ;;
    esac
  fi
  local command="${COMP_WORDS[1]}"
  case "$command" in
    store|plugin) (( COMP_CWORD > 2 )) && command+=" ${COMP_WORDS[2]}" ;;
  esac
  case "$command" in
    select)
      case "$flag" in
        --time-unit) words="auto s ms us ns" ;;
        --to) words="ndjson csv tsv table" ;;
        --on-error) words="skip fail keep" ;;
        --errors) words="text json" ;;
        --stats) words="none human json" ;;
        --from) words="ndjson json csv tsv" ;;
        --types) words="look text" ;;
        --quote) words="needed all" ;;
        --durability) words="batch interval none" ;;
        --same-time) words="keep last" ;;
        --color) words="auto always never" ;;
        -w|--where|-W|--rules|--since|--until|--time|-f|--fields|--columns|-o|--output|--rejects|--max-errors|-j|--lanes|--batch-bytes|--batch-records|--batch-age|--max-record|--max-depth|--files-from|--glob|--prefix|--drop|--set|--rename|--explode|--limit|--sample|--seed|--delimiter|--to-delimiter|--null|--positions|--listen|--listen-token|--listen-origin|--tee|--route|--record|--store|--retain|--name|--metrics|--status) words="" ;;
        *) if [[ $current == -* ]]; then words="--where -w --rules -W --since --until --time --time-unit --fields -f --columns --unchecked --no-unchecked --to --no-header --header --csv-strict --no-csv-strict --unsparsify --no-unsparsify --output -o --exit-status -e --no-exit-status --on-error --rejects --max-errors --lanes -j --batch-bytes --batch-records --batch-age --max-record --max-depth --errors --stats --stats= --quiet -q --no-quiet --verbose -v --files-from --glob --from --types --prefix --drop --set --rename --flatten --flatten= --explode --limit --count --no-count --sample --seed --raw -r --no-raw --pretty --no-pretty --delimiter --to-delimiter --quote --null --crlf --no-crlf --bom --no-bom --csv-safe --no-csv-safe --follow -F --no-follow --positions --listen --listen-token --listen-origin --tee --route --record --resume --no-resume --final --no-final --store --durability --retain --same-time --name --metrics --metrics-public --no-metrics-public --status --status-public --no-status-public --color --help -h --version"; else words=""; fi ;;
      esac ;;
    run)
      case "$flag" in
        --to) words="ndjson csv tsv table" ;;
        --on-error) words="skip fail keep" ;;
        --errors) words="text json" ;;
        --stats) words="none human json" ;;
        --from) words="ndjson json csv tsv" ;;
        --types) words="look text" ;;
        --quote) words="needed all" ;;
        --unmatched) words="drop pass" ;;
        --on-plugin-error) words="fail skip pass" ;;
        --plugin-stderr) words="limit all none" ;;
        --time-unit) words="auto s ms us ns" ;;
        --durability) words="batch interval none" ;;
        --same-time) words="keep last" ;;
        --color) words="auto always never" ;;
        -w|--where|-W|--rules|--since|--until|-f|--fields|--columns|-o|--output|--rejects|--max-errors|--batch-bytes|--batch-records|--batch-age|--max-record|--max-depth|--files-from|--glob|--prefix|--drop|--set|--rename|--explode|--limit|--sample|--seed|--delimiter|--to-delimiter|--null|--positions|--listen|--listen-token|--listen-origin|--tee|--route|--then|-p|--plugin|--plugin-config|--abi|--memory|--time-limit|--network-time-limit|--max-output|--load-limit|--max-plugin-size|--allow-net|--allow-read|--allow-env|--cache|--time|--value|--series|--tags|-j|--lanes|--record|--store|--retain|-c|--config|--only|--name|--metrics|--status) words="" ;;
        *) if [[ $current == -* ]]; then words="--where -w --rules -W --since --until --fields -f --columns --unchecked --no-unchecked --to --no-header --header --csv-strict --no-csv-strict --output -o --exit-status -e --no-exit-status --on-error --rejects --max-errors --batch-bytes --batch-records --batch-age --max-record --max-depth --errors --stats --stats= --quiet -q --no-quiet --verbose -v --files-from --glob --from --types --prefix --drop --set --rename --flatten --flatten= --explode --limit --sample --seed --raw -r --no-raw --pretty --no-pretty --delimiter --to-delimiter --quote --null --crlf --no-crlf --bom --no-bom --csv-safe --no-csv-safe --follow -F --no-follow --positions --listen --listen-token --listen-origin --tee --route --then --plugin -p --plugin-config --unmatched --on-plugin-error --plugin-stderr --unchecked-output --no-unchecked-output --abi --memory --time-limit --network-time-limit --max-output --load-limit --max-plugin-size --allow-net --allow-read --allow-env --cache --time --value --series --tags --time-unit --lanes -j --record --resume --no-resume --final --no-final --store --durability --retain --same-time --config -c --only --name --metrics --metrics-public --no-metrics-public --status --status-public --no-status-public --color --help -h --version"; else words=""; fi ;;
      esac ;;
    count)
      case "$flag" in
        --on-error) words="skip fail keep" ;;
        --errors) words="text json" ;;
        --stats) words="none human json" ;;
        --from) words="ndjson json csv tsv" ;;
        --types) words="look text" ;;
        --time-unit) words="auto s ms us ns" ;;
        --to) words="ndjson csv tsv table" ;;
        --color) words="auto always never" ;;
        -w|--where|-W|--rules|--since|--until|--rejects|--max-errors|-j|--lanes|--batch-bytes|--batch-records|--batch-age|--max-record|--max-depth|--files-from|--glob|--prefix|--delimiter|--sample|--seed|--by|--every|--time|--sum|--avg|--min|--max|--p50|--p75|--p90|--p95|--p99|--top|--sort|--max-groups) words="" ;;
        *) if [[ $current == -* ]]; then words="--where -w --rules -W --since --until --unchecked --no-unchecked --exit-status -e --no-exit-status --on-error --rejects --max-errors --lanes -j --batch-bytes --batch-records --batch-age --max-record --max-depth --errors --stats --stats= --quiet -q --no-quiet --verbose -v --files-from --glob --from --types --prefix --delimiter --sample --seed --follow -F --no-follow --by --every --time --time-unit --sum --avg --min --max --p50 --p75 --p90 --p95 --p99 --top --sort --to --max-groups --no-header --header --color --help -h --version"; else words=""; fi ;;
      esac ;;
    check)
      case "$flag" in
        --errors) words="text json" ;;
        --graph) words="text dot mermaid json" ;;
        --color) words="auto always never" ;;
        --load-limit|--max-plugin-size|-c|--config|--set|--only) words="" ;;
        *) if [[ $current == -* ]]; then words="--errors --quiet -q --no-quiet --load-limit --max-plugin-size --graph --graph= --print --no-print --schema --no-schema --convert --no-convert --from-flags --no-from-flags --connect --no-connect --config -c --set --only --color --help -h --version"; else words=""; fi ;;
      esac ;;
    test)
      case "$flag" in
        --errors) words="text json" ;;
        --color) words="auto always never" ;;
        --load-limit|--max-plugin-size|-c|--config|--set) words="" ;;
        *) if [[ $current == -* ]]; then words="--errors --quiet -q --no-quiet --load-limit --max-plugin-size --json --no-json --config -c --set --color --help -h --version"; else words=""; fi ;;
      esac ;;
    generate)
      case "$flag" in
        --color) words="auto always never" ;;
        -n|--records|--seed|--start|--every) words="" ;;
        *) if [[ $current == -* ]]; then words="--records -n --seed --start --every --color --help -h --version"; else words=""; fi ;;
      esac ;;
    bench)
      case "$flag" in
        --errors) words="text json" ;;
        --unmatched) words="drop pass" ;;
        --on-plugin-error) words="fail skip pass" ;;
        --to) words="table json" ;;
        --color) words="auto always never" ;;
        -w|--where|-f|--fields|--batch-bytes|--batch-records|--plugin-config|--abi|--memory|--time-limit|-c|--config|--set|-n|--records|--seed|--start|--every|--into|--rounds|--seconds|--size|--template|--server|--message-size|--at-least|-j|--lanes) words="" ;;
        *) if [[ $current == -* ]]; then words="--where -w --fields -f --batch-bytes --batch-records --errors --quiet -q --no-quiet --plugin-config --unmatched --on-plugin-error --unchecked-output --no-unchecked-output --abi --memory --time-limit --config -c --set --records -n --seed --start --every --into --rounds --seconds --size --template --baseline --no-baseline --server --message-size --at-least --to --lanes -j --color --help -h --version"; else words=""; fi ;;
      esac ;;
    query)
      case "$flag" in
        --errors) words="text json" ;;
        --to) words="ndjson csv tsv table" ;;
        --color) words="auto always never" ;;
        --store|--max-groups|--now) words="" ;;
        *) if [[ $current == -* ]]; then words="--exit-status -e --no-exit-status --errors --quiet -q --no-quiet --store --max-groups --plot --no-plot --to --no-header --header --now --color --help -h --version"; else words=""; fi ;;
      esac ;;
    store)
      case "$flag" in
        --color) words="auto always never" ;;
        *) if [[ $current == -* ]]; then words="--color --help -h --version"; else words="write ls stat verify compact trim delete export repair"; fi ;;
      esac ;;
    "store write")
      case "$flag" in
        --on-error) words="skip fail keep" ;;
        --errors) words="text json" ;;
        --stats) words="none human json" ;;
        --types) words="look text" ;;
        --time-unit) words="auto s ms us ns" ;;
        --durability) words="batch interval none" ;;
        --same-time) words="keep last" ;;
        --from) words="ndjson json csv tsv" ;;
        --color) words="auto always never" ;;
        -w|--where|-W|--rules|--since|--until|--rejects|--max-errors|--batch-bytes|--batch-records|--max-record|--max-depth|--prefix|--time|--series|--store|--retain|--batch-age|--series-name|--value|--tags|--delimiter) words="" ;;
        *) if [[ $current == -* ]]; then words="--where -w --rules -W --since --until --on-error --rejects --max-errors --batch-bytes --batch-records --max-record --max-depth --errors --stats --stats= --quiet -q --no-quiet --verbose -v --types --prefix --time --series --time-unit --resume --no-resume --final --no-final --store --durability --retain --same-time --batch-age --series-name --value --tags --from --delimiter --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "store ls")
      case "$flag" in
        --errors) words="text json" ;;
        --to) words="ndjson csv tsv table" ;;
        --color) words="auto always never" ;;
        --store) words="" ;;
        *) if [[ $current == -* ]]; then words="--exit-status -e --no-exit-status --errors --quiet -q --no-quiet --store --to --no-header --header --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "store stat")
      case "$flag" in
        --errors) words="text json" ;;
        --color) words="auto always never" ;;
        --store) words="" ;;
        *) if [[ $current == -* ]]; then words="--errors --quiet -q --no-quiet --store --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "store verify")
      case "$flag" in
        --errors) words="text json" ;;
        --color) words="auto always never" ;;
        --store) words="" ;;
        *) if [[ $current == -* ]]; then words="--errors --quiet -q --no-quiet --store --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "store compact")
      case "$flag" in
        --errors) words="text json" ;;
        --color) words="auto always never" ;;
        --store|--now|--cold) words="" ;;
        *) if [[ $current == -* ]]; then words="--errors --quiet -q --no-quiet --store --now --cold --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "store trim")
      case "$flag" in
        --errors) words="text json" ;;
        --color) words="auto always never" ;;
        --store|--now|--older|--before) words="" ;;
        *) if [[ $current == -* ]]; then words="--errors --quiet -q --no-quiet --store --now --older --before --dry-run -n --no-dry-run --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "store delete")
      case "$flag" in
        --errors) words="text json" ;;
        --color) words="auto always never" ;;
        --store|--now) words="" ;;
        *) if [[ $current == -* ]]; then words="--errors --quiet -q --no-quiet --store --now --dry-run -n --no-dry-run --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "store export")
      case "$flag" in
        --errors) words="text json" ;;
        --to) words="ndjson csv" ;;
        --color) words="auto always never" ;;
        --store|--now|--from|--until) words="" ;;
        *) if [[ $current == -* ]]; then words="--exit-status -e --no-exit-status --errors --quiet -q --no-quiet --store --to --no-header --header --now --from --until --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "store repair")
      case "$flag" in
        --errors) words="text json" ;;
        --color) words="auto always never" ;;
        --store) words="" ;;
        *) if [[ $current == -* ]]; then words="--errors --quiet -q --no-quiet --store --dry-run -n --no-dry-run --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    plugin)
      case "$flag" in
        --color) words="auto always never" ;;
        *) if [[ $current == -* ]]; then words="--color --help -h --version"; else words="new build test inspect list"; fi ;;
      esac ;;
    "plugin new")
      case "$flag" in
        --lang) words="as c rust" ;;
        --color) words="auto always never" ;;
        *) if [[ $current == -* ]]; then words="--lang --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "plugin build")
      case "$flag" in
        --color) words="auto always never" ;;
        -o|--output) words="" ;;
        *) if [[ $current == -* ]]; then words="--output -o --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "plugin test")
      case "$flag" in
        --color) words="auto always never" ;;
        --load-limit|--max-plugin-size|--allow-net|--allow-read|--allow-env) words="" ;;
        *) if [[ $current == -* ]]; then words="--load-limit --max-plugin-size --allow-net --allow-read --allow-env --update --no-update --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "plugin inspect")
      case "$flag" in
        --color) words="auto always never" ;;
        --load-limit|--max-plugin-size) words="" ;;
        *) if [[ $current == -* ]]; then words="--load-limit --max-plugin-size --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    "plugin list")
      case "$flag" in
        --color) words="auto always never" ;;
        --load-limit|--max-plugin-size) words="" ;;
        *) if [[ $current == -* ]]; then words="--load-limit --max-plugin-size --json --no-json --color --help -h --version"; else words=""; fi ;;
      esac ;;
    help)
      case "$flag" in
        --color) words="auto always never" ;;
        *) if [[ $current == -* ]]; then words="--color --help -h --version"; else words="select run count check test generate bench query store plugin help completion selectors plugins queries templates"; fi ;;
      esac ;;
    completion)
      case "$flag" in
        --color) words="auto always never" ;;
        *) if [[ $current == -* ]]; then words="--color --help -h --version"; else words="bash zsh fish"; fi ;;
      esac ;;
    *) words="select run count check test generate bench query store plugin help completion --help --version" ;;
  esac
  (( COMP_CWORD == 1 )) && words="select run count check test generate bench query store plugin help completion --help --version"
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
}
complete -o default -o bashdefault -F _slung slung
