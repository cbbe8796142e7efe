/**
 * Which code points have a Unicode property. Nothing is stored: the JavaScript engine knows the properties of the
 * Unicode version it was built with (`new RegExp('\\p{…}', 'u')`), so one text that holds every interesting code point
 * is searched once for each property asked for. Making the text takes 6 ms and a property about 5 ms (Node 20, first
 * use, not yet optimised); patterns that name no property pay nothing.
 */
import { nearest } from '../suggest.ts';
import { type CodePoints, negate, normalize, subtract } from './ranges.ts';

export const ASCII: CodePoints = [0, 0x7f];
export const ASCII_DIGIT: CodePoints = [0x30, 0x39];
export const ASCII_WORD: CodePoints = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
export const ASCII_SPACE: CodePoints = [9, 13, 32, 32];

/** `\s`: the property White_Space, which is frozen for practical purposes, so it need not be searched for. */
export const SPACE: CodePoints = normalize([
  ...[9, 13, 0x20, 0x20, 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a],
  ...[0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000],
]);

const SURROGATES: CodePoints = [0xd800, 0xdfff];
/** Planes 0-3 and the tags and variation selectors of plane 14 are looked at one by one … */
const scanned: readonly (readonly [number, number])[] = [
  [0, 0x34000],
  [0xe0000, 0xe1000],
];
/** … and these runs are unassigned, private use or noncharacters throughout, so the first stands for the rest. */
const uniform: readonly (readonly [number, number])[] = uniformRuns();

function uniformRuns(): [number, number][] {
  const runs: [number, number][] = [[0x34000, 0x3fffe]];
  for (let plane = 4; plane <= 16; plane += 1) {
    runs.push([plane === 14 ? 0xe1000 : plane << 16, (plane << 16) | 0xfffe]);
  }
  for (let plane = 3; plane <= 16; plane += 1) runs.push([(plane << 16) | 0xfffe, (plane + 1) << 16]);
  return runs;
}

interface Segment {
  readonly firstCodePoint: number;
  readonly text: string;
}

let segments: readonly Segment[] | undefined;

/** The scanned code points in order, surrogates replaced by one other character each. */
function segmentText(from: number, to: number): string {
  const units = new Uint16Array(to - from + Math.max(0, to - Math.max(from, 0x10000)));
  let length = 0;
  for (let codePoint = from; codePoint < to; codePoint += 1) {
    if (codePoint < 0x10000) {
      units[length++] = codePoint >= 0xd800 && codePoint < 0xe000 ? 0xfffd : codePoint;
    } else {
      units[length++] = 0xd7c0 + (codePoint >> 10);
      units[length++] = 0xdc00 | (codePoint & 0x3ff);
    }
  }
  return new TextDecoder('utf-16le').decode(units);
}

/** UTF-16 index → code point. A segment starts at 0 or is wholly astral. */
function codePointAt(segment: Segment, index: number): number {
  if (segment.firstCodePoint > 0) return segment.firstCodePoint + (index >> 1);
  return index < 0x10000 ? index : 0x10000 + ((index - 0x10000) >> 1);
}

/** The code points that match one JavaScript class such as `\p{L}`. Surrogates never do. */
function search(source: string): CodePoints {
  segments ??= scanned.map(([from, to]) => ({ firstCodePoint: from, text: segmentText(from, to) }));
  const run = new RegExp(`${source}+`, 'gu');
  const found: number[] = [];
  for (const segment of segments) {
    run.lastIndex = 0;
    for (let match = run.exec(segment.text); match !== null; match = run.exec(segment.text)) {
      found.push(codePointAt(segment, match.index), codePointAt(segment, run.lastIndex - 1));
    }
  }
  const one = new RegExp(source, 'u');
  for (const [from, to] of uniform) if (one.test(String.fromCodePoint(from))) found.push(from, to - 1);
  return subtract(normalize(found), SURROGATES);
}

const cache = new Map<string, CodePoints>();

/** `search`, once per class and process. @throws SyntaxError when the engine knows no such property */
function cached(source: string): CodePoints {
  let set = cache.get(source);
  if (set === undefined) {
    set = search(source);
    cache.set(source, set);
  }
  return set;
}

/** `\d`: decimal digits of every script. */
export function unicodeDigit(): CodePoints {
  return cached('\\p{Nd}');
}

/** `\w` by UTS #18 Annex C, as Rust and JavaScript's own definition of Unicode words have it. */
export function unicodeWord(): CodePoints {
  return cached('[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]');
}

/** What has another case, in any of its mappings. Every character that simple case folding joins is among them. */
export function caseMapped(): CodePoints {
  return cached('\\p{Changes_When_Casemapped}');
}

const generalCategories =
  'C Other Cc Control Cf Format Cn Unassigned Co Private_Use Cs Surrogate L Letter LC Cased_Letter Ll Lowercase_Letter ' +
  'Lm Modifier_Letter Lo Other_Letter Lt Titlecase_Letter Lu Uppercase_Letter M Mark Mc Spacing_Mark Me Enclosing_Mark ' +
  'Mn Nonspacing_Mark N Number Nd Decimal_Number Nl Letter_Number No Other_Number P Punctuation Pc Connector_Punctuation ' +
  'Pd Dash_Punctuation Pe Close_Punctuation Pf Final_Punctuation Pi Initial_Punctuation Po Other_Punctuation ' +
  'Ps Open_Punctuation S Symbol Sc Currency_Symbol Sk Modifier_Symbol Sm Math_Symbol So Other_Symbol Z Separator ' +
  'Zl Line_Separator Zp Paragraph_Separator Zs Space_Separator';

const binaryProperties =
  'ASCII ASCII_Hex_Digit AHex Alphabetic Alpha Any Assigned Bidi_Control Bidi_C Bidi_Mirrored Bidi_M Case_Ignorable CI ' +
  'Cased Changes_When_Casefolded CWCF Changes_When_Casemapped CWCM Changes_When_Lowercased CWL ' +
  'Changes_When_NFKC_Casefolded CWKCF Changes_When_Titlecased CWT Changes_When_Uppercased CWU Dash ' +
  'Default_Ignorable_Code_Point DI Deprecated Dep Diacritic Dia Emoji Emoji_Component EComp Emoji_Modifier EMod ' +
  'Emoji_Modifier_Base EBase Emoji_Presentation EPres Extended_Pictographic ExtPict Extender Ext Grapheme_Base Gr_Base ' +
  'Grapheme_Extend Gr_Ext Hex_Digit Hex IDS_Binary_Operator IDSB IDS_Trinary_Operator IDST ID_Continue IDC ID_Start IDS ' +
  'Ideographic Ideo Join_Control Join_C Logical_Order_Exception LOE Lowercase Lower Math Noncharacter_Code_Point NChar ' +
  'Pattern_Syntax Pat_Syn Pattern_White_Space Pat_WS Quotation_Mark QMark Radical Regional_Indicator RI ' +
  'Sentence_Terminal STerm Soft_Dotted SD Terminal_Punctuation Term Unified_Ideograph UIdeo Uppercase Upper ' +
  'Variation_Selector VS White_Space space XID_Continue XIDC XID_Start XIDS';

/** Names are compared without case, spaces, hyphens and underscores (UAX #44, loose matching). */
function loose(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/gu, '');
}

let names: ReadonlyMap<string, string> | undefined;

/** A general category or else a binary property by its loose name. The names are sorted at the first that is asked. */
function nameOf(name: string): string | undefined {
  names ??= new Map(`${binaryProperties} ${generalCategories}`.split(' ').map((exact) => [loose(exact), exact]));
  return names.get(name);
}

/** As `nameOf`, of a general category alone. */
function categoryOf(name: string): string | undefined {
  const found = nameOf(name);
  return found !== undefined && generalCategories.split(' ').includes(found) ? found : undefined;
}

/** `old italic`, `OLD_ITALIC` → `Old_Italic`: JavaScript wants the exact name of a script. */
function scriptSpelling(name: string): string {
  return name
    .split(/[\s_-]+/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join('_');
}

function script(key: string, name: string): CodePoints | undefined {
  for (const spelling of [name, scriptSpelling(name)]) {
    if (!/^[A-Za-z_]+$/u.test(spelling)) continue;
    try {
      return cached(`\\p{${key}=${spelling}}`);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/**
 * The set that `\p{text}` names: a general category, a script or a binary property, bare or as `gc=`, `sc=`, `scx=`
 * (`:` and `!=` too). Undefined when there is no such property.
 */
export function propertySet(text: string): CodePoints | undefined {
  const [, key, operator, value] = /^(.*?)\s*(!=|=|:)\s*(.*)$/u.exec(text) ?? [];
  if (key !== undefined && operator !== undefined && value !== undefined) {
    const set = keyedSet(loose(key), value);
    return set !== undefined && operator === '!=' ? negate(set) : set;
  }
  const name = loose(text);
  if (name === 'any') return [0, 0x10ffff];
  const category = nameOf(name);
  return category === undefined ? script('sc', text) : cached(`\\p{${category}}`);
}

function keyedSet(key: string, value: string): CodePoints | undefined {
  if (key === 'gc' || key === 'generalcategory') {
    const category = categoryOf(loose(value));
    return category === undefined ? undefined : cached(`\\p{${category}}`);
  }
  if (key === 'sc' || key === 'script') return script('sc', value);
  if (key === 'scx' || key === 'scriptextensions') return script('scx', value);
  return undefined;
}

/**
 * The property name most like a misspelt one, for the error's hint. Scripts cannot be listed, so a few stand for them.
 */
export function nearestProperty(text: string): string | undefined {
  const scripts = 'Latin Greek Cyrillic Han Hiragana Katakana Arabic Hebrew Thai Hangul Devanagari Armenian Georgian';
  return nearest(text, `${generalCategories} ${binaryProperties} ${scripts}`.split(' '));
}

const posixClasses: ReadonlyMap<string, CodePoints> = new Map([
  ['alnum', [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a]],
  ['alpha', [0x41, 0x5a, 0x61, 0x7a]],
  ['ascii', ASCII],
  ['blank', [9, 9, 32, 32]],
  ['cntrl', [0, 31, 127, 127]],
  ['digit', ASCII_DIGIT],
  ['graph', [33, 126]],
  ['lower', [0x61, 0x7a]],
  ['print', [32, 126]],
  ['punct', [33, 47, 58, 64, 91, 96, 123, 126]],
  ['space', ASCII_SPACE],
  ['upper', [0x41, 0x5a]],
  ['word', ASCII_WORD],
  ['xdigit', [0x30, 0x39, 0x41, 0x46, 0x61, 0x66]],
]);

/** `[:name:]`, always ASCII. */
export function posixSet(name: string): CodePoints | undefined {
  return posixClasses.get(name);
}

export const posixNames: readonly string[] = [...posixClasses.keys()];
