/**
 * `${A}`, `${A:-default}`, `${A:?what it is}` in values, substituted after the YAML has been read: a value may contain
 * quotes, line breaks or YAML and stays one value, and comments and keys contain no variables. `$${` is `${`. What a
 * variable holds is not searched for variables again.
 */
import { excerpt } from '../text/printable.ts';
import type { Scalar } from './node.ts';
import type { Problems } from './problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const NAME = /^[A-Za-z_]\w*$/;

interface Filled {
  text: string;
  /** Undefined when those of the scalar are not known. */
  offsets: number[] | undefined;
  variable: string | undefined;
  /** Something of it came from the environment, not from a default. */
  isHeld: boolean;
}

/** The scalar with its variables filled in; the same object when there are none. */
export function fillVariables(scalar: Scalar, path: string, environment: Environment, problems: Problems): Scalar {
  const { text } = scalar;
  if (!text.includes('${')) return scalar;
  const filled: Filled = { text: '', offsets: scalar.offsets && [], variable: undefined, isHeld: false };
  let at = 0;
  while (at < text.length) {
    const next = nextMark(text, at);
    copy(scalar, filled, at, next.at);
    if (next.kind === 'end') break;
    if (next.kind === 'escaped') {
      put(scalar, filled, '${', next.at);
      at = next.at + 3;
      continue;
    }
    const end = text.indexOf('}', next.at);
    const value = variableAt(scalar, next.at, end, path, environment, problems);
    if (value === undefined) return scalar;
    const name = /^\$\{(\w+)/.exec(text.slice(next.at))?.[1];
    filled.variable ??= name;
    if (environment[name ?? ''] === value) filled.isHeld = true;
    put(scalar, filled, value, next.at);
    at = end + 1;
  }
  filled.offsets?.push(scalar.offsets?.at(-1) ?? 0);
  const isWhole = /^\$\{[^}]*\}$/.test(text);
  const { isHeld, ...values } = filled;
  return Object.freeze({ ...scalar, ...values, raw: isHeld ? text : undefined, isPlain: isWhole || scalar.isPlain });
}

interface Mark {
  readonly at: number;
  readonly kind: 'variable' | 'escaped' | 'end';
}

/** The next `${` from `at`, or `$${`. */
function nextMark(text: string, from: number): Mark {
  const at = text.indexOf('${', from);
  if (at < 0) return { at: text.length, kind: 'end' };
  return at > from && text[at - 1] === '$' ? { at: at - 1, kind: 'escaped' } : { at, kind: 'variable' };
}

function copy(scalar: Scalar, filled: Filled, from: number, to: number): void {
  filled.text += scalar.text.slice(from, to);
  for (let i = from; i < to; i += 1) filled.offsets?.push(scalar.offsets?.[i] ?? 0);
}

/** All of `text` stands where the variable does. */
function put(scalar: Scalar, filled: Filled, text: string, at: number): void {
  filled.text += text;
  for (let i = 0; i < text.length; i += 1) filled.offsets?.push(scalar.offsets?.[at] ?? 0);
}

function variableAt(
  scalar: Scalar,
  at: number,
  end: number,
  path: string,
  environment: Environment,
  problems: Problems,
): string | undefined {
  const place = placeIn(scalar, at, (end < 0 ? scalar.text.length : end + 1) - at);
  const fail = (code: string, message: string, hint?: string): undefined => {
    problems.error({ code, message, place, path, hint });
    return undefined;
  };
  if (end < 0) {
    const hint = `A variable is \${NAME}; $\${ is a $ and a brace.`;
    return fail('variable-syntax', `${excerpt(scalar.text.slice(at), 40)} is never closed`, hint);
  }
  const inside = scalar.text.slice(at + 2, end);
  const [, name = '', operator = '', rest = ''] = /^([^:]*)(:[-?])?([\s\S]*)$/.exec(inside) ?? [];
  if (!NAME.test(name) || (operator === '' && rest !== '')) {
    const hint = `The forms are \${NAME}, \${NAME:-default} and \${NAME:?what it is}; $\${ is a $ and a brace.`;
    return fail('variable-syntax', `\${${excerpt(inside, 40)}}: no name of a variable`, hint);
  }
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined && (value !== '' || operator === '')) return value;
  if (operator === ':-') return rest;
  if (operator === ':?')
    return fail('variable-unset', `${name} is not set: ${excerpt(rest, 200)}`, `Set it in the environment of slung.`);
  return fail('variable-unset', `${name} is not set`, `Set it, or write \${${name}:-…} for a default.`);
}

/** A part of a scalar's text, as it stands in the source. */
export function placeIn(scalar: Scalar, at: number, length: number): Scalar['place'] {
  const { offsets, place } = scalar;
  if (offsets === undefined) return place;
  const offset = offsets[Math.min(at, offsets.length - 1)] ?? place.offset;
  const end = offsets[Math.min(at + length, offsets.length - 1)] ?? offset;
  return { source: place.source, offset, length: Math.max(0, end - offset) };
}
