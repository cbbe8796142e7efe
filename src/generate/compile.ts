/**
 * From a template to a generator of records. What contains no operator becomes text once. An operator becomes a
 * function that returns the JSON text of its next value; objects and arrays combine texts and functions. Members are
 * made in the order of the template, so that a seed determines the bytes.
 *
 * The surprising part: values stay texts throughout, even where one is used again ($ref, $fmt, $gte1). Nothing is ever
 * printed twice, and a number keeps the form it was given.
 */
import { nearest } from '../selector/suggest.ts';
import { quoted } from '../text/printable.ts';
import { Arguments, arrayOf, kindOf } from './arguments.ts';
import { TemplateError, type TemplateText } from './errors.ts';
import { placesOf } from './format.ts';
import { joined, makerOf, type Piece, type Scope, type Slot } from './pieces.ts';
import {
  compactText,
  type ObjectNode,
  parseTemplate,
  type TemplateMember,
  type TemplateNode,
} from './template-json.ts';
import { type Maker, MOST_ELEMENTS, type Supply, valueOperators } from './values.ts';

/** The function that makes the next record, without its newline. @throws TemplateError */
export function compileTemplate(template: TemplateText, supply: Supply): Maker {
  const root = parseTemplate(template);
  return new Compiler(template, root, supply).record();
}

class Compiler {
  readonly #template: TemplateText;
  readonly #root: TemplateNode;
  readonly #supply: Supply;
  /** The nodes that a $ref leads to, with the values that they had last. */
  readonly #referred = new Map<TemplateNode, Slot>();
  /** Those that a record has by the time that the next piece is made. */
  readonly #made = new Set<TemplateNode>();
  readonly #operators: Readonly<Record<string, (argument: TemplateNode, scope: Scope) => Piece>>;

  constructor(template: TemplateText, root: TemplateNode, supply: Supply) {
    this.#template = template;
    this.#root = root;
    this.#supply = supply;
    const values = Object.entries(valueOperators).map(
      ([name, make]) => [name, (argument: TemplateNode) => make(argument, template, supply)] as const,
    );
    this.#operators = {
      ...Object.fromEntries(values),
      $const: (argument) => compactText(argument),
      $oneOf: (argument, scope) => this.#oneOf(argument, scope),
      $weighted: (argument, scope) => this.#weighted(argument, scope),
      $array: (argument, scope) => this.#array(argument, scope),
      $map: (argument, scope) => this.#map(argument, scope),
      $ref: (argument, scope) => this.#ref(argument, scope),
      $let: (argument, scope) => this.#let(argument, scope),
      $fmt: (argument, scope) => this.#fmt(argument, scope),
      $gte1: (argument, scope) => this.#gte1(argument, scope),
      $rangeFrom: (argument, scope) => this.#rangeFrom(argument, scope),
    };
  }

  record(): Maker {
    if (this.#root.kind !== 'object') {
      throw new TemplateError(this.#template, this.#root, `a record is an object, not ${kindOf(this.#root)}`);
    }
    return makerOf(this.#piece(this.#root, new Map()));
  }

  #piece(node: TemplateNode, scope: Scope): Piece {
    if (node.kind === 'array') return this.#list(node.items, scope);
    if (node.kind !== 'object') return node.raw;
    const operator = this.#operatorOf(node);
    return operator === undefined ? this.#object(node.members, scope) : operator(scope);
  }

  /** An object with one member that begins with $ is an operator. */
  #operatorOf({ members }: ObjectNode): ((scope: Scope) => Piece) | undefined {
    const names = Object.keys(this.#operators);
    const [only, second] = members;
    if (second !== undefined) {
      const known = members.find(({ key }) => names.includes(key));
      if (known === undefined) return undefined;
      const hint = 'An operator is the only member of its object; for members of such names: {"$map": {"of": {…}}}';
      throw new TemplateError(this.#template, known.keySpan, `${known.key} is not alone in its object`, { hint });
    }
    if (only === undefined || !only.key.startsWith('$')) return undefined;
    const operator = Object.hasOwn(this.#operators, only.key) ? this.#operators[only.key] : undefined;
    if (operator !== undefined) return (scope) => operator(only.value, scope);
    const near = nearest(only.key, names);
    const hint = `There are ${names.toSorted().join(' ')}. For a member of that name: {"$map": {"of": {${only.rawKey}: …}}}`;
    throw new TemplateError(this.#template, only.keySpan, `there is no operator ${quoted(only.key)}`, { hint, near });
  }

  #list(items: readonly TemplateNode[], scope: Scope): Piece {
    return joined(['[', ...items.flatMap((item, i) => [i === 0 ? '' : ',', this.#piece(item, scope)]), ']']);
  }

  #object(members: readonly TemplateMember[], scope: Scope): Piece {
    const pieces = members.flatMap(({ rawKey, value }, i) => [
      `${i === 0 ? '' : ','}${rawKey}:`,
      this.#member(value, scope),
    ]);
    return joined(['{', ...pieces, '}']);
  }

  /** A member's value can be referred to by those behind it. */
  #member(node: TemplateNode, scope: Scope): Piece {
    const piece = this.#piece(node, scope);
    this.#made.add(node);
    const make = makerOf(piece);
    // Whether it is referred to is known only when what comes behind it has been compiled.
    const slot: Slot = { text: typeof piece === 'string' ? piece : '' };
    this.#referred.set(node, slot);
    if (typeof piece === 'string') return piece;
    return () => {
      slot.text = make();
      return slot.text;
    };
  }

  #oneOf(argument: TemplateNode, scope: Scope): Piece {
    const { random } = this.#supply;
    const choices = arrayOf(this.#template, argument, '$oneOf').map((item) => this.#alternative(item, scope));
    const texts = choices.filter((choice) => typeof choice === 'string');
    if (texts.length === choices.length) return () => texts[random.below(texts.length)]!;
    const makers = choices.map(makerOf);
    return () => makers[random.below(makers.length)]!();
  }

  /** What is in it may not be there, or be there several times: nothing outside refers to it. */
  #alternative(node: TemplateNode, scope: Scope): Piece {
    const before = new Set(this.#made);
    const piece = this.#piece(node, scope);
    for (const made of this.#made) if (!before.has(made)) this.#made.delete(made);
    return piece;
  }

  #weighted(argument: TemplateNode, scope: Scope): Piece {
    const { random } = this.#supply;
    const ends: number[] = [];
    const makers: Maker[] = [];
    let total = 0;
    for (const item of arrayOf(this.#template, argument, '$weighted')) {
      const [value, weight] = item.kind === 'array' && item.items.length === 2 ? item.items : [];
      if (value === undefined || weight?.kind !== 'number' || !(weight.value >= 0) || !Number.isFinite(weight.value)) {
        throw new TemplateError(
          this.#template,
          item,
          '$weighted needs pairs of a value and its weight: [["a", 9], ["b", 1]]',
        );
      }
      total += weight.value;
      ends.push(total);
      makers.push(makerOf(this.#alternative(value, scope)));
    }
    if (total === 0) throw new TemplateError(this.#template, argument, '$weighted: all weights are 0');
    return () => {
      const pick = random.unit() * total;
      let at = 0;
      while (at < ends.length - 1 && pick >= ends[at]!) at++;
      return makers[at]!();
    };
  }

  #array(argument: TemplateNode, scope: Scope): Piece {
    const given: Arguments = new Arguments(this.#template, argument, '$array', ['of', 'len']);
    const make = makerOf(this.#alternative(given.need('of'), scope));
    const lengthNode = given.get('len');
    const length = lengthNode === undefined ? '1' : this.#alternative(lengthNode, scope);
    const lengthOf = (text: string): number => {
      const count = Number(text);
      if (Number.isInteger(count) && count >= 0 && count <= MOST_ELEMENTS) return count;
      const what = `a whole number from 0 to ${MOST_ELEMENTS}, not ${quoted(text, 40)}`;
      return given.fail(lengthNode ?? argument, `$array: len is ${what}`);
    };
    if (typeof length === 'string') lengthOf(length);
    const next = makerOf(length);
    return () => {
      let text = '[';
      for (let left = lengthOf(next()); left > 0; left--) text += left > 1 ? `${make()},` : make();
      return `${text}]`;
    };
  }

  #map(argument: TemplateNode, scope: Scope): Piece {
    const given: Arguments = new Arguments(this.#template, argument, '$map', ['of']);
    const of = given.need('of');
    if (of.kind !== 'object') given.fail(of, `$map: of is an object, not ${kindOf(of)}`);
    return this.#object(of.members, scope);
  }

  #ref(argument: TemplateNode, scope: Scope): Piece {
    if (argument.kind !== 'string') {
      throw new TemplateError(
        this.#template,
        argument,
        `$ref needs a name or a path in quotes, not ${kindOf(argument)}`,
      );
    }
    return this.#lookUp(argument.value, argument, scope);
  }

  /** A name of $let, or a path of keys from the root, to what the record has there by now. */
  #lookUp(path: string, at: TemplateNode, scope: Scope): Piece {
    const bound = scope.get(path);
    if (bound !== undefined) return () => bound.text;
    let node = this.#root;
    for (const key of path.split('.')) {
      const members = this.#membersOf(node);
      const next = members?.find((member) => member.key === key);
      if (next === undefined) {
        const near = nearest(key, [...scope.keys(), ...(members ?? []).map((member) => member.key)]);
        throw new TemplateError(this.#template, at, `$ref: there is no ${quoted(path)}`, {
          hint: 'It is a name of $let, or the keys of a value that stands before, with dots between them',
          near: near === undefined ? undefined : quoted(near),
        });
      }
      node = next.value;
    }
    if (!this.#made.has(node)) {
      throw new TemplateError(this.#template, at, `$ref: ${quoted(path)} is not made before this`, {
        hint: 'Values are made in the order of the template; $let gives one a name before',
      });
    }
    const slot = this.#referred.get(node)!;
    return () => slot.text;
  }

  #membersOf(node: TemplateNode): readonly TemplateMember[] | undefined {
    if (node.kind !== 'object') return undefined;
    const [only] = node.members;
    if (only?.key !== '$map' || node.members.length > 1 || only.value.kind !== 'object') return node.members;
    const of = only.value.members.find(({ key }) => key === 'of')?.value;
    return of?.kind === 'object' ? of.members : undefined;
  }

  #let(argument: TemplateNode, scope: Scope): Piece {
    const given: Arguments = new Arguments(this.#template, argument, '$let', ['vars', 'in']);
    const vars = given.need('vars');
    if (vars.kind !== 'object') given.fail(vars, `$let: vars is an object, not ${kindOf(vars)}`);
    const inner = new Map(scope);
    const bindings = vars.members.map(({ key, value }) => {
      const make = makerOf(this.#piece(value, inner));
      const slot: Slot = { text: '' };
      inner.set(key, slot);
      return { make, slot };
    });
    const body = makerOf(this.#piece(given.need('in'), inner));
    return () => {
      for (const { make, slot } of bindings) slot.text = make();
      return body();
    };
  }

  /** A value, or a string `$ref:NAME`. */
  #valueOrReference(node: TemplateNode, scope: Scope): Piece {
    const isReference = node.kind === 'string' && node.value.startsWith('$ref:');
    return isReference ? this.#lookUp(node.value.slice('$ref:'.length), node, scope) : this.#piece(node, scope);
  }

  #fmt(argument: TemplateNode, scope: Scope): Piece {
    const given: Arguments = new Arguments(this.#template, argument, '$fmt', ['template', 'vars']);
    const format = given.need('template');
    if (format.kind !== 'string') given.fail(format, `$fmt: template is a string, not ${kindOf(format)}`);
    const vars = given.get('vars');
    if (vars !== undefined && vars.kind !== 'object') given.fail(vars, `$fmt: vars is an object, not ${kindOf(vars)}`);
    // All are made, also those that the template does not name, and each once.
    const slots = new Map<string, Slot>();
    const bindings = (vars?.kind === 'object' ? vars.members : []).map(({ key, value }) => {
      const make = makerOf(this.#valueOrReference(value, scope));
      const slot: Slot = { text: '' };
      slots.set(key, slot);
      return { make, slot };
    });
    const body = makerOf(joined(['"', ...placesOf(format.value, slots, given, format), '"']));
    return () => {
      for (const { make, slot } of bindings) slot.text = make();
      return body();
    };
  }

  #gte1(argument: TemplateNode, scope: Scope): Piece {
    const make = makerOf(this.#piece(argument, scope));
    return () => {
      const text = make();
      return /^-?\d+$/.test(text) && Number(text) < 1 ? '1' : text;
    };
  }

  #rangeFrom(argument: TemplateNode, scope: Scope): Piece {
    const given: Arguments = new Arguments(this.#template, argument, '$rangeFrom', ['base', 'pct']);
    const { random } = this.#supply;
    const make = makerOf(this.#valueOrReference(given.need('base'), scope));
    const share = given.needNumber('pct');
    return () => {
      const base = Number(make());
      return String((Number.isFinite(base) ? base : 0) * (1 + (2 * random.unit() - 1) * share));
    };
  }
}
