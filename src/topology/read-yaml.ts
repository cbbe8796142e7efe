/**
 * YAML text → tree. The only file that knows the library (yaml, ISC licence), so that commands without a file do not
 * load it. Anchors and merge keys are followed, with a bound on what they may grow to.
 *
 * The surprising part: every warning of the library is an error here. `where: !has(x)` is an empty text with an
 * unknown tag, which the library only warns about: it would select nothing.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  visit,
  type Node as YamlNode,
  type Scalar as YamlScalar,
} from 'yaml';
import { excerpt } from '../text/printable.ts';
import {
  type Comments,
  type Entry,
  listNode,
  mapNode,
  type Node,
  noComments,
  type Scalar,
  scalarNode,
} from './node.ts';
import { offsetsOf, type ScalarStyle } from './offsets.ts';
import type { Place, Problems, SourceText } from './problem.ts';
import { openQuoteBefore, trapAt } from './traps.ts';
import { type Environment, fillVariables } from './variables.ts';

/** Nodes of a tree with all its aliases followed. A hand-written file has some hundreds. */
const MAX_NODES = 50_000;
const MAX_DEPTH = 64;

/**
 * The tree; undefined when the text is not YAML or empty. Problems are added to `problems`.
 * @param environment for variables; undefined: they are left as they are
 */
export function readYaml(
  source: SourceText,
  environment: Environment | undefined,
  problems: Problems,
): Node | undefined {
  const document = documentOf(source, problems);
  if (document === undefined) return undefined;
  // A tag has its own message, with the key that it stands at.
  const error = document.errors[0] ?? document.warnings.find(({ code }) => code !== 'TAG_RESOLVE_FAILED');
  if (error !== undefined) {
    addSyntaxError(source, error, problems);
    return undefined;
  }
  if (document.contents === null) return undefined;
  return new Reader(source, document, environment, problems).read();
}

function documentOf(source: SourceText, problems: Problems): Document.Parsed | undefined {
  try {
    return parseDocument(source.text, {
      uniqueKeys: false,
      merge: true,
      prettyErrors: false,
      logLevel: 'error',
      version: '1.2',
    });
  } catch (error) {
    // The library recurses: a text of thousands of brackets ends its stack.
    if (!(error instanceof RangeError)) throw error;
    const place = { source, offset: 0, length: 1 };
    problems.error({ code: 'yaml', message: 'the file is nested too deeply to be read', place, path: '' });
    return undefined;
  }
}

function addSyntaxError(
  source: SourceText,
  error: { code: string; message: string; pos: [number, number] },
  problems: Problems,
): void {
  const given = Math.min(error.pos[0], Math.max(0, source.text.trimEnd().length));
  const isQuote = error.message.startsWith('Missing closing');
  const offset = isQuote ? (openQuoteBefore(source.text, given) ?? given) : given;
  const trap = isQuote ? undefined : trapAt(source.text, offset);
  if (trap !== undefined) {
    const place = { source, offset: trap.offset, length: trap.length };
    problems.error({ code: 'yaml-trap', message: trap.message, place, path: '', hint: trap.hint });
    return;
  }
  const message = isQuote ? 'the quote is never closed' : (better[error.code] ?? wordsOf(error.message));
  const place = { source, offset, length: Math.min(1, error.pos[1] - error.pos[0]) };
  problems.error({ code: 'yaml', message, place, path: '' });
}

/** The library's words, without what it quotes of the text: that may be a secret. */
function wordsOf(message: string): string {
  const [line = ''] = message.split('\n');
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`.replace(/: ".*$/, '');
}

const better: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here; a file has one',
  TAB_AS_INDENT: 'tabs are not allowed as indentation',
};

/** Follows the library's tree once. */
class Reader {
  readonly #source: SourceText;
  readonly #document: Document.Parsed;
  readonly #environment: Environment | undefined;
  readonly #problems: Problems;
  readonly #anchors: ReadonlyMap<string, YamlNode>;
  #nodes = 0;
  #isTooLarge = false;

  constructor(source: SourceText, document: Document.Parsed, environment: Environment | undefined, problems: Problems) {
    this.#source = source;
    this.#document = document;
    this.#environment = environment;
    this.#problems = problems;
    const anchors = new Map<string, YamlNode>();
    visit(document, {
      Node: (_key, node) => {
        if ('anchor' in node && typeof node.anchor === 'string' && !isAlias(node))
          anchors.set(node.anchor, node as YamlNode);
      },
    });
    this.#anchors = anchors;
  }

  read(): Node {
    const { contents, commentBefore, comment } = this.#document;
    const node = this.#node(contents as YamlNode, '', 0);
    if (node.kind !== 'map' || (!commentBefore && !comment)) return node;
    const [first, ...others] = node.entries;
    if (first === undefined) return node;
    const above = [...linesOf(commentBefore), ...first.comments.above];
    const entries = [{ ...first, comments: { ...first.comments, above } }, ...others];
    return { ...node, entries, after: linesOf(comment) };
  }

  #node(node: YamlNode | null | undefined, path: string, depth: number): Node {
    this.#nodes += 1;
    const place = this.#placeOf(node);
    if (this.#nodes > MAX_NODES || depth > MAX_DEPTH) {
      if (!this.#isTooLarge) {
        const message =
          depth > MAX_DEPTH ? 'the file is nested too deeply' : 'the aliases of the file make too many values';
        this.#problems.error({ code: 'yaml', message, place, path });
      }
      this.#isTooLarge = true;
      return scalarNode('', place, { isPlain: true });
    }
    if (isAlias(node)) return this.#alias(node.source, place, path, depth);
    if (isMap(node)) return mapNode(place, this.#entries(node.items, path, depth, linesOf(node.commentBefore)));
    if (isSeq(node)) {
      const items = node.items.map((item, i) => this.#node(item as YamlNode, `${path}[${i}]`, depth + 1));
      return listNode(
        place,
        items,
        node.items.map((item, i) => {
          const lead = i === 0 ? linesOf(node.commentBefore) : [];
          return commentsOf(item as YamlNode, item as YamlNode, lead);
        }),
      );
    }
    return isScalar(node) ? this.#scalar(node, place, path) : scalarNode('', place, { isPlain: true });
  }

  #alias(name: string, place: Place, path: string, depth: number): Node {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const hint = `A value that begins with * is the name of an anchor: put it in quotes.`;
      this.#problems.error({ code: 'yaml-trap', message: `there is no anchor &${excerpt(name)}`, place, path, hint });
      return scalarNode('', place, { isPlain: true, tag: name });
    }
    return this.#node(target, path, depth + 1);
  }

  #entries(pairs: readonly Pair[], path: string, depth: number, lead: readonly string[]): Entry[] {
    const own: Entry[] = [];
    const merged: Entry[] = [];
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? textOf(key) : undefined;
      const keyPlace = this.#placeOf(key as YamlNode);
      if (name === undefined) {
        this.#problems.error({
          code: 'yaml',
          message: 'a key is a name, not a list, a map or an alias',
          place: keyPlace,
          path,
        });
        continue;
      }
      if (name === '<<' && (key as YamlScalar).type === 'PLAIN') {
        merged.push(...this.#mergedEntries(value as YamlNode, keyPlace, path, depth));
        continue;
      }
      const below = path === '' ? name : `${path}.${name}`;
      const node = this.#node(value as YamlNode, below, depth + 1);
      const at = value === null || value === undefined ? { ...node, place: keyPlace } : node;
      const comments = commentsOf(key as YamlNode, value as YamlNode, own.length === 0 ? lead : []);
      own.push(Object.freeze({ key: name, keyPlace, value: at, isMerged: false, comments }));
    }
    const isNew = ({ key }: Entry, i: number) =>
      own.every((entry) => entry.key !== key) && merged.findIndex((entry) => entry.key === key) === i;
    return [...own, ...merged.filter(isNew)];
  }

  /** `<<: *a` or `<<: [*a, *b]`; the first that has a key wins. */
  #mergedEntries(value: YamlNode, place: Place, path: string, depth: number): Entry[] {
    const node = this.#node(value, path, depth + 1);
    const maps = node.kind === 'list' ? node.items : [node];
    return maps.flatMap((map) => {
      if (map.kind === 'map') return map.entries.map((entry) => ({ ...entry, isMerged: true }));
      this.#problems.error({ code: 'yaml', message: '<< takes a map, or a list of maps', place, path });
      return [];
    });
  }

  #scalar(node: YamlScalar, place: Place, path: string): Scalar {
    const text = textOf(node);
    const style = styles[node.type ?? 'PLAIN'] ?? 'plain';
    const tag = unknownTag(node.tag);
    if (tag !== undefined) this.#addTag(tag, place, path);
    const [from, to] = node.range ?? [0, 0];
    const offsets = offsetsOf(this.#source.text, from, to, text, style);
    const scalar = scalarNode(text, place, { offsets, isPlain: style === 'plain', tag });
    return this.#environment === undefined ? scalar : fillVariables(scalar, path, this.#environment, this.#problems);
  }

  #addTag(tag: string, place: Place, path: string): void {
    const shown = excerpt(tag, 60);
    const isSelector = path.endsWith('where');
    const meant = isSelector
      ? `, and would select nothing: put it in quotes, or write not ${shown.slice(1)}`
      : ': put the text in quotes';
    const at = this.#source.text.lastIndexOf(tag, place.offset);
    const where = at < 0 ? place : { ...place, offset: at, length: tag.length };
    const message = `${path.split('.').at(-1)}: ${shown} is a YAML tag${meant}`;
    this.#problems.error({ code: 'yaml-trap', message, place: where, path });
  }

  #placeOf(node: YamlNode | null | undefined): Place {
    const [from, to] = node?.range ?? [0, 0];
    return Object.freeze({ source: this.#source, offset: from, length: Math.max(0, to - from) });
  }
}

const styles: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/** As written: numbers keep their digits. */
function textOf(node: YamlScalar): string {
  return node.source ?? (typeof node.value === 'string' ? node.value : String(node.value ?? ''));
}

function unknownTag(tag: string | undefined): string | undefined {
  return tag === undefined || tag === '!' || tag.startsWith('tag:yaml.org,2002:') ? undefined : tag;
}

/** What stands at an entry, or at an item of a list (both are it then); `lead` stands above the first of them. */
function commentsOf(first: YamlNode | null, last: YamlNode | null, lead: readonly string[] = []): Comments {
  const isBlock = (isMap(last) || isSeq(last)) && last.flow !== true;
  // At the end of a block stands what belongs to all of it.
  const end = isBlock ? linesOf(last.comment) : [];
  const above = [...lead, ...linesOf(first === last && isBlock ? undefined : first?.commentBefore), ...end];
  const behind = (isBlock ? undefined : last?.comment) ?? (first === last ? undefined : first?.comment) ?? undefined;
  return above.length === 0 && behind === undefined ? noComments : { above, behind };
}

function linesOf(comment: string | null | undefined): readonly string[] {
  return comment?.split('\n') ?? [];
}
