/**
 * Expressions to trees, by recursive descent over the grammar in README.md: `!` binds tighter than `&&`, `&&` tighter
 * than `||`. Chains of `&&` and `||` are loops, so only `(` and `!` nest; their depth is limited, because this parser
 * and everything that walks its trees use the stack.
 */
import type { Path } from '../engine/program.ts';
import type { Comparison, Expression, PathOrder } from './ast.ts';
import { kindsTest, lengthTest, type Subject } from './calls.ts';
import { Reading } from './context.ts';
import { type NamedFile, readList, readRules } from './files.ts';
import { type FoldedOp, foldedTest } from './folded.ts';
import { type OperandToken, type OperatorToken, operandAt, operatorAt, skipSpace } from './lexer.ts';
import { isPathWord, type ScannedLiteral, scanLiteral } from './literals.ts';
import {
  bareCall,
  barePath,
  mistake,
  noCondition,
  noJoint,
  noList,
  noListAfterNot,
  noOperator,
  pathBelow,
  sidesSwapped,
  wrongType,
} from './mistakes.ts';
import { type ComparisonOperator, operations as ops, ordered, turnedOrders } from './operators.ts';
import { scanPath } from './paths.ts';
import { literalRun, scalarOf, scanList, textOf } from './scalars.ts';
import { isQuote, scanString } from './strings.ts';
import { isTime, scanTime } from './times.ts';

/** How deep `(`, `!` and `not` may nest together. */
export const maxNesting = 256;

/**
 * Reads one selector expression. Patterns are not compiled yet, so a faulty one is found by compile.ts.
 * @param reading what it is read with; default: files that it names are not looked at
 * @throws SelectorError that points into `text`
 */
export function parseExpression(text: string, reading = new Reading({}, false)): Expression {
  return new Parser(text, reading).parse();
}

type PathToken = OperandToken & { readonly kind: 'path' };

class Parser {
  readonly text: string;
  readonly reading: Reading;
  /** Just after the last token taken. */
  at = 0;
  depth = 0;
  /** Where the last literal of a comparison stands. */
  literal: { readonly start: number; readonly end: number } = { start: 0, end: 0 };
  /** What was read last behind a condition. */
  next: { at: number; token: OperatorToken } | undefined;
  /** Paths by their text: a thousand rules ask for a few. */
  readonly paths = new Map<string, Path>();

  constructor(text: string, reading: Reading) {
    this.text = text;
    this.reading = reading;
  }

  parse(): Expression {
    const expression = this.disjunction();
    const token = operatorAt(this.text, this.at);
    if (token.kind !== 'end') throw noJoint(this.text, token, false);
    return expression;
  }

  disjunction(): Expression {
    const operands = [this.conjunction()];
    for (let end = this.at; this.take('||'); end = this.at)
      operands.push(...this.alike(this.conjunction(), end, false));
    return operands.length === 1 ? operands[0]! : { kind: 'or', operands };
  }

  conjunction(): Expression {
    const operands = [this.condition()];
    for (let end = this.at; this.take('&&'); end = this.at) operands.push(...this.alike(this.condition(), end, true));
    return operands.length === 1 ? operands[0]! : { kind: 'and', operands };
  }

  /**
   * The operand that was read from `end` on, where a joint begins, and those behind it that differ from it in their
   * literal only, taken together.
   * @param isNegated what can be taken together: negated equalities behind `&&`, others behind `||`
   */
  alike(operand: Expression, end: number, isNegated: boolean): Expression[] {
    const test = isNegated && operand.kind === 'not' ? operand.operand : operand;
    if (test.kind !== 'test' || test.test.op !== 'eq' || isNegated !== (operand.kind === 'not')) return [operand];
    // What is in parentheses ends behind its literal.
    if (this.literal.end !== this.at) return [operand];
    const run = literalRun(this.text, this.at, this.text.slice(end, this.literal.start));
    if (run === undefined) return [operand];
    this.at = run.end;
    const others: Expression = { kind: 'test', test: { op: 'in', path: test.test.path, values: run.values } };
    return [operand, isNegated ? { kind: 'not', operand: others } : others];
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
      case 'rules':
        return readRules(this.fileName(token), this.reading, (rule) => parseExpression(rule, this.reading));
      case 'len':
      case 'type':
        return this.comparison(
          { ...token, kind: 'path', path: this.argument(token, token.kind), end: this.at },
          token.kind,
        );
      case 'path':
        return this.comparison({ ...token, path: this.known(token.path) }, 'value');
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
    return { kind: 'test', test: { op: 'has', path: this.argument(token, 'has') } };
  }

  /** The path in the parentheses that `token` has opened. */
  argument(token: OperandToken, word: string): Path {
    const { path, end } = scanPath(this.text, skipSpace(this.text, this.at));
    this.close(token, end, `\`${word}(\` takes one path`, ') after the path');
    return this.known(path);
  }

  /** Takes the `)` that comes next behind `end`. */
  close(token: { start: number; end: number }, end: number, message: string, expected: string): void {
    const close = skipSpace(this.text, end);
    if (this.text[close] !== ')') {
      const place = close < this.text.length ? { start: close, end: close + 1 } : token;
      throw mistake(this.text, place, message, expected);
    }
    this.at = close + 1;
  }

  /** The name in quotes in the parentheses that `token` has opened. */
  fileName(token: { start: number; end: number }): NamedFile {
    const start = skipSpace(this.text, token.end);
    if (!isQuote(this.text, start)) {
      const place = { start, end: Math.max(start + 1, skipSpace(this.text, start) + 1) };
      throw mistake(this.text, place, 'the name of a file stands in quotes', 'a name such as "list.txt"');
    }
    const { value, end } = scanString(this.text, start, 'text');
    this.close(token, end, 'a file has one name', ') after the name');
    return { name: value, text: this.text, start, end };
  }

  comparison(path: PathToken, of: Subject): Expression {
    const token = operatorAt(this.text, path.end);
    if (token.kind === 'wrong') throw noOperator(this.text, path, token);
    if (token.kind !== 'operator' || token.operator === '&&' || token.operator === '||') {
      throw of === 'value' ? barePath(this.text, path) : bareCall(this.text, path, of);
    }
    this.at = token.end;
    if (token.operator === 'in') return this.membership(path.path, of);
    if (token.operator === 'not') {
      if (this.take('in')) return { kind: 'not', operand: this.membership(path.path, of) };
      throw noListAfterNot(this.text, path, token);
    }
    return this.compared(path, token.operator, of);
  }

  compared(path: PathToken, operator: ComparisonOperator, of: Subject): Expression {
    const start = skipSpace(this.text, this.at);
    const canBeSwapped = of === 'value' && !isTime(this.text, start);
    const swapped = canBeSwapped ? sidesSwapped(this.text, path, operator, start) : undefined;
    if (swapped !== undefined) throw swapped;
    const test: Expression = { kind: 'test', test: this.testOf(path.path, operator, of, start) };
    return operator === '!=' || operator === '!~' ? { kind: 'not', operand: test } : test;
  }

  /** The test that what stands at `start` makes of path and operator. */
  testOf(path: Path, operator: ComparisonOperator, of: Subject, start: number): Comparison {
    const op = ops[operator];
    if (of === 'value' && isTime(this.text, start)) return this.timeTest(path, operator, start);
    if (of === 'value' && op !== 'regex' && isPathWord(this.text, start)) return this.pathTest(path, op, start);
    const value = scanLiteral(this.text, start, op === 'regex' ? 'pattern' : 'text');
    this.literal = value;
    this.at = value.end;
    if (of === 'len') return lengthTest(this.text, path, op, value);
    if (of === 'type') return kindsTest(this.text, path, op, [value]);
    return this.literalTest(path, operator, value);
  }

  timeTest(path: Path, operator: ComparisonOperator, start: number): Comparison {
    const { time, end } = scanTime(this.text, start, this.reading.nowUs);
    const order = ops[operator];
    const place = { start, end };
    if (order === 'regex' || order === 'prefix' || order === 'suffix' || order === 'contains') {
      throw mistake(this.text, place, `\`${operator}\` compares with text, not with a time`, 'one of == != < <= > >=');
    }
    this.at = end;
    return { op: 'time', path, order, time: { ...time, unit: this.reading.timeUnit } };
  }

  pathTest(path: Path, order: PathOrder, start: number): Comparison {
    const { path: other, end } = scanPath(this.text, start);
    this.at = end;
    if (other.below === undefined) return { op: 'paths', path, order, other: this.known(other) };
    const turned = turnedOrders[order as keyof typeof turnedOrders];
    if (path.below === undefined && turned !== undefined) {
      return { op: 'paths', path: this.known(other), order: turned, other: path };
    }
    throw pathBelow(this.text, { start, end }, path, turned === undefined);
  }

  literalTest(path: Path, operator: ComparisonOperator, value: ScannedLiteral): Comparison {
    const { literal } = value;
    const op = ops[operator];
    if (literal.type === 'text' && literal.isFolded && op !== 'regex') {
      if (op in ordered) {
        throw mistake(this.text, value, `\`${operator}\` compares bytes, so case counts`, 'text without the i');
      }
      return foldedTest(path, op as FoldedOp, literal.value, this.text, value.start);
    }
    if (op === 'eq') return { op, path, value: scalarOf(literal) };
    if (op === 'lt' || op === 'le' || op === 'gt' || op === 'ge') {
      if (literal.type === 'number') return { op, path, value: literal.number };
      if (literal.type === 'text') return { op, path, value: textOf(literal.value) };
      throw wrongType(this.text, value, operator, 'text or a number');
    }
    if (literal.type !== 'text') throw wrongType(this.text, value, operator, 'text');
    if (op !== 'regex') return { op, path, bytes: textOf(literal.value).bytes };
    const fold = literal.isFolded ? '(?i)' : '';
    const offsets = [...Array.from(fold, () => value.start), ...literal.offsets];
    return { op, path, pattern: { source: fold + literal.value, text: this.text, offsets, place: undefined } };
  }

  /** The list after `in`, or the file that has it. */
  membership(path: Path, of: Subject): Expression {
    const open = skipSpace(this.text, this.at);
    const call = /^file\s*\(/.exec(this.text.slice(open, open + 40))?.[0];
    if (call !== undefined && of === 'value') {
      const file = this.fileName({ start: open, end: open + call.length });
      return { kind: 'test', test: { op: 'list', path, lines: readList(file, this.reading) } };
    }
    if (this.text[open] !== '[') throw noList(this.text, open);
    const { values, run, end } = scanList(this.text, open, of === 'value');
    this.at = end;
    if (of === 'type') return { kind: 'test', test: kindsTest(this.text, path, 'eq', values) };
    if (of === 'len') {
      const tests = values.map((value) => lengthTest(this.text, path, 'eq', value));
      return { kind: 'or', operands: tests.map((test) => ({ kind: 'test', test })) };
    }
    const isFolded = ({ literal }: ScannedLiteral): boolean => literal.type === 'text' && literal.isFolded;
    const folded = values.filter(isFolded).map((value) => this.literalTest(path, '==', value));
    const plain = values.filter((value) => !isFolded(value)).map(({ literal }) => scalarOf(literal));
    const test: Comparison = { op: 'in', path, values: run.length === 0 ? plain : [...plain, ...run] };
    if (folded.length === 0) return { kind: 'test', test };
    return { kind: 'or', operands: [test, ...folded].map((each) => ({ kind: 'test', test: each })) };
  }

  /** The same path for the same text. */
  known(path: Path): Path {
    const known = this.paths.get(path.text);
    if (known === undefined) this.paths.set(path.text, path);
    return known ?? path;
  }

  /** Takes the operator when it is next. */
  take(operator: '&&' | '||' | 'in'): boolean {
    if (this.next?.at !== this.at) this.next = { at: this.at, token: operatorAt(this.text, this.at) };
    const { token } = this.next;
    if (token.kind !== 'operator' || token.operator !== operator) return false;
    this.at = token.end;
    return true;
  }
}
