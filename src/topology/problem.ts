/**
 * A problem and its place: `slung.yaml:14:12: message`, the line, a caret, one line of help. All problems of a file
 * are collected, so that one run shows them all.
 *
 * The surprising part: the line is shown with its secrets covered. The keys tell which values are secret, but only if
 * the file could be read. In a file that cannot be read, values are covered if they follow something that looks like
 * such a key.
 */
import { caretLines } from '../selector/errors.ts';
import { Exit, type Explained } from '../text/explained.ts';
import { messageLine } from '../text/printable.ts';

/** A text that places are in: a file, the command line, or one --set. */
export interface SourceText {
  /** As messages call it: `slung.yaml`, `--set`. */
  readonly name: string;
  readonly text: string;
  /** A file: places in it have lines and columns. */
  readonly isFile: boolean;
}

export interface Place {
  readonly source: SourceText;
  /** In UTF-16 units. */
  readonly offset: number;
  readonly length: number;
}

export type Level = 'error' | 'warning';

export interface Problem {
  readonly level: Level;
  /** A word for programs: `unknown-key`. */
  readonly code: string;
  readonly message: string;
  readonly place: Place;
  /** Where in the tree: `routes[1].where`. */
  readonly path: string;
  /** One line of help, or an example of two. */
  readonly hint: string | undefined;
  /** The exit code is that of a plugin that cannot be used. */
  readonly isPlugin: boolean;
}

/** No more errors of a file are shown. */
export const SHOWN_PROBLEMS = 20;

/** From 1, in UTF-16 units. */
export function lineAndColumn({ source, offset }: Place): { line: number; column: number } {
  const starts = startsOf(source);
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - starts[low]! + 1 };
}

const lineStarts = new WeakMap<SourceText, readonly number[]>();

/** Where the lines of a text begin: every value has a place that is asked for. */
function startsOf(source: SourceText): readonly number[] {
  const known = lineStarts.get(source);
  if (known !== undefined) return known;
  const starts = [0];
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) starts.push(at + 1);
  lineStarts.set(source, starts);
  return starts;
}

/** `12:3`, for a second place in the same file. */
export function shortPlace(place: Place): string {
  const { line, column } = lineAndColumn(place);
  return place.source.isFile ? `${line}:${column}` : place.source.name;
}

/** `slung.yaml:12:3` */
export function placeText(place: Place): string {
  return place.source.isFile ? `${place.source.name}:${shortPlace(place)}` : place.source.name;
}

export interface ProblemDetails {
  readonly code: string;
  readonly message: string;
  readonly place: Place;
  readonly path: string;
  readonly hint?: string | undefined;
  readonly isPlugin?: boolean;
}

/** Problems that are kept: a file of a megabyte can have a hundred thousand. */
const MAX_KEPT = 1000;

/** What was found so far. `secrets` are the places that are never shown. */
export class Problems {
  readonly list: Problem[] = [];
  readonly secrets: Place[] = [];
  hasErrors = false;

  error(details: ProblemDetails): void {
    this.#add('error', details);
  }

  warn(details: ProblemDetails): void {
    this.#add('warning', details);
  }

  #add(level: Level, { hint, isPlugin = false, ...details }: ProblemDetails): void {
    // The first error is always there to be shown.
    const isKept = this.list.length < MAX_KEPT || (level === 'error' && !this.hasErrors);
    if (level === 'error') this.hasErrors = true;
    if (!isKept) return;
    const message = messageLine(details.message);
    const help = hint?.split('\n').map(messageLine).join('\n');
    this.list.push(Object.freeze({ ...details, message, level, hint: help, isPlugin }));
  }
}

/** Errors before warnings that stand later; else in the order of the text. */
export function sortProblems(list: readonly Problem[]): Problem[] {
  // A selector that several routes have is in one place, and wrong there once.
  const isNew = ({ message, place }: Problem, i: number): boolean =>
    list.findIndex((other) => other.message === message && isSamePlace(other.place, place)) === i;
  return list
    .filter(isNew)
    .sort((a, b) => Number(b.place.source.isFile) - Number(a.place.source.isFile) || a.place.offset - b.place.offset);
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.source === other.source && one.offset === other.offset && one.length === other.length;
}

/** A topology that cannot be used. Its message is the first problem's; callers render `problems`. */
export class TopologyError extends Error implements Explained {
  override readonly name = 'TopologyError';
  readonly problem = 'usage';
  /** Errors and warnings; at least one error. */
  readonly problems: readonly Problem[];
  readonly secrets: readonly Place[];

  constructor(problems: readonly Problem[], secrets: readonly Place[]) {
    const first = problems.find(({ level }) => level === 'error') ?? problems[0];
    super(first === undefined ? 'the topology is empty' : `${placeText(first.place)}: ${first.message}`);
    this.problems = problems;
    this.secrets = secrets;
  }

  /** The picture of the first error, and the others. */
  get detail(): string {
    const [, ...lines] = renderProblems(this.problems, this.secrets).split('\n');
    return lines.join('\n');
  }

  /** That of a plugin when all errors are about files of plugins. */
  get exit(): number {
    return this.problems.every(({ level, isPlugin }) => level === 'warning' || isPlugin) ? Exit.plugin : Exit.usage;
  }
}

/** The first of them, each on several lines; without a final newline. */
export function renderProblems(problems: readonly Problem[], secrets: readonly Place[]): string {
  const more = problems.length - SHOWN_PROBLEMS;
  const shown = problems.slice(0, SHOWN_PROBLEMS).map((problem) => renderProblem(problem, secrets));
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** The problem on two to four lines, without a final newline. */
export function renderProblem(problem: Problem, secrets: readonly Place[] = []): string {
  const { level, message, place, hint } = problem;
  const word = level === 'warning' ? 'warning: ' : '';
  const lines = [`${messageLine(placeText(place))}: ${word}${message}`, ...pictureOf(place, secrets)];
  if (hint !== undefined) lines.push(...hint.split('\n').map((line) => `  ${line}`));
  return lines.join('\n');
}

/** So much of a line is looked at on both sides of the place: more than is shown. */
const NEAR = 2000;

/** The line and the caret under it; nothing for an empty line. */
function pictureOf(place: Place, secrets: readonly Place[]): string[] {
  const { text } = place.source;
  const lineStart = place.offset === 0 ? 0 : text.lastIndexOf('\n', place.offset - 1) + 1;
  // Of a line without an end, what is near.
  const start = Math.max(lineStart, place.offset - NEAR);
  const newline = text.indexOf('\n', place.offset);
  const end = Math.min(newline < 0 ? text.length : newline, place.offset + NEAR);
  const line = text.slice(start, end).replace(/\r$/, '');
  if (line.trim() === '') return [];
  const known = secrets
    .filter(({ source }) => source === place.source)
    .map(({ offset, length }) => [offset - start, offset + length - start] as const);
  const covered = coverSecrets(line, known);
  const at = covered.at(place.offset - start);
  const length = Math.max(1, covered.at(Math.min(place.offset + place.length, end) - start) - at);
  // A line far to the right is shown from its first character.
  const indent = covered.text.length - covered.text.trimStart().length;
  return caretLines(covered.text.slice(indent), Math.max(0, at - indent), length);
}

export const COVER = '•••';

/** The look of a key whose value is a secret, for texts that could not be read. */
export function isSecretKey(key: string): boolean {
  return /token|creds|password|authorization|secret/i.test(key);
}

const secretKeys = /\b(?:token|creds|password|authorization)["']?\s*[:=]\s*("[^"]*"?|'[^']*'?|[^\s,}\]]+)/gi;

/** Of a URL, all before the last @ of its host: there may be several hosts, with commas between them. */
const urlLogins = /(?<=:\/\/)[^\s/?#]*@/g;
/** Of one login: a password, or a name that stands alone and is a token. */
const urlSecrets = /(?<=(?:^|,)[^,@:]*:)[^@]+(?=@)|(?<=^|,)[^@:]+(?=@)/g;

/** Where a text has passwords and tokens of URLs. */
function* secretsInUrls(text: string): Generator<readonly [from: number, to: number]> {
  for (const login of text.matchAll(urlLogins)) {
    for (const secret of login[0].matchAll(urlSecrets)) {
      const from = login.index + secret.index;
      yield [from, from + secret[0].length];
    }
  }
}

/** The line with its secrets covered, and where a column of it has gone. */
function coverSecrets(line: string, known: readonly (readonly [number, number])[]) {
  const ranges = [...known.map(([from, to]) => [Math.max(0, from), Math.min(line.length, to)] as const)];
  for (const match of line.matchAll(secretKeys)) ranges.push(rangeOf(match, match[1]!));
  ranges.push(...secretsInUrls(line));
  const pieces = ranges.filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0]);
  let text = '';
  let end = 0;
  const moves: { from: number; to: number; at: number }[] = [];
  for (const [from, to] of pieces) {
    if (from < end) {
      end = Math.max(end, to);
      continue;
    }
    text += line.slice(end, from);
    moves.push({ from, to, at: text.length });
    text += COVER;
    end = to;
  }
  text += line.slice(end);
  const at = (column: number): number => {
    let moved = column;
    for (const move of moves) {
      if (column >= move.to) moved = column - move.to + move.at + COVER.length;
      else if (column > move.from) return move.at;
    }
    return moved;
  };
  return { text, at };
}

function rangeOf(match: RegExpExecArray, group: string): readonly [number, number] {
  const from = match.index + match[0].lastIndexOf(group);
  return [from, from + group.length];
}

/** A URL with its passwords and tokens covered. */
export function coverUrl(text: string): string {
  return text
    .replace(urlLogins, (login) => login.replace(urlSecrets, COVER))
    .replace(/([?&]token=)[^&]*/g, `$1${COVER}`);
}
