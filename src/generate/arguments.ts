/** The argument of an operator, `{"min": 1, "max": 6}`: its names and types, or an error with its place. */
import { nearest } from '../selector/suggest.ts';
import { quoted } from '../text/printable.ts';
import { TemplateError, type TemplateText } from './errors.ts';
import type { ObjectNode, TemplateNode } from './template-json.ts';

/** What messages say of a value. */
export function kindOf(node: TemplateNode): string {
  switch (node.kind) {
    case 'word':
      return node.raw;
    case 'array':
      return 'an array';
    case 'object':
      return 'an object';
    default:
      return `the ${node.kind} ${quoted(node.kind === 'string' ? node.value : node.raw, 40)}`;
  }
}

/** @throws TemplateError */
export function arrayOf(template: TemplateText, node: TemplateNode, operator: string): readonly TemplateNode[] {
  if (node.kind === 'array' && node.items.length > 0) return node.items;
  const what = node.kind === 'array' ? 'an empty one' : kindOf(node);
  throw new TemplateError(template, node, `${operator} needs an array of values, not ${what}`);
}

export class Arguments {
  readonly template: TemplateText;
  readonly operator: string;
  readonly node: ObjectNode;

  /** @param names of all members that it may have @throws TemplateError */
  constructor(template: TemplateText, node: TemplateNode, operator: string, names: readonly string[]) {
    this.template = template;
    this.operator = operator;
    const form = names.length === 0 ? '{}' : `{${names.map((name) => `"${name}": …`).join(', ')}}`;
    if (node.kind !== 'object') {
      throw new TemplateError(template, node, `${operator} needs ${form}, not ${kindOf(node)}`);
    }
    this.node = node;
    for (const { key, keySpan } of node.members) {
      if (names.includes(key)) continue;
      const hint = names.length === 0 ? `It has none: {"${operator}": {}}` : `It has ${names.join(', ')}`;
      const near = nearest(key, names);
      throw new TemplateError(template, keySpan, `${operator} has no member ${quoted(key)}`, {
        ...(near === undefined ? { hint } : { near: quoted(near) }),
      });
    }
  }

  get(name: string): TemplateNode | undefined {
    return this.node.members.find(({ key }) => key === name)?.value;
  }

  /** @throws TemplateError when it is not there */
  need(name: string): TemplateNode {
    return this.get(name) ?? this.fail(this.node, `${this.operator} needs a member "${name}"`);
  }

  number(name: string): number | undefined {
    const node = this.get(name);
    if (node === undefined) return undefined;
    if (node.kind !== 'number') this.fail(node, `${this.operator}: ${name} is a number, not ${kindOf(node)}`);
    if (!Number.isFinite(node.value)) this.fail(node, `${this.operator}: ${name} is too large for a number`);
    return node.value;
  }

  /** A whole number that has no fraction, and loses nothing as a double. */
  integer(name: string): number | undefined {
    const value = this.number(name);
    if (value === undefined || Number.isSafeInteger(value)) return value;
    return this.fail(this.need(name), `${this.operator}: ${name} is a whole number of at most 2^53`);
  }

  needNumber(name: string): number {
    this.need(name);
    return this.number(name)!;
  }

  text(name: string): string | undefined {
    const node = this.get(name);
    if (node === undefined) return undefined;
    return node.kind === 'string'
      ? node.value
      : this.fail(node, `${this.operator}: ${name} is a string, not ${kindOf(node)}`);
  }

  fail(node: TemplateNode, message: string, hint?: string): never {
    throw new TemplateError(this.template, node, message, hint === undefined ? {} : { hint });
  }
}
