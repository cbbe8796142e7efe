/**
 * From what was typed to what it means, for `slung store write`: a run that reads like `select`, puts nothing out, and makes
 * points of its records. Flags of `select` that it has not, because there is no output, have fixed values here.
 */
import { excerpt } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import { type Layer, type Resolved, resolveLayers, type Setting, type SettingValue } from './layers.ts';
import { checkResume, pointFields, storeSettings } from './record.ts';
import { selectSettings } from './select.ts';
import type { WriteSettings } from './settings.ts';

/** What `select` asks for and a run without output cannot be told. */
const fixed: Readonly<Record<string, SettingValue>> = {
  ...{ to: 'ndjson', header: true, csvStrict: false, output: '-', lanes: 1, exitStatus: false },
};

/** Settings that selectSettings would take for --record's. */
const ofRecords: readonly string[] = ['resume', 'final', 'retain'];

/**
 * The settings of one `slung store write`. `files` are the operands as typed; none means standard input.
 * @param defaultStore the directory of the store when nobody says which
 * @throws UsageError when settings contradict each other
 */
export function writeSettings(
  resolved: Resolved,
  files: readonly string[],
  defaultStore: string | undefined,
): WriteSettings {
  const points = pointFields(resolved);
  const onError = resolved.choice('onError', ['skip', 'fail', 'keep'] as const);
  if (onError === 'keep') {
    const name = resolved.originText('onError');
    throw new UsageError(
      `${name}${name.startsWith('-') ? ' ' : '='}keep: nothing is put out that a bad line could be kept in`,
      'Use --rejects FILE to keep bad lines apart.',
    );
  }
  const from = resolved.choice('from', ['ndjson', 'csv'] as const);
  const delimiter = delimiterOf(resolved, from);
  const select = selectSettings(withFixed(resolved), files);
  const resume = resolved.boolean('resume');
  checkResume(resolved, resume, select.inputs);
  const store = storeSettings(resolved, defaultStore);
  const record = Object.freeze({ store, points: Object.freeze([points]), resume, final: resolved.boolean('final') });
  return Object.freeze({
    select: Object.freeze({ ...select, record }),
    from,
    ...(delimiter === undefined ? {} : { delimiter }),
  });
}

/** One ASCII character that cannot be in a number, or tab by its name. @throws UsageError */
function delimiterOf(resolved: Resolved, from: string): string | undefined {
  const text = resolved.optionalText('delimiter');
  if (text === undefined) return undefined;
  const name = resolved.originText('delimiter');
  if (from !== 'csv') {
    if (!resolved.isFlag('delimiter')) return undefined;
    throw new UsageError(`${name} needs --from csv`, 'NDJSON has no cells.');
  }
  const character = text === 'tab' || text === '\\t' ? '\t' : text;
  if (/^[^"\n\r\u0080-\uffff0-9A-Za-z+.-]$/.test(character)) return character;
  throw new UsageError(
    `${name}: ${JSON.stringify(excerpt(text, 20))} cannot be between cells`,
    "It is one ASCII character that is no letter, digit, quote, plus, minus or point: ';', '|', or tab.",
  );
}

/** The settings without those of the store, and with the fixed ones. */
function withFixed(resolved: Resolved): Resolved {
  const layer = new Map<string, Setting>();
  for (const [key, value] of Object.entries(fixed)) layer.set(key, { value, origin: { kind: 'default', text: key } });
  const other: Layer = new Map([...resolved.entries()].filter(([key]) => !ofRecords.includes(key)));
  return resolveLayers([layer, other]);
}
