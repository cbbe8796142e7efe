/**
 * Paths with values in them: `archive/{source.name}/{time:%Y-%m-%d}.ndjson`. A value is a piece of one name in the
 * path, never more: what would lead elsewhere, cannot be a name, or is too long is replaced by `_`, and marked.
 *
 * Different values never share a file by that. A value that had to be changed gets `~` and 16 digits of its SHA-256 at
 * its end, and one that has such a mark itself is changed, too. Where a name has several values, one is also changed
 * when it holds the text that separates it from the next, or when there is none: so `{a}-{b}` is not the same for
 * `x-y`, `z` and `x`, `y-z`. (On file systems that do not tell `A` from `a`, values that differ in that only do share
 * a file.)
 */
import { createHash } from 'node:crypto';
import { timeText } from './time-text.ts';

/** A name has at most 255 bytes on the usual file systems; some are left for the time that a rotated file gets. */
const NAME_BYTES = 220;
const MAX_VALUE_BYTES = 120;
const MIN_VALUE_BYTES = 16;
const MARK_BYTES = 17;
const MARK = /~[0-9a-f]{16}/;
/** As append-sink.ts names rotated files: a value must not pass for one of another value. */
const ROTATED = /\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d/;
/** What cannot be in a name, or misleads whoever reads it; a lone half of a pair has no bytes of its own. */
const UNSAFE = /[/\\\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/gu;
/**
 * `.` and `..` are no names, hidden files are not seen, `-rf` is an option to some program, and trailing ones get
 * lost.
 */
const UNSAFE_START = /^[.\-~\s]+/u;
const UNSAFE_END = /[.\s]+$/u;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly format: string }
  | { readonly kind: 'value'; readonly index: number };

export class PathTemplate {
  /** The directory that no value leads out of: all before the first name with a place. */
  readonly root: string;
  /** The places, as they stand in the braces, in their order, each once; those of the time are none. */
  readonly places: readonly string[];
  /** The names below the root. */
  readonly #names: readonly (readonly Part[])[];

  constructor(template: string) {
    const places: string[] = [];
    const names = template.split('/').map((name) => partsOf(name, places));
    const first = names.findIndex((parts) => parts.some(({ kind }) => kind !== 'text'));
    const rootNames = first < 0 ? names.length - 1 : first;
    const root = template.split('/').slice(0, rootNames).join('/');
    this.root = root !== '' ? root : template.startsWith('/') ? '/' : '.';
    this.places = places;
    this.#names = names.slice(rootNames);
  }

  /** Whether the template itself keeps below its root: no name there is empty, `.` or `..`. */
  get isBelowRoot(): boolean {
    return this.#names.every(([first, ...others]) => {
      if (first === undefined) return false;
      return others.length > 0 || first.kind !== 'text' || !['.', '..'].includes(first.text);
    });
  }

  /** The part of the path that depends on the time; the same text means the same paths for the same values. */
  timeText(nowMs: number): string {
    const texts = this.#names.flatMap((name) =>
      name.map((part) => (part.kind === 'time' ? timeText(part.format, nowMs) : '')),
    );
    return texts.join('\n');
  }

  /** The names below the root. @param values of the places, in their order */
  namesOf(values: readonly string[], nowMs: number): readonly string[] {
    return this.#names.map((parts) => nameOf(parts, values, nowMs));
  }
}

function partsOf(name: string, places: string[]): readonly Part[] {
  return name
    .split(/(\{[^{}]*\})/)
    .filter((text) => text !== '')
    .map((text): Part => {
      if (!text.startsWith('{') || !text.endsWith('}')) return { kind: 'text', text };
      const inside = text.slice(1, -1);
      if (inside.startsWith('time:')) return { kind: 'time', format: inside.slice('time:'.length) };
      const known = places.indexOf(inside);
      return { kind: 'value', index: known < 0 ? places.push(inside) - 1 : known };
    });
}

function nameOf(parts: readonly Part[], values: readonly string[], nowMs: number): string {
  const texts = parts.map((part) => {
    if (part.kind === 'value') return undefined;
    // The format of a time may have what a name may not.
    return part.kind === 'text' ? part.text : timeText(part.format, nowMs).replace(UNSAFE, '_');
  });
  const fixedBytes = Buffer.byteLength(texts.join(''));
  const count = parts.length - texts.filter((text) => text !== undefined).length;
  const roomBytes = Math.floor((NAME_BYTES - fixedBytes) / Math.max(count, 1)) - MARK_BYTES;
  const maxBytes = Math.min(MAX_VALUE_BYTES, Math.max(MIN_VALUE_BYTES, roomBytes));
  return parts
    .map((part, i) =>
      part.kind === 'value' ? safePiece(values[part.index]!, maxBytes, separatorAt(texts, i)) : texts[i],
    )
    .join('');
}

/** The text between a value and the next one of the same name; undefined after the last. */
function separatorAt(texts: readonly (string | undefined)[], at: number): string | undefined {
  const next = texts.indexOf(undefined, at + 1);
  return next < 0 ? undefined : texts.slice(at + 1, next).join('');
}

/** A value as a piece of a name. @param separator what follows it, before another value */
function safePiece(value: string, maxBytes: number, separator: string | undefined): string {
  const safe = value
    .replace(UNSAFE, '_')
    .replace(UNSAFE_START, (text) => '_'.repeat(text.length))
    .replace(UNSAFE_END, (text) => '_'.repeat(text.length));
  const isClear =
    separator === undefined || (separator !== '' && `${value}${separator}`.indexOf(separator) === value.length);
  const isKept = safe === value && value !== '' && isClear && !MARK.test(value) && !ROTATED.test(value);
  if (isKept && Buffer.byteLength(value) <= maxBytes) return value;
  const digits = createHash('sha256')
    .update(Buffer.from(value, 'utf16le'))
    .digest('hex')
    .slice(0, MARK_BYTES - 1);
  const plain = safe.replaceAll('~', '_');
  const shown = separator === undefined || separator === '' ? plain : plain.replaceAll(separator, '_');
  return `${cutBytes(shown === '' ? '_' : shown, maxBytes)}~${digits}`;
}

/** The first characters of a text that have at most so many bytes. */
function cutBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
