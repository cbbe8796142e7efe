/**
 * The second bracket's worth of a query: `[region=eu AND NOT host=test]`. Words between blanks are tags, except AND, OR
 * and NOT in any case. Evaluation is strictly left to right, without precedence: `a OR b AND c` is `(a OR b) AND c`, and
 * `a NOT b` is `a AND NOT b`, as the live side of upstream has it. A comma would make one tag that no event has, so it is
 * refused: somebody meant AND.
 */
import type { TagExpression } from './ast.ts';
import type { Span } from './span.ts';

/** More tags than anybody writes by hand; keeps the tree's depth harmless. */
const maxTags = 256;

const keyword = (word: Span | undefined): string | undefined => {
  const upper = word?.text.toUpperCase();
  return upper === 'AND' || upper === 'OR' || upper === 'NOT' ? upper : undefined;
};

/**
 * Parses what stands between the brackets.
 * @returns undefined for nothing: every set of tags matches
 * @throws QueryError
 */
export function parseTags(inside: Span): TagExpression | undefined {
  const words = inside.words();
  if (words.length === 0) return undefined;
  const tagCount = words.filter((word) => keyword(word) === undefined).length;
  if (tagCount > maxTags) throw inside.wrong(`${tagCount} tags in one query`, `at most ${maxTags}`);
  const end = inside.cut(inside.to - inside.from);
  let at = 0;
  const operand = (): TagExpression => {
    let isNegated = false;
    for (; keyword(words[at]) === 'NOT'; at += 1) isNegated = !isNegated;
    const word = words[at];
    if (word === undefined) throw end.wrong(`a tag is missing after ${words.at(-1)!.text}`, 'a tag such as host=a');
    if (keyword(word) !== undefined) throw word.wrong(`${word.text} has no tag before it`, 'a tag such as host=a');
    at += 1;
    const tag: TagExpression = { kind: 'tag', tag: tagText(word) };
    return isNegated ? { kind: 'not', operand: tag } : tag;
  };
  let expression = operand();
  while (at < words.length) {
    const word = words[at]!;
    const joint = keyword(word);
    if (joint === undefined) {
      const pair = `${words[at - 1]!.text} AND ${tagText(word)}`;
      throw word.wrong('two tags without a word between them', 'AND, OR or NOT', `write ${pair}`);
    }
    // The infix NOT is itself the first of the operand's.
    if (joint !== 'NOT') at += 1;
    expression = { kind: joint === 'OR' ? 'or' : 'and', left: expression, right: operand() };
  }
  return expression;
}

/** A word, when it can be a tag. */
function tagText(word: Span): string {
  const { text } = word;
  if (text.includes(',')) {
    const parts = text.split(',').filter((part) => part !== '');
    const suggestion = parts.length > 1 ? `write ${parts.join(' AND ')}` : `write ${parts.join('')}`;
    throw word.wrong('tags are not separated by commas', 'AND or OR between tags', suggestion);
  }
  const foreign = /^(?:&&?|\|\|?|!)$/.exec(text)?.[0];
  if (foreign !== undefined) {
    const meant = foreign[0] === '&' ? 'AND' : foreign[0] === '|' ? 'OR' : 'NOT';
    throw word.wrong(`\`${foreign}\` is not an operator`, 'AND, OR or NOT', `did you mean ${meant}?`);
  }
  if (/[()[\]]/.test(text)) {
    throw word.wrong('brackets and parentheses cannot stand in a tag', 'tags with AND, OR and NOT between them');
  }
  return text;
}
