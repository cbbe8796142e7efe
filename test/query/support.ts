/** What the tests of the query language share: expressions as text, and errors as values. */
import { parseQuery, QueryError, type TagExpression } from '../../src/query/index.ts';

/** The tree with all its parentheses. */
export function show(expression: TagExpression | undefined): string {
  if (expression === undefined) return 'all';
  switch (expression.kind) {
    case 'tag':
      return expression.tag;
    case 'pattern':
      return `${expression.key}~/${expression.pattern.source}/`;
    case 'not':
      return `!${show(expression.operand)}`;
    default:
      return `(${show(expression.left)} ${expression.kind} ${show(expression.right)})`;
  }
}

/** What a text is refused with. */
export function errorOf(text: string, parse: (text: string) => unknown = parseQuery): QueryError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

/** The part of the text that an error is about. */
export const markedBy = ({ text, offset, length }: QueryError): string => text.slice(offset, offset + length);
