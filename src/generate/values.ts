/** The operators that make a value from nothing but chance, a counter or the clock. */
import { Arguments } from './arguments.ts';
import type { TemplateText } from './errors.ts';
import type { Random } from './random.ts';
import type { RecordClock } from './record-clock.ts';
import type { TemplateNode } from './template-json.ts';

/** Gives the JSON text of a value, another one for each record. */
export type Maker = () => string;

/** What makers draw from. */
export interface Supply {
  readonly random: Random;
  readonly clock: RecordClock;
}

type ValueOperator = (argument: TemplateNode, template: TemplateText, supply: Supply) => Maker;

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Characters of one string, and elements of one array. */
export const MOST_ELEMENTS = 1_000_000;
/** What $int adds to its least when the greatest is not said. */
const USUAL_SPAN = 100;

/** Both halves of a byte. */
const bytesAsHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function int(argument: TemplateNode, template: TemplateText, { random }: Supply): Maker {
  const given: Arguments = new Arguments(template, argument, '$int', ['min', 'max']);
  const min = given.integer('min') ?? 0;
  const max = given.integer('max') ?? Math.max(min, 0) + USUAL_SPAN;
  if (max < min) given.fail(argument, `$int: max is ${max}, which is less than min, ${min}`);
  const count = max - min + 1;
  if (!Number.isSafeInteger(count)) given.fail(argument, '$int: from min to max are more than 2^53 numbers');
  return () => String(min + random.below(count));
}

function float(argument: TemplateNode, template: TemplateText, { random }: Supply): Maker {
  const given: Arguments = new Arguments(template, argument, '$float', ['min', 'max']);
  const min = given.number('min') ?? 0;
  const max = given.number('max') ?? min + 1;
  if (max < min) given.fail(argument, `$float: max is ${max}, which is less than min, ${min}`);
  return () => String(min + random.unit() * (max - min));
}

function normal(argument: TemplateNode, template: TemplateText, { random }: Supply): Maker {
  const given: Arguments = new Arguments(template, argument, '$normal', ['mean', 'stdev', 'min', 'max']);
  const mean = given.needNumber('mean');
  const deviation = given.needNumber('stdev');
  const min = given.number('min') ?? Number.NEGATIVE_INFINITY;
  const max = given.number('max') ?? Number.POSITIVE_INFINITY;
  if (max < min) given.fail(argument, `$normal: max is ${max}, which is less than min, ${min}`);
  return () => String(Math.min(max, Math.max(min, mean + random.normal() * deviation)));
}

function string(argument: TemplateNode, template: TemplateText, { random }: Supply): Maker {
  const given: Arguments = new Arguments(template, argument, '$string', ['len', 'alphabet']);
  const length = given.integer('len') ?? 8;
  if (length < 0 || length > MOST_ELEMENTS) given.fail(given.need('len'), `$string: len is from 0 to ${MOST_ELEMENTS}`);
  const alphabet = [...(given.text('alphabet') ?? LETTERS_AND_DIGITS)].map((one) => JSON.stringify(one).slice(1, -1));
  if (alphabet.length === 0) given.fail(given.need('alphabet'), '$string: the alphabet has no characters');
  return () => {
    let text = '"';
    for (let i = 0; i < length; i++) text += alphabet[random.below(alphabet.length)]!;
    return `${text}"`;
  };
}

/** Version 4. */
function uuid(_: TemplateNode, __: TemplateText, { random }: Supply): Maker {
  const hex = (word: number): string =>
    bytesAsHex[word >>> 24]! +
    bytesAsHex[(word >>> 16) & 255]! +
    bytesAsHex[(word >>> 8) & 255]! +
    bytesAsHex[word & 255]!;
  return () => {
    const [first, second, third, last] = [
      hex(random.word()),
      hex((random.word() & 0xffff_0fff) | 0x4000),
      hex((random.word() & 0x3fff_ffff) | 0x8000_0000),
      hex(random.word()),
    ];
    return `"${first}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${last}"`;
  };
}

function now(argument: TemplateNode, template: TemplateText, { clock }: Supply): Maker {
  const isBare = argument.kind === 'word' && argument.raw === 'null';
  const given = isBare ? undefined : new Arguments(template, argument, '$now', ['format']);
  const format = given?.text('format') ?? 'rfc3339';
  switch (format) {
    case 'rfc3339':
      return () => `"${clock.rfc3339()}"`;
    case 'unix':
      return () => String(Math.floor(clock.nowUs / 1e6));
    case 'unix_ms':
      return () => String(Math.floor(clock.nowUs / 1e3));
    default:
      return given!.fail(given!.need('format'), '$now: format is rfc3339, unix or unix_ms');
  }
}

function ip4(_: TemplateNode, __: TemplateText, { random }: Supply): Maker {
  return () => {
    const word = random.word();
    return `"${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}"`;
  };
}

function inc(argument: TemplateNode, template: TemplateText): Maker {
  const given: Arguments = new Arguments(template, argument, '$inc', ['start', 'step']);
  const step = given.integer('step') ?? 1;
  let next = given.integer('start') ?? 0;
  return () => {
    const text = String(next);
    next += step;
    return text;
  };
}

export const valueOperators: Readonly<Record<string, ValueOperator>> = {
  $int: int,
  $float: float,
  $normal: normal,
  $string: string,
  $uuid: uuid,
  $now: now,
  $ip4: ip4,
  $inc: inc,
};
