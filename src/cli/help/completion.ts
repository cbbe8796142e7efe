/**
 * Completion scripts for bash, zsh and fish, printed from the tables. They are static: no call to slung while the user
 * waits. Each knows the commands, the flags of the command on the line, and the values of flags that have a fixed set;
 * everything else completes to files.
 */
import type { Shell } from '../command-rows.ts';
import { type Command, commands, lastWord, mainCommands, subcommandsOf } from '../commands.ts';
import { type Flag, oppositeOf, takesNext, takesPaths } from '../flags/flag.ts';
import { flagsOf } from '../flags/flags.ts';
import { topics } from './help-topics.ts';

/** The script for one shell; ends with a newline. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      return zsh();
    case 'fish':
      return fish();
  }
}

/** What the first operand of a command can be; undefined for files. */
function operandsOf(command: Command): readonly string[] | undefined {
  if (command.completes === 'files') return undefined;
  if (command.completes !== 'commands') return command.completes;
  const below = subcommandsOf(command);
  if (below.length > 0) return below.map(lastWord);
  return [...mainCommands, ...topics].map((row) => row.name);
}

/** The commands that have subcommands. */
const parents = mainCommands.filter((command) => subcommandsOf(command).length > 0);

function namesOf(flag: Flag): string[] {
  const opposite = oppositeOf(flag);
  const long = flag.bare === undefined ? [`--${flag.long}`] : [`--${flag.long}`, `--${flag.long}=`];
  return [...long, ...(flag.short === undefined ? [] : [`-${flag.short}`]), ...(opposite ? [`--${opposite}`] : [])];
}

/**
 * bash splits `--to=csv` at the `=`, so the word before the cursor is found by stepping over it. Arrays are filled by
 * compgen through IFS because bash 3.2 (macOS) has no mapfile.
 */
function bash(): string {
  const cases = commands.map((command) => {
    const own = flagsOf(command.name);
    const values = own.filter((flag) => flag.choices !== undefined);
    const files = own.filter((flag) => takesNext(flag) && flag.choices === undefined);
    const operands = operandsOf(command);
    return [
      `    ${quotedName(command)})`,
      '      case "$flag" in',
      ...values.map((flag) => `        ${pattern(flag)}) words="${(flag.choices ?? []).join(' ')}" ;;`),
      ...(files.length === 0 ? [] : [`        ${files.map(pattern).join('|')}) words="" ;;`]),
      `        *) if [[ $current == -* ]]; then words="${own.flatMap(namesOf).join(' ')}"; else words="${operands?.join(' ') ?? ''}"; fi ;;`,
      '      esac ;;',
    ].join('\n');
  });
  return `# bash completion for slung: eval "$(slung completion bash)"
_slung() {
  local current="\${COMP_WORDS[COMP_CWORD]}" flag="" words=""
  if [[ $current == "=" ]]; then
    current=""
    flag="\${COMP_WORDS[COMP_CWORD-1]}"
  elif (( COMP_CWORD > 2 )) && [[ \${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
    flag="\${COMP_WORDS[COMP_CWORD-2]}"
  elif (( COMP_CWORD > 1 )); then
    case "\${COMP_WORDS[COMP_CWORD-1]}" in
      ${bareNames()}) ;;
      *) flag="\${COMP_WORDS[COMP_CWORD-1]}" ;;
    esac
  fi
  local command="\${COMP_WORDS[1]}"
  case "$command" in
    ${parents.map((row) => row.name).join('|')}) (( COMP_CWORD > 2 )) && command+=" \${COMP_WORDS[2]}" ;;
  esac
  case "$command" in
${cases.join('\n')}
    *) words="${mainCommands.map((row) => row.name).join(' ')} --help --version" ;;
  esac
  (( COMP_CWORD == 1 )) && words="${mainCommands.map((row) => row.name).join(' ')} --help --version"
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
}
complete -o default -o bashdefault -F _slung slung
`;
}

/** The name as a pattern of `case`. */
function quotedName(command: Command): string {
  return command.name.includes(' ') ? `"${command.name}"` : command.name;
}

/** `-o|--output`: the ways to write a flag, as a bash pattern. */
function pattern(flag: Flag): string {
  return flag.short === undefined ? `--${flag.long}` : `-${flag.short}|--${flag.long}`;
}

/** Flags whose value must follow `=`: the next word is not theirs. */
function bareNames(): string {
  const names = commands.flatMap((command) => flagsOf(command.name).filter((flag) => flag.bare !== undefined));
  return [...new Set(names.map((flag) => `--${flag.long}`))].join('|');
}

function zsh(): string {
  const cases = commands.map((command) => {
    const specs = flagsOf(command.name).flatMap(zshSpecs);
    const operands = operandsOf(command);
    const rest = operands === undefined ? '*:file:_files' : `1:argument:(${operands.join(' ')})`;
    return [
      `    ${quotedName(command)})`,
      '      _arguments -s -S \\',
      ...specs.map((spec) => `        ${spec} \\`),
      `        ${quoted(rest)} ;;`,
    ].join('\n');
  });
  return `#compdef slung
# zsh completion for slung: save as _slung in a directory of $fpath
_slung() {
  local -a commands
  commands=(
${mainCommands.map((row) => `    ${quoted(`${row.name}:${row.doc}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    ${parents.map((row) => row.name).join('|')})
      if (( CURRENT > 2 )); then
        command+=" $words[2]"
        shift words
        (( CURRENT-- ))
      fi ;;
  esac
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _slung ]]; then
  _slung "$@"
else
  compdef _slung slung
fi
`;
}

/** The `_arguments` specifications of one flag: one for each way to write it. */
function zshSpecs(flag: Flag): string[] {
  const doc = flag.doc.replace(/[[\]:\\]/g, (char) => `\\${char}`);
  const repeat = flag.type === 'list' || flag.type === 'count' ? '*' : '';
  const action = flag.choices === undefined ? (takesPaths(flag) ? '_files' : ' ') : `(${flag.choices.join(' ')})`;
  const value = flag.value === undefined ? '' : `${flag.bare === undefined ? '' : ':'}:${flag.value}:${action}`;
  const long = flag.value === undefined ? '' : flag.bare === undefined ? '=' : '=-';
  const opposite = oppositeOf(flag);
  return [
    ...(flag.short === undefined
      ? []
      : [`${repeat}-${flag.short}${flag.value === undefined ? '' : '+'}[${doc}]${value}`]),
    `${repeat}--${flag.long}${long}[${doc}]${value}`,
    ...(opposite === undefined ? [] : [`--${opposite}[Opposite of --${flag.long}]`]),
  ].map(quoted);
}

function fish(): string {
  const names = mainCommands.map((row) => row.name).join(' ');
  const lines = [
    '# fish completion for slung: save as ~/.config/fish/completions/slung.fish',
    ...mainCommands.map(
      (row) =>
        `complete -c slung -n "not __fish_seen_subcommand_from ${names}" -f -a ${row.name} -d ${fishQuoted(row.doc)}`,
    ),
  ];
  for (const command of commands) {
    const when = `complete -c slung -n "${fishSeen(command)}"`;
    const operands = operandsOf(command);
    if (operands !== undefined) lines.push(`${when} -f -a "${operands.join(' ')}"`);
    lines.push(...flagsOf(command.name).flatMap((flag) => fishFlag(flag, when)));
  }
  return `${lines.join('\n')}\n`;
}

/** The condition for being at `command`: all of its words were typed, and none of its subcommands. */
function fishSeen(command: Command): string {
  const seen = command.name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = subcommandsOf(command).map(lastWord);
  if (below.length > 0) seen.push(`not __fish_seen_subcommand_from ${below.join(' ')}`);
  return seen.join('; and ');
}

function fishFlag(flag: Flag, when: string): string[] {
  const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
  const takes = takesNext(flag) ? (takesPaths(flag) ? ' -r' : ' -x') : '';
  // fish has no word for a value that must be joined by `=`, so those flags complete without one.
  const values = flag.choices === undefined || !takesNext(flag) ? '' : ` -a "${flag.choices.join(' ')}"`;
  const opposite = oppositeOf(flag);
  return [
    `${when}${short} -l ${flag.long}${takes}${values} -d ${fishQuoted(flag.doc)}`,
    ...(opposite === undefined ? [] : [`${when} -l ${opposite} -d ${fishQuoted(`Opposite of --${flag.long}`)}`]),
  ];
}

/** In single quotes for bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** In single quotes for fish, which escapes inside them. */
function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, (char) => `\\${char}`)}'`;
}
