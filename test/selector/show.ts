/** Short texts for trees and programs, so that tests say what they expect on one line. */
import type { Path, Program, Scalar } from '../../src/engine/program.ts';
import type { Comparison, Expression } from '../../src/selector/ast.ts';

/** `(and (eq level "error") (not (has debug)))` */
export function showTree(node: Expression): string {
  switch (node.kind) {
    case 'test':
      return `(${node.test.op} ${showPath(node.test.path)}${showOperand(node.test)})`;
    case 'not':
      return `(not ${showTree(node.operand)})`;
    default:
      return `(${[node.kind, ...node.operands.map(showTree)].join(' ')})`;
  }
}

/** One line a test: `0: eq level "error" ? 1 : REJECT`, after a line with the entry. */
export function showProgram(program: Program): string {
  const target = (at: number): string => (at === -1 ? 'ACCEPT' : at === -2 ? 'REJECT' : String(at));
  const lines = program.tests.map((test, at) => {
    const path = (number: number): string => showPath(program.paths[number]!);
    const no = target(test.onFalse);
    if (test.op === 'again') return `${at}: again ${test.of} : ${no}`;
    if (test.op === 'choice') {
      const cases = test.cases.map((one) => `${showScalar(one.value)} ? ${target(one.target)}`);
      return `${at}: choice ${path(test.path)} ${cases.join(', ')} : ${no}`;
    }
    if (test.op === 'present') {
      const branches = test.branches.map((one) => `${path(one.path)} ? ${target(one.target)}`);
      return `${at}: present ${branches.join(', ')} : ${no}`;
    }
    const operand =
      test.op === 'regex' ? ` /${new TextDecoder().decode(test.image)}/` : showOperand(test as unknown as Comparison);
    return `${at}: ${test.op} ${path(test.path)}${operand} ? ${target(test.onTrue)} : ${target(test.onFalse)}`;
  });
  return [target(program.entry), ...lines].join('\n');
}

function showPath(path: Path): string {
  const steps = path.steps.map((step) => (step.kind === 'key' ? step.key : `[${step.index}]`)).join('/');
  const below = (path.below ?? []).map((step) => (step.kind === 'key' ? `/${step.key}` : `/${step.kind}`)).join('');
  return path.wholeKey === undefined ? steps + below : `${path.wholeKey}|${steps}${below}`;
}

function showOperand(test: Comparison): string {
  switch (test.op) {
    case 'has':
      return '';
    case 'regex':
      return ` /${test.pattern.source}/`;
    case 'in':
      return ` [${test.values.map(showScalar).join(' ')}]`;
    case 'prefix':
    case 'suffix':
    case 'contains':
      return ` ${JSON.stringify(new TextDecoder().decode(test.bytes))}`;
    case 'time':
      return ` ${test.order} ${test.time.us}.${test.time.rest}`;
    case 'length':
      return ` ${test.order} ${showScalar(test.value)}`;
    case 'kinds':
      return ` ${test.kinds.join()}`;
    case 'paths':
      return ` ${test.order} ${typeof test.other === 'number' ? test.other : showPath(test.other)}`;
    case 'list':
      return ` ${JSON.stringify(new TextDecoder().decode(test.lines))}`;
    default:
      return ` ${showScalar(test.value)}`;
  }
}

/** Numbers show their type: `5i`, `9223372036854775808u`, `0.5f`. */
function showScalar(scalar: Scalar): string {
  if (scalar.type === 'null') return 'null';
  if (scalar.type === 'string') return JSON.stringify(new TextDecoder().decode(scalar.bytes));
  return `${scalar.value}${scalar.type === 'boolean' ? '' : scalar.type[0]}`;
}
