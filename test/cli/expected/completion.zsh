#compdef slung
# zsh completion for slung: save as _slung in a directory of $fpath
_slung() {
  local -a commands
  commands=(
    'select:Filter records, choose fields, convert to csv or tsv'
    'run:Put records through WebAssembly plugins'
    'count:Count records by values, with sums and percentiles'
    'check:Check a topology (slung.yaml), draw or print it'
    'test:Run the tests of a topology (slung.yaml)'
    'generate:Make records from a template'
    'bench:Measure a plugin, two, a selector or a topology'
    'query:Ask the store: averages, windows, percentiles'
    'store:Write, look after and export the store'
    'plugin:Write, build, test and inspect plugins'
    'help:Show help for a command or a topic'
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
    store|plugin)
      if (( CURRENT > 2 )); then
        command+=" $words[2]"
        shift words
        (( CURRENT-- ))
      fi ;;
  esac
  case $command in
    select)
      _arguments -s -S \
        '*-w+[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*--where=[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*-W+[Pass records for which one of the selectors in FILE holds]:FILE:_files' \
        '*--rules=[Pass records for which one of the selectors in FILE holds]:FILE:_files' \
        '--since=[Pass records from TIME on\: 1h (ago), 2026-03-14T09\:26\:00Z]:TIME: ' \
        '--until=[Pass records before TIME, written as for --since]:TIME: ' \
        '--time=[Where the time is, for --since and --until]:PATH: ' \
        '--time-unit=[The unit of times that are numbers]:UNIT:(auto s ms us ns)' \
        '*-f+[Output only these\: a,b.c,name=source.name]:LIST: ' \
        '*--fields=[Output only these\: a,b.c,name=source.name]:LIST: ' \
        '*--columns=[The csv or tsv header, when there is no -f]:LIST: ' \
        '--unchecked[Trust the input\: pass over lines that cannot match]' \
        '--no-unchecked[Opposite of --unchecked]' \
        '--to=[Output ndjson, csv, tsv or a table]:FORMAT:(ndjson csv tsv table)' \
        '--no-header[Write no header for csv, tsv or a table]' \
        '--header[Opposite of --no-header]' \
        '--csv-strict[Fail on a column that the csv header lacks]' \
        '--no-csv-strict[Opposite of --csv-strict]' \
        '--unsparsify[Read files twice, so that csv has the columns of all records]' \
        '--no-unsparsify[Opposite of --unsparsify]' \
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
        '--files-from=[Read the files that FILE lists, one per line]:FILE|-:_files' \
        '--glob=[Read the files below a folder whose names match\: '\''*.ndjson'\'']:PATTERN: ' \
        '--from=[Read ndjson, json in any layout, csv or tsv]:FORMAT:(ndjson json csv tsv)' \
        '--types=[Cells of csv and tsv are what they look like, or text]:HOW:(look text)' \
        '--prefix=[Text before the JSON of each line\: drop it, or keep it]:drop|NAME: ' \
        '*--drop=[Remove these from the records\: a,b.c]:LIST: ' \
        '*--set=[Set PATH to a literal or to another path\: env="prod"]:PATH=VALUE: ' \
        '*--rename=[Rename the last key of the path OLD to NEW]:OLD=NEW: ' \
        '--flatten=-[Lift the members of nested objects into the record\: a.b]::SEP: ' \
        '--explode=[Output a record for each element of the array at PATH]:PATH: ' \
        '--limit=[End after N records, and read no further]:N: ' \
        '--count[Output only how many records match]' \
        '--no-count[Opposite of --count]' \
        '--sample=[Pass only a share of what matches\: 1% or 0.01]:SHARE: ' \
        '--seed=[Another number gives another sample]:N: ' \
        '-r[Output the text of the one field of -f, one per line]' \
        '--raw[Output the text of the one field of -f, one per line]' \
        '--no-raw[Opposite of --raw]' \
        '--pretty[Output JSON over several lines, in colour on a terminal]' \
        '--no-pretty[Opposite of --pretty]' \
        '--delimiter=[What is between the cells of csv\: ;, |, tab]:CHARACTER: ' \
        '--to-delimiter=[What is between the cells of --to csv, when that differs]:CHARACTER: ' \
        '--quote=[Which cells of csv are in quotes\: needed or all]:WHICH:(needed all)' \
        '--null=[What stands for null in csv, tsv and raw text]:TEXT: ' \
        '--crlf[End the lines of csv and tsv with CR LF]' \
        '--no-crlf[Opposite of --crlf]' \
        '--bom[Begin csv with a byte order mark, for Excel]' \
        '--no-bom[Opposite of --bom]' \
        '--csv-safe[Keep spreadsheets from running texts of csv as formulas]' \
        '--no-csv-safe[Opposite of --csv-safe]' \
        '-F[Keep reading what is appended to the files]' \
        '--follow[Keep reading what is appended to the files]' \
        '--no-follow[Opposite of --follow]' \
        '--positions=[Keep in DIR how far files were read, and resume there]:DIR:_files' \
        '--listen=[Take records from others at URL\: http, tcp, unix or ws]:URL: ' \
        '--listen-token=[What producers have to show; @FILE reads it from FILE]:TOKEN: ' \
        '*--listen-origin=[Let web pages of ORIGIN connect]:ORIGIN: ' \
        '*--tee=[Output to URL, too; may be repeated]:[EXPR -> ]URL: ' \
        '*--route=[Output records for which EXPR holds to URL instead]:EXPR -> URL: ' \
        '*--record=[Remember numbers of what passes, for slung query]:SPEC: ' \
        '--resume[Go on where the store has each file]' \
        '--no-resume[Opposite of --resume]' \
        '--final[With --resume, read a last line without newline]' \
        '--no-final[Opposite of --final]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--durability=[When points are safe\: at each batch, soon, or later]:WHEN:(batch interval none)' \
        '--retain=[Drop what is older than this, 30d for example]:AGE: ' \
        '--same-time=[Keep all points of a series and time, or the last]:WHICH:(keep last)' \
        '--name=[Whom statistics and servers see]:NAME: ' \
        '--metrics=[Show the figures of the run there, for Prometheus]:HOST:PORT: ' \
        '--metrics-public[Other machines may read --metrics]' \
        '--no-metrics-public[Opposite of --metrics-public]' \
        '--status=[Show the run in a browser at http\://HOST\:PORT/]:HOST:PORT: ' \
        '--status-public[Other machines may read --status]' \
        '--no-status-public[Opposite of --status-public]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    run)
      _arguments -s -S \
        '*-w+[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*--where=[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*-W+[Pass records for which one of the selectors in FILE holds]:FILE:_files' \
        '*--rules=[Pass records for which one of the selectors in FILE holds]:FILE:_files' \
        '--since=[Pass records from TIME on\: 1h (ago), 2026-03-14T09\:26\:00Z]:TIME: ' \
        '--until=[Pass records before TIME, written as for --since]:TIME: ' \
        '*-f+[Output only these\: a,b.c,name=source.name]:LIST: ' \
        '*--fields=[Output only these\: a,b.c,name=source.name]:LIST: ' \
        '*--columns=[The csv or tsv header, when there is no -f]:LIST: ' \
        '--unchecked[Trust the input\: pass over lines that cannot match]' \
        '--no-unchecked[Opposite of --unchecked]' \
        '--to=[Output ndjson, csv, tsv or a table]:FORMAT:(ndjson csv tsv table)' \
        '--no-header[Write no header for csv, tsv or a table]' \
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
        '--files-from=[Read the files that FILE lists, one per line]:FILE|-:_files' \
        '--glob=[Read the files below a folder whose names match\: '\''*.ndjson'\'']:PATTERN: ' \
        '--from=[Read ndjson, json in any layout, csv or tsv]:FORMAT:(ndjson json csv tsv)' \
        '--types=[Cells of csv and tsv are what they look like, or text]:HOW:(look text)' \
        '--prefix=[Text before the JSON of each line\: drop it, or keep it]:drop|NAME: ' \
        '*--drop=[Remove these from the records\: a,b.c]:LIST: ' \
        '*--set=[Set PATH of the output\: env="prod"; with -c, a key of FILE]:PATH=VALUE: ' \
        '*--rename=[Rename the last key of the path OLD to NEW]:OLD=NEW: ' \
        '--flatten=-[Lift the members of nested objects into the record\: a.b]::SEP: ' \
        '--explode=[Output a record for each element of the array at PATH]:PATH: ' \
        '--limit=[End after N records, and read no further]:N: ' \
        '--sample=[Pass only a share of what matches\: 1% or 0.01]:SHARE: ' \
        '--seed=[Another number gives another sample]:N: ' \
        '-r[Output the text of the one field of -f, one per line]' \
        '--raw[Output the text of the one field of -f, one per line]' \
        '--no-raw[Opposite of --raw]' \
        '--pretty[Output JSON over several lines, in colour on a terminal]' \
        '--no-pretty[Opposite of --pretty]' \
        '--delimiter=[What is between the cells of csv\: ;, |, tab]:CHARACTER: ' \
        '--to-delimiter=[What is between the cells of --to csv, when that differs]:CHARACTER: ' \
        '--quote=[Which cells of csv are in quotes\: needed or all]:WHICH:(needed all)' \
        '--null=[What stands for null in csv, tsv and raw text]:TEXT: ' \
        '--crlf[End the lines of csv and tsv with CR LF]' \
        '--no-crlf[Opposite of --crlf]' \
        '--bom[Begin csv with a byte order mark, for Excel]' \
        '--no-bom[Opposite of --bom]' \
        '--csv-safe[Keep spreadsheets from running texts of csv as formulas]' \
        '--no-csv-safe[Opposite of --csv-safe]' \
        '-F[Keep reading what is appended to the files]' \
        '--follow[Keep reading what is appended to the files]' \
        '--no-follow[Opposite of --follow]' \
        '--positions=[Keep in DIR how far files were read, and resume there]:DIR:_files' \
        '--listen=[Take records from others at URL\: http, tcp, unix or ws]:URL: ' \
        '--listen-token=[What producers have to show; @FILE reads it from FILE]:TOKEN: ' \
        '*--listen-origin=[Let web pages of ORIGIN connect]:ORIGIN: ' \
        '*--tee=[Output to URL, too; may be repeated]:[EXPR -> ]URL: ' \
        '*--route=[Output records for which EXPR holds to URL instead]:EXPR -> URL: ' \
        '*--then=[Give the output to PLUGIN next; may be repeated]:PLUGIN: ' \
        '*-p+[Call FILE by NAME\: here, in messages, in --stats]:NAME=FILE: ' \
        '*--plugin=[Call FILE by NAME\: here, in messages, in --stats]:NAME=FILE: ' \
        '*--plugin-config=[A value that the plugin can ask for]:[NAME:]KEY=VALUE: ' \
        '--unmatched=[A record that the plugin does not select\: drop or pass]:ACTION:(drop pass)' \
        '--on-plugin-error=[A plugin fails\: stop, or skip or pass the record]:ACTION:(fail skip pass)' \
        '--plugin-stderr=[Show the plugins'\'' standard error\: a limit, all or none]:WHAT:(limit all none)' \
        '--unchecked-output[Do not look at what the last plugin outputs]' \
        '--no-unchecked-output[Opposite of --unchecked-output]' \
        '*--abi=[Do not guess the kind of the plugin]:[NAME:]KIND: ' \
        '--memory=[The most memory an instance may have]:SIZE: ' \
        '--time-limit=[The longest time a call into a plugin may take]:DURATION: ' \
        '--network-time-limit=[The longest a plugin may wait for the network in a call]:DURATION: ' \
        '--max-output=[The most a plugin may output in a call]:SIZE: ' \
        '--load-limit=[The longest time that loading a plugin may take]:DURATION: ' \
        '--max-plugin-size=[A plugin file larger than SIZE is not read]:SIZE: ' \
        '*--allow-net=[Let plugins send requests to HOST]:HOST[:PORT]: ' \
        '*--allow-read=[Let WASI filters read the files below DIR]:DIR: ' \
        '*--allow-env=[Let plugins see the environment variable NAME]:NAME: ' \
        '--cache=[Keep the plugins'\'' cache in FILE between runs]:FILE:_files' \
        '--time=[Where the time is]:FIELD: ' \
        '--value=[Where the value of an event is]:FIELD: ' \
        '--series=[Where the name of the series is]:FIELD: ' \
        '--tags=[Where the tags of an event are]:FIELD: ' \
        '--time-unit=[The unit of times that are numbers]:UNIT:(auto s ms us ns)' \
        '-j+[Run N instances of each plugin; the order stays]:N: ' \
        '--lanes=[Run N instances of each plugin; the order stays]:N: ' \
        '*--record=[Remember numbers of what passes, for slung query]:SPEC: ' \
        '--resume[Go on where the store has each file]' \
        '--no-resume[Opposite of --resume]' \
        '--final[With --resume, read a last line without newline]' \
        '--no-final[Opposite of --final]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--durability=[When points are safe\: at each batch, soon, or later]:WHEN:(batch interval none)' \
        '--retain=[Drop what is older than this, 30d for example]:AGE: ' \
        '--same-time=[Keep all points of a series and time, or the last]:WHICH:(keep last)' \
        '-c+[The topology\: slung.yaml, or . for ./slung.yaml]:FILE: ' \
        '--config=[The topology\: slung.yaml, or . for ./slung.yaml]:FILE: ' \
        '*--only=[Only these routes\: '\''app -> geo -> out'\'']:ROUTE: ' \
        '--name=[Whom statistics and servers see]:NAME: ' \
        '--metrics=[Show the figures of the run there, for Prometheus]:HOST:PORT: ' \
        '--metrics-public[Other machines may read --metrics]' \
        '--no-metrics-public[Opposite of --metrics-public]' \
        '--status=[Show the run in a browser at http\://HOST\:PORT/]:HOST:PORT: ' \
        '--status-public[Other machines may read --status]' \
        '--no-status-public[Opposite of --status-public]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    count)
      _arguments -s -S \
        '*-w+[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*--where=[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*-W+[Pass records for which one of the selectors in FILE holds]:FILE:_files' \
        '*--rules=[Pass records for which one of the selectors in FILE holds]:FILE:_files' \
        '--since=[Pass records from TIME on\: 1h (ago), 2026-03-14T09\:26\:00Z]:TIME: ' \
        '--until=[Pass records before TIME, written as for --since]:TIME: ' \
        '--unchecked[Trust the input\: pass over lines that cannot match]' \
        '--no-unchecked[Opposite of --unchecked]' \
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
        '--files-from=[Read the files that FILE lists, one per line]:FILE|-:_files' \
        '--glob=[Read the files below a folder whose names match\: '\''*.ndjson'\'']:PATTERN: ' \
        '--from=[Read ndjson, json in any layout, csv or tsv]:FORMAT:(ndjson json csv tsv)' \
        '--types=[Cells of csv and tsv are what they look like, or text]:HOW:(look text)' \
        '--prefix=[Text before the JSON of each line\: drop it, or keep it]:drop|NAME: ' \
        '--delimiter=[What is between the cells of csv\: ;, |, tab]:CHARACTER: ' \
        '--sample=[Pass only a share of what matches\: 1% or 0.01]:SHARE: ' \
        '--seed=[Another number gives another sample]:N: ' \
        '-F[Keep reading what is appended to the files]' \
        '--follow[Keep reading what is appended to the files]' \
        '--no-follow[Opposite of --follow]' \
        '*--by=[Count each value of these paths separately\: a,name=b.c]:LIST: ' \
        '--every=[Count each minute (1m), hour (1h), … separately]:DURATION: ' \
        '--time=[Where the time is, for --every]:PATH: ' \
        '--time-unit=[The unit of times that are numbers]:UNIT:(auto s ms us ns)' \
        '*--sum=[The sum of the numbers of these paths]:LIST: ' \
        '*--avg=[The average of the numbers of these paths]:LIST: ' \
        '*--min=[The least number of these paths]:LIST: ' \
        '*--max=[The greatest number of these paths]:LIST: ' \
        '*--p50=[The median of these paths]:LIST: ' \
        '*--p75=[What 75 % of the numbers do not exceed]:LIST: ' \
        '*--p90=[What 90 % of the numbers do not exceed]:LIST: ' \
        '*--p95=[What 95 % of the numbers do not exceed]:LIST: ' \
        '*--p99=[What 99 % of the numbers do not exceed]:LIST: ' \
        '--top=[Only the first N rows of each window]:N: ' \
        '--sort=[The column that orders the rows]:COLUMN: ' \
        '--to=[Output ndjson, csv, tsv or a table]:FORMAT:(ndjson csv tsv table)' \
        '--max-groups=[Fail when there are more than N groups]:N: ' \
        '--no-header[Leave the header line out]' \
        '--header[Opposite of --no-header]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    check)
      _arguments -s -S \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--load-limit=[The longest time that loading a plugin may take]:DURATION: ' \
        '--max-plugin-size=[A plugin file larger than SIZE is not read]:SIZE: ' \
        '--graph=-[Draw it\: text, dot, mermaid or json]::FORMAT:(text dot mermaid json)' \
        '--print[Print every setting, and where it comes from]' \
        '--no-print[Opposite of --print]' \
        '--schema[Print the JSON Schema of slung.yaml, for editors]' \
        '--no-schema[Opposite of --schema]' \
        '--convert[Print a tangent.yaml in the form of slung.yaml]' \
        '--no-convert[Opposite of --convert]' \
        '--from-flags[Print a command line of select or run as a file]' \
        '--no-from-flags[Opposite of --from-flags]' \
        '--connect[Also reach its servers, and look for its files]' \
        '--no-connect[Opposite of --connect]' \
        '-c+[The topology\: slung.yaml, or . for ./slung.yaml]:FILE: ' \
        '--config=[The topology\: slung.yaml, or . for ./slung.yaml]:FILE: ' \
        '*--set=[Another value for one key\: sinks.out.path=x]:PATH=VALUE: ' \
        '*--only=[Only these routes\: '\''app -> geo -> out'\'']:ROUTE: ' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    test)
      _arguments -s -S \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--load-limit=[The longest time that loading a plugin may take]:DURATION: ' \
        '--max-plugin-size=[A plugin file larger than SIZE is not read]:SIZE: ' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '-c+[The topology\: slung.yaml, or . for ./slung.yaml]:FILE: ' \
        '--config=[The topology\: slung.yaml, or . for ./slung.yaml]:FILE: ' \
        '*--set=[Another value for one key\: sinks.out.path=x]:PATH=VALUE: ' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    generate)
      _arguments -s -S \
        '-n+[So many records\: 500, 20k, 2m; 0 for no end]:N: ' \
        '--records=[So many records\: 500, 20k, 2m; 0 for no end]:N: ' \
        '--seed=[Other records for another number]:N: ' \
        '--start=[What $now is in the first record]:TIME: ' \
        '--every=[How much later $now is in each record]:DURATION: ' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    bench)
      _arguments -s -S \
        '*-w+[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*--where=[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*-f+[Output only these\: a,b.c,name=source.name]:LIST: ' \
        '*--fields=[Output only these\: a,b.c,name=source.name]:LIST: ' \
        '--batch-bytes=[Cut a batch at SIZE bytes]:SIZE: ' \
        '--batch-records=[Cut a batch at N records]:N: ' \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '*--plugin-config=[A value that the plugin can ask for]:[NAME:]KEY=VALUE: ' \
        '--unmatched=[A record that the plugin does not select\: drop or pass]:ACTION:(drop pass)' \
        '--on-plugin-error=[A plugin fails\: stop, or skip or pass the record]:ACTION:(fail skip pass)' \
        '--unchecked-output[Do not look at what the last plugin outputs]' \
        '--no-unchecked-output[Opposite of --unchecked-output]' \
        '*--abi=[Do not guess the kind of the plugin]:[NAME:]KIND: ' \
        '--memory=[The most memory an instance may have]:SIZE: ' \
        '--time-limit=[The longest time a call into a plugin may take]:DURATION: ' \
        '-c+[The topology\: slung.yaml, or . for ./slung.yaml]:FILE: ' \
        '--config=[The topology\: slung.yaml, or . for ./slung.yaml]:FILE: ' \
        '*--set=[Another value for one key\: sinks.out.path=x]:PATH=VALUE: ' \
        '-n+[So many records\: 500, 20k, 2m; 0 for no end]:N: ' \
        '--records=[So many records\: 500, 20k, 2m; 0 for no end]:N: ' \
        '--seed=[Other records for another number]:N: ' \
        '--start=[What $now is in the first record]:TIME: ' \
        '--every=[How much later $now is in each record]:DURATION: ' \
        '--into=[The source or plugin of -c that records come into]:NODE: ' \
        '--rounds=[So many rounds count, of each side in turns]:N: ' \
        '--seconds=[How long a round lasts, about]:N: ' \
        '--size=[Repeat the records in memory up to SIZE]:SIZE: ' \
        '--template=[Make the records from a template (slung generate)]:FILE:_files' \
        '--baseline[Compare with JSON.parse and JSON.stringify in a loop]' \
        '--no-baseline[Opposite of --baseline]' \
        '--server=[Measure end to end over a server, nats\://HOST\:PORT]:URL: ' \
        '--message-size=[With --server\: lines in messages of up to SIZE]:SIZE: ' \
        '--at-least=[Exit 1 if the first is not TIMES as fast as the second]:TIMES: ' \
        '--to=[Output a table, or all figures as json]:FORMAT:(table json)' \
        '-j+[Instances that work at a time]:N: ' \
        '--lanes=[Instances that work at a time]:N: ' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    query)
      _arguments -s -S \
        '-e[Exit 4 when nothing was output]' \
        '--exit-status[Exit 4 when nothing was output]' \
        '--no-exit-status[Opposite of --exit-status]' \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '*--store=[The directory of the store; may be repeated]:DIR:_files' \
        '--max-groups=[Refuse BY with more than N groups]:N: ' \
        '--plot[Draw the windows of EVERY, or the points]' \
        '--no-plot[Opposite of --plot]' \
        '--to=[Output ndjson, csv, tsv or a table]:FORMAT:(ndjson csv tsv table)' \
        '--no-header[Leave the header line out]' \
        '--header[Opposite of --no-header]' \
        '--now=[What now and \[1h\] are counted from]:TIME: ' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    store)
      _arguments -s -S \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:(write ls stat verify compact trim delete export repair)' ;;
    "store write")
      _arguments -s -S \
        '*-w+[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*--where=[Pass records for which EXPR holds; may be repeated]:EXPR: ' \
        '*-W+[Pass records for which one of the selectors in FILE holds]:FILE:_files' \
        '*--rules=[Pass records for which one of the selectors in FILE holds]:FILE:_files' \
        '--since=[Pass records from TIME on\: 1h (ago), 2026-03-14T09\:26\:00Z]:TIME: ' \
        '--until=[Pass records before TIME, written as for --since]:TIME: ' \
        '--on-error=[A line that is not JSON\: skip it, fail, or keep it]:ACTION:(skip fail keep)' \
        '--rejects=[Write bad lines to FILE, and why to FILE.log]:FILE:_files' \
        '--max-errors=[Stop when more than N lines were bad]:N: ' \
        '--batch-bytes=[Cut a batch at SIZE bytes]:SIZE: ' \
        '--batch-records=[Cut a batch at N records]:N: ' \
        '--max-record=[A line longer than SIZE is a bad line]:SIZE: ' \
        '--max-depth=[A record nested deeper than N is a bad line]:N: ' \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '--stats=-[Report counts and speed at the end, on standard error]::FORMAT:(none human json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '*-v[Say more; repeat for still more]' \
        '*--verbose[Say more; repeat for still more]' \
        '--types=[Cells of csv and tsv are what they look like, or text]:HOW:(look text)' \
        '--prefix=[Text before the JSON of each line\: drop it, or keep it]:drop|NAME: ' \
        '--time=[Where the time is]:FIELD: ' \
        '--series=[Where the name of the series is]:FIELD: ' \
        '--time-unit=[The unit of times that are numbers]:UNIT:(auto s ms us ns)' \
        '--resume[Go on where the store has each file]' \
        '--no-resume[Opposite of --resume]' \
        '--final[With --resume, read a last line without newline]' \
        '--no-final[Opposite of --final]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--durability=[When points are safe\: at each batch, soon, or later]:WHEN:(batch interval none)' \
        '--retain=[Drop what is older than this, 30d for example]:AGE: ' \
        '--same-time=[Keep all points of a series and time, or the last]:WHICH:(keep last)' \
        '--batch-age=[Wait this long for a fuller batch]:DURATION: ' \
        '--series-name=[The series of all points, instead of a field]:NAME: ' \
        '--value=[Where the values are\: a,b makes two series]:LIST: ' \
        '--tags=[Where the tags are, commas between the paths]:LIST: ' \
        '--from=[Read ndjson, json in any layout, csv or tsv]:FORMAT:(ndjson json csv tsv)' \
        '--delimiter=[What is between the cells of csv\: ;, |, tab]:CHARACTER: ' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    "store ls")
      _arguments -s -S \
        '-e[Exit 4 when nothing was output]' \
        '--exit-status[Exit 4 when nothing was output]' \
        '--no-exit-status[Opposite of --exit-status]' \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--to=[Output ndjson, csv, tsv or a table]:FORMAT:(ndjson csv tsv table)' \
        '--no-header[Leave the header line out]' \
        '--header[Opposite of --no-header]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    "store stat")
      _arguments -s -S \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    "store verify")
      _arguments -s -S \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    "store compact")
      _arguments -s -S \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--now=[What now and \[1h\] are counted from]:TIME: ' \
        '--cold=[Compress what is older than this\: 7d]:AGE: ' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    "store trim")
      _arguments -s -S \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--now=[What now and \[1h\] are counted from]:TIME: ' \
        '--older=[Drop what is older than this\: 30d]:AGE: ' \
        '--before=[Drop what is before TIME]:TIME: ' \
        '-n[Only say what would be done]' \
        '--dry-run[Only say what would be done]' \
        '--no-dry-run[Opposite of --dry-run]' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    "store delete")
      _arguments -s -S \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--now=[What now and \[1h\] are counted from]:TIME: ' \
        '-n[Only say what would be done]' \
        '--dry-run[Only say what would be done]' \
        '--no-dry-run[Opposite of --dry-run]' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    "store export")
      _arguments -s -S \
        '-e[Exit 4 when nothing was output]' \
        '--exit-status[Exit 4 when nothing was output]' \
        '--no-exit-status[Opposite of --exit-status]' \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--store=[The directory of the store]:DIR:_files' \
        '--to=[Output ndjson or csv]:FORMAT:(ndjson csv)' \
        '--no-header[Leave the header line out]' \
        '--header[Opposite of --no-header]' \
        '--now=[What now and \[1h\] are counted from]:TIME: ' \
        '--from=[Only points from TIME on]:TIME: ' \
        '--until=[Only points up to TIME]:TIME: ' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    "store repair")
      _arguments -s -S \
        '--errors=[Write messages as text or as lines of JSON]:FORMAT:(text json)' \
        '-q[Say nothing but errors]' \
        '--quiet[Say nothing but errors]' \
        '--no-quiet[Opposite of --quiet]' \
        '--store=[The directory of the store]:DIR:_files' \
        '-n[Only say what would be done]' \
        '--dry-run[Only say what would be done]' \
        '--no-dry-run[Opposite of --dry-run]' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    plugin)
      _arguments -s -S \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:(new build test inspect list)' ;;
    "plugin new")
      _arguments -s -S \
        '--lang=[Write it in as (AssemblyScript), c or rust]:LANGUAGE:(as c rust)' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    "plugin build")
      _arguments -s -S \
        '-o+[Write the plugin to FILE]:FILE:_files' \
        '--output=[Write the plugin to FILE]:FILE:_files' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    "plugin test")
      _arguments -s -S \
        '--load-limit=[The longest time that loading a plugin may take]:DURATION: ' \
        '--max-plugin-size=[A plugin file larger than SIZE is not read]:SIZE: ' \
        '*--allow-net=[Let plugins send requests to HOST]:HOST[:PORT]: ' \
        '*--allow-read=[Let WASI filters read the files below DIR]:DIR: ' \
        '*--allow-env=[Let plugins see the environment variable NAME]:NAME: ' \
        '--update[Write what came out as what is expected]' \
        '--no-update[Opposite of --update]' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    "plugin inspect")
      _arguments -s -S \
        '--load-limit=[The longest time that loading a plugin may take]:DURATION: ' \
        '--max-plugin-size=[A plugin file larger than SIZE is not read]:SIZE: ' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '*:file:_files' ;;
    "plugin list")
      _arguments -s -S \
        '--load-limit=[The longest time that loading a plugin may take]:DURATION: ' \
        '--max-plugin-size=[A plugin file larger than SIZE is not read]:SIZE: ' \
        '--json[Report as JSON]' \
        '--no-json[Opposite of --json]' \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:()' ;;
    help)
      _arguments -s -S \
        '--color=[Colour messages\: auto, always or never]:WHEN:(auto always never)' \
        '-h[Show help\: -h in brief, --help in full]' \
        '--help[Show help\: -h in brief, --help in full]' \
        '--version[Show versions]' \
        '1:argument:(select run count check test generate bench query store plugin help completion selectors plugins queries templates)' ;;
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
