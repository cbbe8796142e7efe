/**
 * Expressions to trees, by recursive descent over the grammar in README.md: `!` binds tighter than `&&`, `&&` tighter
 * than `||`. Chains of `&&` and `||` are loops, so only `(` and `!` nest; their depth is limited, because this parser
 * and everything that walks its trees use the stack.
 */
import type { Path, Scalar, StringScalar } from '../engine/program.ts';
import type { Comparison, Expression } from './ast.ts';
import { type OperandToken, operandAt, operatorAt, skipSpace } from './lexer.ts';
import { type Literal, type LiteralUse, literalList, type ScannedLiteral, scanLiteral } from './literals.ts';
import {
  barePath,
  mistake,
  noCondition,
  noJoint,
  noList,
  noListAfterNot,
  noOperator,
  sidesSwapped,
  wrongType,
} from './mistakes.ts';
import type { ComparisonOperator } from './operators.ts';
import { scanPath } from './paths.ts';

/** How deep `(`, `!` and `not` may nest together. */
export const maxNesting = 256;

/**
 * Reads one selector expression. Patterns are not compiled yet, so a faulty one is found by compile.ts.
 * @throws SelectorError that points into `text`
 */
export function parseExpression(text: string): Expression {
  return new Parser(text).parse();
}

type PathToken = OperandToken & { readonly kind: 'path' };

class Parser {
  readonly text: string;
  /** Just after the last token taken. */
  at = 0;
  depth = 0;
  /** Paths by their text: a thousand rules ask for a few. */
  readonly paths = new Map<string, Path>();

  constructor(text: string) {
    this.text = text;
  }

  parse(): Expression {
    const expression = this.disjunction();
    const token = operatorAt(this.text, this.at);
    if (token.kind !== 'end') throw noJoint(this.text, token, false);
    return expression;
  }

  disjunction(): Expression {
    const operands = [this.conjunction()];
    while (this.take('||')) operands.push(this.conjunction());
    return operands.length === 1 ? operands[0]! : { kind: 'or', operands };
  }

  conjunction(): Expression {
    const operands = [this.condition()];
    while (this.take('&&')) operands.push(this.condition());
    return operands.length === 1 ? operands[0]! : { kind: 'and', operands };
  }

  condition(): Expression {
    const token = operandAt(this.text, this.at);
    this.at = token.end;
    switch (token.kind) {
      case 'not':
        return this.nested(token, () => ({ kind: 'not', operand: this.condition() }));
      case 'open':
        return this.nested(token, () => this.group(token));
      case 'has':
        return this.presence(token);
      case 'path':
        return this.comparison({ ...token, path: this.known(token.path) });
      default:
        throw noCondition(this.text, token);
    }
  }

  /** Runs `read` one level deeper. */
  nested(token: OperandToken, read: () => Expression): Expression {
    this.depth += 1;
    if (this.depth > maxNesting) {
      throw mistake(this.text, token, `more than ${maxNesting} nested ( and !`, 'a flatter expression');
    }
    const expression = read();
    this.depth -= 1;
    return expression;
  }

  group(open: OperandToken): Expression {
    const expression = this.disjunction();
    const token = operatorAt(this.text, this.at);
    if (token.kind === 'end') throw mistake(this.text, open, '`(` is never closed', '&&, || or ) at the end');
    if (token.kind !== 'close') throw noJoint(this.text, token, true);
    this.at = token.end;
    return expression;
  }

  presence(token: OperandToken): Expression {
    const { path, end } = scanPath(this.text, skipSpace(this.text, this.at));
    const close = skipSpace(this.text, end);
    if (this.text[close] !== ')') {
      const place = close < this.text.length ? { start: close, end: close + 1 } : token;
      throw mistake(this.text, place, '`has(` takes one path', ') after the path');
    }
    this.at = close + 1;
    return { kind: 'test', test: { op: 'has', path: this.known(path) } };
  }

  comparison(path: PathToken): Expression {
    const token = operatorAt(this.text, path.end);
    if (token.kind === 'wrong') throw noOperator(this.text, path, token);
    if (token.kind !== 'operator' || token.operator === '&&' || token.operator === '||') {
      throw barePath(this.text, path);
    }
    this.at = token.end;
    if (token.operator === 'in') return { kind: 'test', test: this.membership(path.path) };
    if (token.operator === 'not') {
      if (this.take('in')) return { kind: 'not', operand: { kind: 'test', test: this.membership(path.path) } };
      throw noListAfterNot(this.text, path, token);
    }
    return this.compared(path, token.operator);
  }

  compared(path: PathToken, operator: ComparisonOperator): Expression {
    const start = skipSpace(this.text, this.at);
    const swapped = sidesSwapped(this.text, path, operator, start);
    if (swapped !== undefined) throw swapped;
    const value = scanLiteral(this.text, start, useOf(operator));
    this.at = value.end;
    const test: Expression = { kind: 'test', test: this.testOf(path.path, operator, value) };
    return operator === '!=' || operator === '!~' ? { kind: 'not', operand: test } : test;
  }

  testOf(path: Path, operator: ComparisonOperator, value: ScannedLiteral): Comparison {
    const { literal } = value;
    const op = ops[operator];
    if (op === 'eq') return { op, path, value: scalarOf(literal) };
    if (op === 'lt' || op === 'le' || op === 'gt' || op === 'ge') {
      if (literal.type === 'number') return { op, path, value: literal.number };
      if (literal.type === 'text') return { op, path, value: textOf(literal.value) };
      throw wrongType(this.text, value, operator, 'text or a number');
    }
    if (literal.type !== 'text') throw wrongType(this.text, value, operator, 'text');
    if (op !== 'regex') return { op, path, bytes: textOf(literal.value).bytes };
    const pattern = { source: literal.value, text: this.text, offsets: literal.offsets, place: undefined };
    return { op, path, pattern };
  }

  /** The list after `in`. */
  membership(path: Path): Comparison {
    const open = skipSpace(this.text, this.at);
    if (this.text[open] !== '[') throw noList(this.text, open);
    const values: Scalar[] = [];
    let next = skipSpace(this.text, open + 1);
    // `[1,]` is refused: after a comma there is another literal.
    for (let more = this.text[next] !== ']'; more; more = this.text[next] === ',') {
      if (values.length > 0) next = skipSpace(this.text, next + 1);
      if (next >= this.text.length) throw this.unclosedList(open);
      const value = scanLiteral(this.text, next, 'text');
      values.push(scalarOf(value.literal));
      next = skipSpace(this.text, value.end);
    }
    if (next >= this.text.length) throw this.unclosedList(open);
    if (this.text[next] !== ']') {
      throw mistake(this.text, { start: next, end: next + 1 }, 'the list goes on without a comma', ', or ]');
    }
    this.at = next + 1;
    return { op: 'in', path, values };
  }

  unclosedList(open: number): Error {
    return mistake(this.text, { start: open, end: open + 1 }, '`[` is never closed', `${literalList}, or ] at the end`);
  }

  /** The same path for the same text. */
  known(path: Path): Path {
    const known = this.paths.get(path.text);
    if (known === undefined) this.paths.set(path.text, path);
    return known ?? path;
  }

  /** Takes the operator when it is next. */
  take(operator: '&&' | '||' | 'in'): boolean {
    const token = operatorAt(this.text, this.at);
    if (token.kind !== 'operator' || token.operator !== operator) return false;
    this.at = token.end;
    return true;
  }
}

const ops = {
  '==': 'eq',
  '!=': 'eq',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '^=': 'prefix',
  '$=': 'suffix',
  '*=': 'contains',
  '~': 'regex',
  '!~': 'regex',
} as const satisfies Record<ComparisonOperator, Comparison['op']>;

function useOf(operator: ComparisonOperator): LiteralUse {
  if (operator === '~' || operator === '!~') return 'pattern';
  return operator.startsWith('<') || operator.startsWith('>') ? 'ordered' : 'text';
}

const utf8 = new TextEncoder();

function textOf(value: string): StringScalar {
  return { type: 'string', bytes: utf8.encode(value) };
}

function scalarOf(literal: Literal): Scalar {
  if (literal.type === 'text') return textOf(literal.value);
  if (literal.type === 'number') return literal.number;
  return literal;
}
