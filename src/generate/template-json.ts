/**
 * JSON with places: what a template is read into. The texts of numbers and strings stay as they were written, so that
 * the fixed parts of a template are output byte for byte, with numbers of any size.
 */
import { quoted } from '../text/printable.ts';
import { type Span, TemplateError, type TemplateText } from './errors.ts';

export type TemplateNode = Span &
  (
    | { readonly kind: 'string'; readonly raw: string; readonly value: string }
    | { readonly kind: 'number'; readonly raw: string; readonly value: number }
    /** true, false or null. */
    | { readonly kind: 'word'; readonly raw: string }
    | { readonly kind: 'array'; readonly items: readonly TemplateNode[] }
    | { readonly kind: 'object'; readonly members: readonly TemplateMember[] }
  );

export type ObjectNode = Extract<TemplateNode, { kind: 'object' }>;

export interface TemplateMember {
  readonly key: string;
  /** As it was written, with its quotes. */
  readonly rawKey: string;
  readonly keySpan: Span;
  readonly value: TemplateNode;
}

/** Objects and arrays inside each other. */
const MAX_DEPTH = 256;

const space = /[ \t\n\r]*/y;
const string = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;

/** The one value of the text. @throws TemplateError */
export function parseTemplate(template: TemplateText): TemplateNode {
  const reader = new Reader(template);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** The text of what has no operators in it, without white space. */
export function compactText(node: TemplateNode): string {
  switch (node.kind) {
    case 'array':
      return `[${node.items.map(compactText).join(',')}]`;
    case 'object':
      return `{${node.members.map(({ rawKey, value }) => `${rawKey}:${compactText(value)}`).join(',')}}`;
    default:
      return node.raw;
  }
}

class Reader {
  readonly #template: TemplateText;
  #at = 0;

  constructor(template: TemplateText) {
    this.#template = template;
    if (template.text.startsWith('\ufeff')) this.#at = 1;
  }

  value(depth: number): TemplateNode {
    this.#match(space);
    const start = this.#at;
    if (depth > MAX_DEPTH) this.#fail(`there are more than ${MAX_DEPTH} objects and arrays inside each other`);
    switch (this.#template.text[start]) {
      case '{':
        return { kind: 'object', members: this.#members(depth), start, end: this.#at };
      case '[':
        return { kind: 'array', items: this.#items(depth), start, end: this.#at };
      case '"': {
        const raw = this.#string();
        return { kind: 'string', raw, value: JSON.parse(raw) as string, start, end: this.#at };
      }
      default: {
        const raw = this.#match(number);
        if (raw !== undefined) return { kind: 'number', raw, value: Number(raw), start, end: this.#at };
        const found = this.#match(word) ?? this.#fail('here should be a JSON value');
        return { kind: 'word', raw: found, start, end: this.#at };
      }
    }
  }

  /** @throws TemplateError when something follows */
  end(): void {
    this.#match(space);
    if (this.#at < this.#template.text.length) this.#fail('the template ends before this: it is one JSON value');
  }

  #members(depth: number): TemplateMember[] {
    const members = new Map<string, TemplateMember>();
    this.#at++;
    if (this.#takes('}')) return [];
    do {
      this.#match(space);
      const start = this.#at;
      const rawKey = this.#template.text[start] === '"' ? this.#string() : this.#fail('here should be a key in quotes');
      const key = JSON.parse(rawKey) as string;
      const keySpan = { start, end: this.#at };
      if (members.has(key)) throw new TemplateError(this.#template, keySpan, `the key ${quoted(key)} is there twice`);
      if (!this.#takes(':')) this.#fail('here should be a colon');
      members.set(key, { key, rawKey, keySpan, value: this.value(depth + 1) });
    } while (this.#takes(','));
    if (!this.#takes('}')) this.#fail('here should be a comma or }');
    return [...members.values()];
  }

  #items(depth: number): TemplateNode[] {
    const items: TemplateNode[] = [];
    this.#at++;
    if (this.#takes(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) this.#fail('here should be a comma or ]');
    return items;
  }

  #string(): string {
    return (
      this.#match(string) ?? this.#fail('this string has no end, or a character or escape that JSON does not allow')
    );
  }

  #takes(character: string): boolean {
    this.#match(space);
    if (this.#template.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#template.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fail(message: string): never {
    throw new TemplateError(this.#template, { start: this.#at, end: this.#at + 1 }, message);
  }
}
