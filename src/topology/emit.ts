/**
 * Tree → YAML text that reads as the same tree. Block style, short lists of texts in brackets, quotes only where a
 * text would mean something else without them.
 */
import type { Comments, Entry, ListNode, MapNode, Node, Scalar } from './node.ts';

export interface EmitOptions {
  /** Texts are what they are: a `${` in them is no variable, but in those that have their `raw` text. */
  readonly isLiteral: boolean;
}

const WIDTH = 100;

/** The text of a file, with a final newline. */
export function emitYaml(node: MapNode, options: EmitOptions): string {
  const lines = [...new Emitter(options).map(node, ''), ...above({ above: node.after ?? [], behind: undefined }, '')];
  return `${lines.join('\n')}\n`;
}

class Emitter {
  readonly #options: EmitOptions;

  constructor(options: EmitOptions) {
    this.#options = options;
  }

  map({ entries }: MapNode, indent: string): string[] {
    return entries.flatMap((entry) => this.#entry(entry, indent));
  }

  #entry({ key, value, comments }: Entry, indent: string): string[] {
    const head = `${indent}${scalarText(key, false, false)}:`;
    return [...above(comments, indent), ...this.#value(head, value, comments, indent)];
  }

  /** `head` with the value behind it, or below it. */
  #value(head: string, value: Node, comments: Comments, indent: string): string[] {
    const short = this.#short(value);
    const behind = comments.behind === undefined ? '' : `  #${spaced(comments.behind)}`;
    if (short !== undefined && head.length + short.length < WIDTH) return [`${head} ${short}${behind}`];
    if (value.kind === 'map') return [`${head}${behind}`, ...this.map(value, `${indent}  `)];
    if (value.kind === 'list') return [`${head}${behind}`, ...this.#list(value, `${indent}  `)];
    return [`${head} ${short ?? ''}${behind}`];
  }

  #list({ items, comments }: ListNode, indent: string): string[] {
    return items.flatMap((item, i) => {
      const own = comments[i] ?? { above: [], behind: undefined };
      const lines = this.#item(item, own, indent);
      return [...above(own, indent), ...lines];
    });
  }

  #item(item: Node, comments: Comments, indent: string): string[] {
    const short = this.#short(item);
    const behind = comments.behind === undefined ? '' : `  #${spaced(comments.behind)}`;
    if (short !== undefined && (item.kind === 'scalar' || indent.length + short.length < WIDTH)) {
      return [`${indent}- ${short}${behind}`];
    }
    const below = item.kind === 'map' ? this.map(item, `${indent}  `) : this.#list(item as ListNode, `${indent}  `);
    const [first = '', ...more] = below;
    // A comment above the first key stands above the dash.
    if (first.trimStart().startsWith('#')) return [`${indent}-`, ...below];
    return [`${indent}- ${first.trimStart()}`, ...more];
  }

  /** On one line: scalars, empty maps and lists, lists of scalars, maps of scalars that are short. */
  #short(node: Node): string | undefined {
    if (node.kind === 'scalar') return this.#scalar(node, false);
    if (node.kind === 'list') {
      if (node.comments.some(({ above: lines, behind }) => lines.length > 0 || behind !== undefined)) return undefined;
      if (!node.items.every(({ kind }) => kind === 'scalar')) return undefined;
      if (node.items.some((item) => item.kind === 'scalar' && / -> /.test(item.text))) return undefined;
      return `[${node.items.map((item) => this.#scalar(item as Scalar, true)).join(', ')}]`;
    }
    return node.entries.length === 0 ? '{}' : undefined;
  }

  #scalar({ text, isPlain, raw }: Scalar, isInFlow: boolean): string {
    if (raw !== undefined) return scalarText(raw, isPlain, isInFlow);
    const escaped = this.#options.isLiteral ? text.replaceAll('${', () => '$${') : text;
    return scalarText(escaped, isPlain, isInFlow);
  }
}

function above({ above: lines }: Comments, indent: string): string[] {
  return lines.map((line) => (line.trim() === '' ? `${indent}#` : `${indent}#${spaced(line)}`));
}

function spaced(comment: string): string {
  return comment.startsWith(' ') ? comment.replace(/\n.*/s, '') : ` ${comment.replace(/\n.*/s, '')}`;
}

/** What YAML takes for something else than text. */
const special =
  /^(?:|~|null|true|false|yes|no|on|off|[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|[-+]?\.inf|\.nan)$/i;
const safe = /^[A-Za-z0-9_./$(~+][^\p{Cc}\p{Surrogate}\u2028\u2029\ufeff\ufffe\uffff]*$/u;

/** @param isPlain the text is a number, true or null as such */
function scalarText(text: string, isPlain: boolean, isInFlow: boolean): string {
  const isSafe = safe.test(text) && !/: |:$| #|\s$/.test(text) && !(isInFlow ? /[,[\]{}]/ : /^[[\]{},]/).test(text);
  if (isSafe && (isPlain || !special.test(text))) return text;
  if (isPlain && text === '') return 'null';
  if (/^[^\p{Cc}\p{Surrogate}\u2028\u2029\ufeff\ufffe\uffff\u0085]*$/u.test(text))
    return `'${text.replaceAll("'", "''")}'`;
  return jsonText(text);
}

/** JSON in printable characters is a double-quoted text of YAML. */
function jsonText(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
