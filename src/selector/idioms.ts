/**
 * Conditions as other languages write them (SQL, jq, JavaScript, Lucene, Excel), and the same in slung's words: a
 * table of forms and a sentence for each. The parser asks here when what follows a path is no operator; what is
 * suggested has to parse and to mean the same, since a hint that leads to a selector that never matches is worse than
 * none.
 */
import { isJsonNumber } from './numbers.ts';
import { meantComparison } from './operators.ts';

/** A literal of any language: quoted, or a bare word or number. */
const LITERAL = String.raw`"(?:[^"\\]|\\.)*"|'[^']*'|[-+\w.]+`;

/** A literal as slung writes it; bare words become text. */
export function asLiteral(written: string): string {
  return /^["']/.test(written) || isJsonNumber(written) || /^(?:true|false|null)$/.test(written)
    ? written
    : JSON.stringify(written);
}

const textWithin = (quoted: string): string => quoted.slice(1, -1);
const escapedForPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, (sign) => `[${sign}]`);

/** `like "%x%"`: SQL's wildcards at the ends are operators here; others become a pattern. */
function likeCondition(path: string, quoted: string, foldsCase: boolean): string {
  const text = textWithin(quoted);
  const middle = text.replace(/^%|%$/g, '');
  if (foldsCase || /[%_]/.test(middle)) {
    const pattern = escapedForPattern(text).replaceAll('%', '.*').replaceAll('_', '.');
    const anchored = `^${pattern}$`.replace(/^\^\.\*|\.\*\$$/g, '');
    return `${path} ~ '${foldsCase ? '(?i)' : ''}${anchored}'`;
  }
  const operator = text.startsWith('%') ? (text.endsWith('%') ? '*=' : '$=') : text.endsWith('%') ? '^=' : '==';
  return `${path} ${operator} ${JSON.stringify(middle)}`;
}

interface Idiom {
  /** Of what follows the path. */
  readonly when: RegExp;
  /** The suggestion. `path` is as written; the groups are those of `when`. */
  readonly say: (path: string, groups: readonly string[]) => string;
}

const write = (condition: string): string => `write ${condition}`;

export const FUNCTIONS = 'the functions are has(path), len(path), type(path) and json(path)';

/** Made when one is looked for: after a mistake. */
const idioms = (): readonly Idiom[] => [
  {
    when: new RegExp(`^(not\\s+)?between\\s+(${LITERAL})\\s+and\\s+(${LITERAL})`, 'i'),
    say: (path, [not, from = '', to = '']) => {
      const range = `${path} >= ${asLiteral(from)} && ${path} <= ${asLiteral(to)}`;
      return write(not === undefined ? range : `!(${range})`);
    },
  },
  { when: /^between\b/i, say: (path) => write(`${path} >= 1 && ${path} <= 2`) },
  { when: /^is\s+not\s+null\b|^not\s*null\b/i, say: (path) => write(`has(${path}) && ${path} != null`) },
  { when: /^is\s+null\b|^isnull\b/i, say: (path) => write(`!has(${path}) || ${path} == null`) },
  {
    when: /^(?:is\s+)?(?:not\s+(?:exists?|set|present|defined)|missing|undefined|absent)\b/i,
    say: (path) => write(`!has(${path})`),
  },
  { when: /^(?:is\s+)?(?:exists?|set|present|defined)\b/i, say: (path) => write(`has(${path})`) },
  {
    when: new RegExp(`^is\\s+not\\s+(${LITERAL})`, 'i'),
    say: (path, [value = '']) => write(`${path} != ${asLiteral(value)}`),
  },
  {
    when: /^(not\s+)?(i?)like\s+("(?:[^"\\]|\\.)*"|'[^']*')/i,
    say: (path, [not, fold = '', quoted = '']) => {
      const condition = likeCondition(path, quoted, fold !== '');
      return write(not === undefined ? condition : `!(${condition})`);
    },
  },
  { when: /^(?:!\s*in|nin|not[-_]?in|not\s+in)\b/i, say: (path) => write(`${path} not in [...]`) },
  {
    when: new RegExp(`^(?:!|not)\\s*(\\w+)\\s*\\(?\\s*(${LITERAL})\\)?`, 'i'),
    say: (path, [word = '', value = '']) => {
      const meant = meantComparison(word);
      if (meant === undefined || meant === 'in' || meant === 'not')
        return `a whole condition is negated: !(${path} == 1)`;
      return write(`!(${path} ${meant} ${asLiteral(value)})`);
    },
  },
  {
    when: new RegExp(`^([A-Za-z_]+)\\s*\\(\\s*(${LITERAL})\\s*\\)`),
    say: (path, [word = '', value = '']) => {
      const meant = meantComparison(word);
      return meant === undefined || meant === 'in' || meant === 'not'
        ? FUNCTIONS
        : write(`${path} ${meant} ${asLiteral(value)}`);
    },
  },
  { when: /^[+*/%-]/, say: () => 'a selector does not compute: compare a path with a literal' },
  {
    when: new RegExp(`^:=?\\s*(${LITERAL})`),
    say: (path, [value = '']) => write(`${path} == ${asLiteral(value)}`),
  },
  { when: /^≠/, say: () => 'did you mean `!=`?' },
  { when: /^[≤⩽]/, say: () => 'did you mean `<=`?' },
  { when: /^[≥⩾]/, say: () => 'did you mean `>=`?' },
];

/** What was probably meant by a condition that begins with `path` and goes on with `rest`; undefined when unknown. */
export function meantCondition(path: string, rest: string): string | undefined {
  const before = beforeTheCondition(path, rest);
  if (before !== undefined) return before;
  for (const { when, say } of idioms()) {
    const match = when.exec(rest);
    if (match !== null) return say(path, match.slice(1));
  }
  return undefined;
}

/** The word that was read as a path is one of another language, in front of the condition. */
function beforeTheCondition(word: string, rest: string): string | undefined {
  if (/^not$/i.test(word)) return 'did you mean `not`?';
  if (word.startsWith('{')) return 'a condition is path, operator, literal, such as level == "error"';
  const called = /^\(\s*([^\s()]*)\s*(\)?)/.exec(rest);
  if (called !== null) {
    const [, argument = '', close = ''] = called;
    const isPresence = /^(?:exists?|defined|present|is_?set|has_?key|has)$/i.test(word);
    if (isPresence) return write(`has(${close === '' || argument === '' ? 'path' : argument})`);
    if (/^(?:lower|upper|lowercase|uppercase|tolower|toupper)$/i.test(word)) {
      return 'case does not count with an i behind the quotes: path == "text"i';
    }
    if (/^(?:select|filter|where)$/i.test(word)) return `the condition stands alone, without ${word}(…)`;
    return functionCondition(word, rest) ?? FUNCTIONS;
  }
  const isLead = /^(?:where|if|when|select|filter)$/i.test(word) && /^[\p{L}_@."']/u.test(rest);
  return isLead ? `the condition stands alone, without ${word}: ${rest}` : undefined;
}

/** `contains(msg, "x")` and `msg.contains("x")` as a condition, when a comparison does that. */
function functionCondition(word: string, rest: string): string | undefined {
  const called = new RegExp(`^\\(\\s*(?:([\\w.]+)\\s*,\\s*)?(${LITERAL})\\s*\\)`).exec(rest);
  const [, argument, value = ''] = called ?? [];
  const method = argument === undefined ? /^(.+)\.(\w+)$/.exec(word) : undefined;
  const [path, name] = argument === undefined ? [method?.[1], method?.[2]] : [argument, word];
  const meant = name === undefined || called === null ? undefined : meantComparison(name);
  if (path === undefined || meant === undefined || meant === 'in' || meant === 'not') return undefined;
  return write(`${path} ${meant} ${asLiteral(value)}`);
}

/** A path that stands alone because its operator is a `:`, or that is a pattern without a path. */
export function meantByPath(name: string): string | undefined {
  const pattern = slashedPattern(name);
  if (pattern !== undefined) return write(`path ~ ${pattern}`);
  const pair = /^([^:"'[\]]+):(.+)$/.exec(name);
  if (pair === null) return undefined;
  const [, path = '', value = ''] = pair;
  return write(`${path} == ${asLiteral(value)} (or, if the key has the colon in it, has(${name}))`);
}

/** `/time ?out/i` as a pattern in quotes; undefined for other text. */
export function slashedPattern(text: string): string | undefined {
  const match = /^\/(.+)\/([a-z]*)$/.exec(text);
  if (match === null) return undefined;
  const [, body = '', letters = ''] = match;
  const flags = [...letters].filter((letter) => 'ims'.includes(letter)).join('');
  const pattern = `${flags === '' ? '' : `(?${flags})`}${body.replaceAll('\\/', '/')}`;
  return pattern.includes('"') ? `'${pattern}'` : `"${pattern}"`;
}

/**
 * `level == "error" or "warn"`: the other side of a joint is a literal, which the operator before it was meant for.
 */
export function meantOtherSide(before: string, literal: string): string | undefined {
  const match = /([^\s()!&|]+)\s*(==|!=|<=|>=|[<>~]|[\^$*]=|!~)\s*\S+\s*(&&|\|\||\band|\bor)\s*$/.exec(before);
  if (match === null) return undefined;
  const [, path = '', operator = '', joint = ''] = match;
  return `each side of ${joint} is a whole condition: ${path} ${operator} ${literal}`;
}

/** `level == ["a", "b"]` and `level == ("a", "b")`: a list goes with `in`. `rest` begins with the bracket. */
export function meantList(rest: string): string | undefined {
  const match = /^[[(]([^\])]*)[\])]/.exec(rest);
  if (match === null || !/,|^\[/.test(match[0])) return undefined;
  return `a list goes with in: path in [${match[1]}]`;
}

const OPENING = '“„‟«‹‘‚‛`´”’';

/** The text in typographic quotes that `rest` begins with, and its length with the quotes; undefined without such. */
export function typographicText(rest: string): { text: string; length: number } | undefined {
  if (!OPENING.includes(rest[0] ?? ' ')) return undefined;
  const match = new RegExp(`^[${OPENING}]([^${OPENING}»›"']*)[“”„‟»›‘’‚\`´]?`).exec(rest);
  return match === null ? undefined : { text: match[1]!, length: match[0].length };
}

/**
 * What a bare word that is no literal was meant to be, for a comparison of any kind; undefined when nothing special.
 */
export function meantOperand(bare: string): string | undefined {
  const withUnit = /^(-?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[a-zA-Zµ]{1,5}|%)$/.exec(bare);
  if (/^(?:now|today|yesterday|current_\w+)\b/i.test(bare) || /^-[0-9]+(?:ms|us|ns|[smhdwy])$/.test(bare)) {
    const ago = /^-([0-9]+(?:ms|us|[smhdw]))$/.exec(bare)?.[1];
    if (ago !== undefined) return `did you mean @now-${ago}?`;
    return 'a time begins with @: @now, @now-1h, @2026-03-14T09:26:00Z';
  }
  if (/^[0-9]xx$/i.test(bare)) return `write path >= ${bare[0]}00 && path < ${Number(bare[0]) + 1}00`;
  const number = withUnit?.[1]?.replace(/^(-?)\./, '$10.').replace(/\.$/, '');
  if (number !== undefined && isJsonNumber(number) && !/^-?[0-9.]+[eE]$/.test(bare)) {
    return `a number has no unit: ${number}, in the unit of the records (text is written in quotes: "${bare}")`;
  }
  return undefined;
}
