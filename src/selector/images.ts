/**
 * Patterns and texts to the images that the engine runs. A few patterns are compiled one by one, to automata that are
 * ready; many are only checked first, and those of one path are compiled together.
 */
import type { Expression, Pattern } from './ast.ts';
import { SelectorError } from './errors.ts';
import { LEAST_PATTERNS } from './group.ts';
import type { Grouped, TextPlace } from './grouped.ts';
import { RegexError } from './regex/error.ts';
import { compileRegexes, compileTexts, type ParsedRegex, parseForMany } from './regex/index.ts';

/**
 * Compiles one pattern to the image that the engine runs; throws RegexError. Injected, so that tests can do without.
 */
export type RegexCompiler = (pattern: string) => { readonly image: Uint8Array };

/** Compiles what is looked for in one go. Injected as well. */
export interface ManyCompiler {
  /** One of the texts is in the string, or at an end of it. */
  texts(texts: readonly Uint8Array[], at: TextPlace): Uint8Array;
  /** @throws RegexError when the pattern is faulty */
  parse(pattern: string): ParsedRegex;
  /** One of the patterns matches when one of the images does. */
  patterns(parsed: readonly ParsedRegex[]): readonly Uint8Array[];
}

export const engineMany: ManyCompiler = { texts: compileTexts, parse: parseForMany, patterns: compileRegexes };

/** The images of one selector: equal patterns have the same. */
export class Images {
  readonly #one: RegexCompiler;
  readonly #many: ManyCompiler;
  readonly #images = new Map<string, Uint8Array>();
  readonly #parsed = new Map<string, ParsedRegex>();

  /**
   * Checks all patterns, in the order of the text, so that the first faulty one is the one reported.
   * @throws SelectorError also for a pattern that can never be reached
   */
  constructor(expression: Expression, one: RegexCompiler, many: ManyCompiler) {
    this.#one = one;
    this.#many = many;
    const patterns = new Map<string, Pattern>();
    listPatterns(expression, patterns);
    for (const pattern of patterns.values()) {
      if (patterns.size < LEAST_PATTERNS) this.of(pattern);
      else
        this.#parsed.set(
          pattern.source,
          placed(pattern, () => many.parse(pattern.source)),
        );
    }
  }

  /** @throws SelectorError when the pattern is too large to be compiled by itself */
  of(pattern: Pattern): Uint8Array {
    const image = this.#images.get(pattern.source) ?? placed(pattern, () => this.#one(pattern.source).image);
    this.#images.set(pattern.source, image);
    return image;
  }

  /** Puts images in the place of many texts and patterns. */
  put(node: Grouped): Grouped {
    switch (node.kind) {
      case 'test':
        return this.#test(node);
      case 'not':
        return { kind: 'not', operand: this.put(node.operand) };
      case 'choice':
        return { ...node, cases: node.cases.map((one) => ({ value: one.value, rest: this.put(one.rest) })) };
      case 'present':
        return { ...node, branches: node.branches.map((one) => ({ path: one.path, rest: this.put(one.rest) })) };
      default:
        return { kind: node.kind, operands: node.operands.map((operand) => this.put(operand)) };
    }
  }

  #test(node: Grouped & { kind: 'test' }): Grouped {
    const { test } = node;
    const { path } = test;
    const imageNode = (image: Uint8Array): Grouped => ({ kind: 'test', test: { op: 'image', path, image } });
    if (test.op === 'texts') return imageNode(this.#many.texts(test.texts, test.at));
    if (test.op === 'regex') return imageNode(this.of(test.pattern));
    if (test.op !== 'patterns') return node;
    const parsed = test.patterns.map(({ source }) => this.#parsed.get(source)!);
    return { kind: 'or', operands: this.#many.patterns(parsed).map(imageNode) };
  }
}

function listPatterns(node: Expression, patterns: Map<string, Pattern>): void {
  if (node.kind === 'not') listPatterns(node.operand, patterns);
  else if (node.kind !== 'test') for (const operand of node.operands) listPatterns(operand, patterns);
  else if (node.test.op === 'regex' && !patterns.has(node.test.pattern.source)) {
    patterns.set(node.test.pattern.source, node.test.pattern);
  }
}

/** Turns the place of an error in a pattern into one in the text that the pattern stands in. */
function placed<T>(pattern: Pattern, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    const last = pattern.offsets.length - 1;
    const start = pattern.offsets[Math.min(error.offset, last)]!;
    const end = pattern.offsets[Math.min(error.offset + error.length, last)]!;
    throw new SelectorError({
      message: error.message,
      text: pattern.text,
      offset: start,
      length: end - start,
      expected: error.expected,
      suggestion: error.hint,
      place: pattern.place,
    });
  }
}
