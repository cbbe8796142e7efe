/** Errors for a first word that is not a command, with the likeliest thing that was meant. Loaded only for them. */
import { UsageError } from '../config/errors.ts';
import { nearest } from '../selector/suggest.ts';
import { excerpt, quoted } from '../text/printable.ts';
import { type Command, lastWord, mainCommands, subcommandsOf } from './commands.ts';
import { flags } from './flags/table.ts';
import { topics } from './help/help-topics.ts';
import { nearOption } from './unknown-option.ts';

const names: readonly string[] = mainCommands.map((command) => command.name);

/** `argv[0]` is no command: an option that came too early, a file, or a misspelt name. */
export function unknownCommand(argv: readonly string[], fileExists: (path: string) => boolean): UsageError {
  const word = argv[0] ?? '';
  if (word.startsWith('-') && word !== '-') return optionFirst(word);
  if (word.endsWith('.wasm')) {
    return new UsageError(`a command is missing before ${excerpt(word)}`, `To run it: slung run ${shellWord(word)}`);
  }
  if (word === '-' || fileExists(word)) {
    return new UsageError(
      word === '-' ? 'a command is missing before -' : `${excerpt(word)} is a file, not a command`,
      `To read it: slung select ${shellWord(word)}`,
    );
  }
  return new UsageError(`unknown command ${quoted(word)}`, { near: nearest(word, names) });
}

/** `slung help WORDS` for words that are no command; `parent` is the command that the first of them names. */
export function unknownTopic(words: string, parent: Command | undefined): UsageError {
  const known = parent === undefined ? names : subcommandsOf(parent).map(({ name }) => name);
  const topicNames = parent === undefined ? topics.map(({ name }) => name) : [];
  return new UsageError(`no help for ${quoted(words)}`, {
    near: nearest(words, [...known, ...topicNames]),
    detail: `Commands: ${known.join(', ')}.${topicNames.length === 0 ? '' : ` Topics: ${topicNames.join(', ')}.`}`,
  });
}

/** `slung plugin WORD` for a word that is no subcommand. */
export function unknownSubcommand(parent: Command, word: string): UsageError {
  const known = subcommandsOf(parent).map(lastWord);
  return new UsageError(`${parent.name}: unknown command ${quoted(word)}`, {
    near: meantSubcommand(word, known) ?? nearest(word, known),
    detail: `Commands: ${known.join(', ')}.`,
  });
}

/** Words of other tools → the command that does it. */
const foreignCommands: readonly (readonly [words: string, name: string])[] = [
  ['list show series', 'ls'],
  ['list show', 'list'],
  ['rm remove del drop', 'delete'],
  ['info stats status', 'stat'],
  ['info show', 'inspect'],
  ['dump read cat', 'export'],
  ['import insert add load append', 'write'],
  ['check fsck', 'verify'],
  ['merge vacuum', 'compact'],
  ['prune expire', 'trim'],
  ['fix recover', 'repair'],
  ['create init', 'new'],
  ['compile', 'build'],
];

function meantSubcommand(word: string, known: readonly string[]): string | undefined {
  return foreignCommands.find(([words, name]) => words.split(' ').includes(word) && known.includes(name))?.[1];
}

function optionFirst(word: string): UsageError {
  const name = word.split('=')[0] ?? word;
  const owner = flags.find((flag) => name === `--${flag.long}` || name.slice(0, 2) === `-${flag.short}`);
  if (owner !== undefined) {
    const command = owner.commands[0] ?? 'select';
    return new UsageError(
      `the option ${excerpt(name)} belongs after a command`,
      `Write: slung ${command} ${excerpt(name)} …`,
    );
  }
  const near = nearOption(name.replace(/^-+/, ''), flags);
  return new UsageError(`unknown option ${excerpt(name)}`, { near: near === undefined ? undefined : `--${near}` });
}

/** The word as a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=-]{1,400}$/.test(word) ? word : `'${excerpt(word).replaceAll("'", `'\\''`)}'`;
}
