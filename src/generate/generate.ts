/** Records of a template: `slung generate`, and the input of `slung bench --template`. */
import { compileTemplate } from './compile.ts';
import type { TemplateText } from './errors.ts';
import { Random } from './random.ts';
import { RecordClock } from './record-clock.ts';

export interface GenerateOptions {
  /** How many; Infinity for no end. */
  readonly records: number;
  readonly seed: number;
  /** What $now is in the first record, and how much later in each that follows. Microseconds. */
  readonly startUs: number;
  readonly everyUs: number;
}

/** UTF-16 units of a piece, about: large enough that whoever writes it has little to do. */
const PIECE_LENGTH = 64 * 1024;

/**
 * Lines, newlines included, in pieces of whole records. The same template and options give the same text.
 * @throws TemplateError before the first piece; later only for the length of an array that cannot be
 */
export function generateRecords(template: TemplateText, options: GenerateOptions): Generator<string, void> {
  const clock = new RecordClock(options.startUs, options.everyUs);
  const make = compileTemplate(template, { random: new Random(options.seed), clock });
  return pieces(make, clock, options.records);
}

function* pieces(make: () => string, clock: RecordClock, records: number): Generator<string, void> {
  let lines = '';
  for (let left = records; left > 0; left--) {
    lines += `${make()}\n`;
    clock.step();
    if (lines.length < PIECE_LENGTH) continue;
    yield lines;
    lines = '';
  }
  if (lines !== '') yield lines;
}
