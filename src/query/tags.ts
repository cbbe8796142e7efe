/**
 * The bracket of tags: `[region=eu AND NOT (host=test OR host~/^dev/)]`. AND, OR and NOT stand between tags in any
 * case and are applied strictly left to right, without precedence, as the language we come from has it: `a OR b AND c`
 * is `(a OR b) AND c`, and `a NOT b` is `a AND NOT b`. tag.ts reads what stands between them.
 */
import type { TagExpression } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { shown } from './cursor.ts';
import type { QueryError } from './error.ts';
import { Span } from './span.ts';
import { keywordAt, parseTag } from './tag.ts';

/** More tags than anybody writes by hand; keeps the tree's depth harmless. */
const maxTags = 256;
const maxNesting = 256;

export interface ParsedTags {
  /** Undefined: nothing stands there, every set of tags matches. */
  readonly tags: TagExpression | undefined;
  /** Where the first pattern stands. */
  readonly pattern: Span | undefined;
}

/**
 * Parses from behind the opening bracket up to the closing one, which it takes.
 * @throws QueryError
 */
export function parseTags(cursor: Cursor): ParsedTags {
  cursor.skipBlanks();
  if (cursor.peek() === ']') {
    cursor.at += 1;
    return { tags: undefined, pattern: undefined };
  }
  const from = cursor.at;
  const reader = new TagReader(cursor);
  const tags = reader.expression();
  const inside = cursor.since(from);
  if (cursor.peek() === ')') throw cursor.ahead(1).wrong('this parenthesis closes nothing', 'AND, OR, NOT or ]');
  cursor.at += 1;
  if (reader.count > maxTags) throw inside.wrong(`${reader.count} tags in one query`, `at most ${maxTags}`);
  return { tags, pattern: reader.pattern };
}

class TagReader {
  count = 0;
  pattern: Span | undefined;
  readonly #cursor: Cursor;
  #nesting = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** Up to a bracket or parenthesis that closes, which is left. */
  expression(): TagExpression {
    const cursor = this.#cursor;
    let from = cursor.at;
    let left = this.#operand('');
    for (;;) {
      const operandText = cursor.since(from).text;
      cursor.skipBlanks();
      if (cursor.atEnd) throw unclosed(cursor);
      if (cursor.peek() === ']' || cursor.peek() === ')') return left;
      const joint = keywordAt(cursor);
      if (joint === '') throw this.#unjoined(operandText);
      // The infix NOT is itself the first of the operand's.
      if (joint.toUpperCase() !== 'NOT') cursor.at += joint.length;
      cursor.skipBlanks();
      from = cursor.at;
      const right = this.#operand(joint);
      left = { kind: joint.toUpperCase() === 'OR' ? 'or' : 'and', left, right };
    }
  }

  /** A tag or a group with any number of NOT before it. `before` is the keyword that it follows. */
  #operand(before: string): TagExpression {
    const cursor = this.#cursor;
    let isNegated = false;
    let last = before;
    for (;;) {
      cursor.skipBlanks();
      const word = keywordAt(cursor);
      if (word === '') break;
      if (word.toUpperCase() !== 'NOT') {
        throw cursor.ahead(word.length).wrong(`${word} has no tag before it`, 'a tag such as host=a');
      }
      isNegated = !isNegated;
      last = word;
      cursor.at += word.length;
    }
    const operand = this.#tagOrGroup(last);
    return isNegated ? { kind: 'not', operand } : operand;
  }

  #tagOrGroup(before: string): TagExpression {
    const cursor = this.#cursor;
    if (cursor.atEnd) throw unclosed(cursor);
    if (cursor.peek() === '(') return this.#group();
    if (cursor.peek() === ']' || cursor.peek() === ')') {
      throw cursor.ahead(0).wrong(`a tag is missing after ${before === '' ? '(' : before}`, 'a tag such as host=a');
    }
    const { expression, count, pattern } = parseTag(cursor);
    this.count += count;
    this.pattern ??= pattern;
    return expression;
  }

  #group(): TagExpression {
    const cursor = this.#cursor;
    const open = cursor.ahead(1);
    if (this.#nesting >= maxNesting) throw open.wrong(`parentheses are nested more than ${maxNesting} levels deep`);
    this.#nesting += 1;
    cursor.at += 1;
    const inside = this.expression();
    this.#nesting -= 1;
    if (cursor.peek() !== ')') throw open.wrong('the parenthesis is never closed', ')');
    cursor.at += 1;
    return inside;
  }

  /** Something that is no keyword follows an operand whose text is `before`. */
  #unjoined(before: string): QueryError {
    const cursor = this.#cursor;
    const from = cursor.at;
    const expected = 'AND, OR or NOT';
    if (cursor.peek() === ',') {
      return cursor.ahead(1).wrong('tags are not separated by commas', 'AND or OR between tags', 'write AND');
    }
    if (cursor.peek() === '(')
      return cursor.ahead(1).wrong('two tags without a word between them', expected, 'write AND');
    parseTag(cursor);
    const next = cursor.since(from);
    const pair = `${before} AND ${next.text}`;
    return next.wrong(
      'two tags without a word between them',
      expected,
      pair.length <= 100 ? `write ${pair}` : `write AND before ${shown(next.text)}`,
    );
  }
}

function unclosed(cursor: Cursor): QueryError {
  const end = new Span(cursor.text, cursor.text.length);
  return end.wrong('the bracket of the list of tags is not closed', ']');
}
