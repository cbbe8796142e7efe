/**
 * What stands between `(` and a group's body: nothing, a name, flags; or one of the many things that other dialects
 * put there, each refused by its name.
 */
import type { Cursor, Flags } from './cursor.ts';

/** Beginnings of unsupported groups, longest first where one begins another. */
const foreign: readonly (readonly [start: string, name: string, why: string])[] = [
  ['(?=', 'look-ahead', 'it cannot be matched in linear time together with the rest'],
  ['(?!', 'negative look-ahead', 'it cannot be matched in linear time together with the rest'],
  ['(?<=', 'look-behind', 'it cannot be matched in linear time together with the rest'],
  ['(?<!', 'negative look-behind', 'it cannot be matched in linear time together with the rest'],
  ['(?>', 'an atomic group', 'there is no backtracking to prevent'],
  ['(?|', 'a branch reset group', 'groups capture nothing here'],
  ['(?#', 'a comment group', 'write (?x) and # to the end of the line'],
  ['(?(', 'a conditional group', 'it depends on what another group captured'],
  ['(?&', 'a subroutine call', 'a pattern cannot contain itself'],
  ['(?P>', 'a subroutine call', 'a pattern cannot contain itself'],
  ['(?P=', 'a back-reference', 'it cannot be matched in linear time'],
  ["(?'", "a group name in '…'", 'write (?<name>…)'],
  ['(*', 'a backtracking verb', 'there is no backtracking to control'],
];

const flagNames: ReadonlyMap<string, keyof Flags | undefined> = new Map([
  ['i', 'ignoreCase'],
  ['m', 'multiLine'],
  ['s', 'dotAll'],
  ['x', 'extended'],
  ['u', 'unicode'],
  ['U', undefined],
]);

/**
 * Reads a group's head; the cursor stands on the parenthesis. 'group': the body follows, with the cursor's flags set
 * for it. 'flags': that was `(?i)`, complete, and the cursor's flags hold up to the end of the enclosing group.
 */
export function parseGroupHead(cursor: Cursor, names: Set<string>): 'group' | 'flags' {
  const start = cursor.at;
  for (const [beginning, name, why] of foreign) {
    if (cursor.startsWith(beginning)) {
      cursor.fail(`${name} is not supported: ${why}`, start, beginning.length);
    }
  }
  cursor.at += 1;
  if (!cursor.eat('?')) return 'group';
  if (/[0-9]/u.test(cursor.peek())) {
    cursor.fail('a subroutine call is not supported: a pattern cannot contain itself', start, 3);
  }
  if (cursor.eat('P<') || cursor.eat('<')) {
    parseName(cursor, start, names);
    return 'group';
  }
  return parseFlags(cursor, start);
}

/** The name and its closing `>`. */
function parseName(cursor: Cursor, start: number, names: Set<string>): void {
  const at = cursor.at;
  const name = cursor.match(/([\p{Alphabetic}_][\p{Alphabetic}\p{Nd}_.[\]]*)>/uy)?.[1];
  if (name === undefined) {
    cursor.fail('the group has no valid name', start, at - start, {
      expected: 'a letter or _, letters and digits, then >',
    });
  }
  if (names.has(name)) cursor.fail(`there are two groups named ${name}`, at, name.length);
  names.add(name);
}

/** `i-s)` or `i-s:`; the cursor stands behind the question mark. */
function parseFlags(cursor: Cursor, start: number): 'group' | 'flags' {
  const flags = { ...cursor.flags };
  let value = true;
  let given = 0;
  for (;;) {
    if (cursor.atEnd) cursor.fail('the group is never closed', start, 1, { expected: ')' });
    const at = cursor.at;
    const letter = String.fromCodePoint(cursor.next());
    if ((letter === ':' || letter === ')') && (value || given > 0)) {
      if (letter === ')' && given === 0) {
        cursor.fail('there are no flags here', start, cursor.at - start, { expected: 'flags, or : and a pattern' });
      }
      cursor.flags = flags;
      return letter === ':' ? 'group' : 'flags';
    }
    if (letter === '-' && value) {
      value = false;
      given = 0;
    } else if (flagNames.has(letter)) {
      const name = flagNames.get(letter);
      if (name !== undefined) flags[name] = value;
      given += 1;
    } else {
      unknownFlag(cursor, at, letter);
    }
  }
}

function unknownFlag(cursor: Cursor, at: number, letter: string): never {
  if (letter === 'R') {
    cursor.fail('the CRLF mode (?R) is not supported', at, 1, { hint: 'write \\r?$ for the end of such a line' });
  }
  cursor.fail(`${letter} is not a flag`, at, letter.length, { expected: 'i, m, s, U, u or x, then : or )' });
}
