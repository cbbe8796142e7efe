/**
 * The first row of CSV: the names of the columns, and what is wrong if it lacks columns that a run needs: a name is
 * spelled differently, or the delimiter is another one. It is found before a row has been read.
 */
import { SourceError } from '../../io/errors.ts';
import { nearest, parsePath } from '../../selector/index.ts';
import { cut, excerpt } from '../../text/printable.ts';
import { cellsOf, tsvCells, unquoted } from './cells.ts';
import type { CsvShape, Needed } from './shape.ts';

const BOM = '\u00ef\u00bb\u00bf';
const DELIMITERS = [',', ';', '\t', '|'];
/** Columns that a message lists. */
const SHOWN = 10;
const NAME_LENGTH = 40;

/**
 * @param row a text of bytes (Latin-1), and so are the names
 * @param name of the input, for messages
 * @throws SourceError
 */
export function headerNames(
  row: string,
  name: string,
  { delimiter, needed, isTsv = false }: CsvShape,
): readonly string[] {
  const text = row.startsWith(BOM) ? row.slice(BOM.length) : row;
  const names = isTsv ? tsvCells(text) : cellsOf(text, delimiter)?.map(unquoted);
  const wrong = (what: string) => new SourceError(name, 'EHEADER', `cannot read ${excerpt(name)}: ${what}`);
  if (names === undefined) {
    const isRecord = /^\s*[{[]/.test(text);
    throw wrong(`the quotes of its header do not match${isRecord ? '; NDJSON is read without --from csv' : ''}`);
  }
  const before = new Set<string>();
  const twice = names.find((one) => before.size === before.add(one).size);
  if (twice !== undefined)
    throw wrong(`two columns are called ${shown(utf8(twice))}; rename one of them in its first line`);
  const missing = missingColumn(names.map(utf8), needed);
  if (missing === undefined) return names;
  const other = otherDelimiter(text, names, delimiter);
  if (other !== undefined) throw wrong(other);
  throw wrong(missing);
}

/** Why the rows are cut at the wrong character; undefined when they are not. */
function otherDelimiter(header: string, names: readonly string[], delimiter: string): string | undefined {
  if (names.length > 1) return undefined;
  const counts = DELIMITERS.map((one) => (one === delimiter ? 0 : header.split(one).length - 1));
  const most = Math.max(...counts);
  if (most === 0) return undefined;
  const found = DELIMITERS[counts.indexOf(most)]!;
  const [what, option] = found === '\t' ? ['tabs', 'tab'] : [`\`${found}\``, `'${found}'`];
  return `its header is one column, ${shown(utf8(header))}, with ${what} in it; cut it there with --delimiter ${option}`;
}

/** The first column that is not there, and what may have been meant. */
function missingColumn(names: readonly string[], needed: readonly Needed[]): string | undefined {
  for (const { flag, path } of needed) {
    const [first] = parsePath(path).steps;
    if (first?.kind === 'key' && names.includes(first.key)) continue;
    const what = `there is no column ${shown(first?.kind === 'key' ? first.key : path)} for ${flag}`;
    const header = `the header has ${listed(names)}`;
    if (names.includes(path))
      return `${what}; a column whose name has a point is written in quotes: ${flag} '"${path}"'`;
    const guess = nearest(first?.kind === 'key' ? first.key : path, names);
    const other =
      flag === '--series'
        ? `; name one with ${flag}, or the series itself with --series-name`
        : `; name one with ${flag}`;
    return `${what}; ${header}${guess === undefined ? other : `; did you mean ${shown(guess)}?`}`;
  }
  return undefined;
}

function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return names.slice(0, SHOWN).map(shown).join(', ') + more;
}

/** A name from outside, in quotes. */
function shown(name: string): string {
  return `"${excerpt(cut(name, NAME_LENGTH))}"`;
}

function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString();
}
