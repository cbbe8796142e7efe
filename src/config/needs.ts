/** Options that say nothing without another one: they are refused instead of being without effect. */
import { UsageError } from './errors.ts';
import type { Resolved } from './layers.ts';

interface Need {
  /** Of these, one has to be there. */
  readonly anyOf: readonly string[];
  readonly advice: string;
}

const record = {
  anyOf: ['record'],
  advice: "For example: --record 'series=http.latency time=ts value=duration'",
};
const listen = { anyOf: ['listen'], advice: 'It is for what others send: --listen http://127.0.0.1:8080/in' };

/** Of every command that reads records and outputs them. */
const ofAll: Readonly<Record<string, Need>> = {
  listenToken: listen,
  listenOrigin: listen,
  metricsPublic: { anyOf: ['metrics'], advice: 'For example: --metrics 0.0.0.0:9090 --metrics-public' },
  statusPublic: { anyOf: ['status'], advice: 'For example: --status 0.0.0.0:9090 --status-public' },
};

/** Of `select` alone: with `run`, they are for Slung programs, too. */
const ofSelect: Readonly<Record<string, Need>> = {
  ...ofAll,
  store: record,
  durability: record,
  sameTime: record,
  timeField: { anyOf: ['since', 'until'], advice: 'For example: --time ts --since 1h' },
  timeUnit: { anyOf: ['since', 'until', 'where', 'rules'], advice: 'For example: --time-unit ms --time ts --since 1h' },
};

/**
 * Only what was typed is refused: the environment has standing preferences.
 * @throws UsageError for an option whose other half is missing
 */
export function refuseNeedless(command: 'select' | 'run', resolved: Resolved): void {
  for (const [key, { anyOf, advice }] of Object.entries(command === 'select' ? ofSelect : ofAll)) {
    const isOff = !resolved.isFlag(key) || resolved.originText(key).startsWith('--no-');
    if (isOff || anyOf.some((other) => resolved.has(other) && hasSome(resolved, other))) continue;
    throw new UsageError(`${resolved.originText(key)} needs ${optionsOf(anyOf)}`, advice);
  }
}

/** A list may be there and empty. */
const lists = new Set(['record', 'where', 'rules']);
const hasSome = (resolved: Resolved, key: string): boolean => !lists.has(key) || resolved.list(key).length > 0;

function optionsOf(keys: readonly string[]): string {
  const names = keys.map((key) => `--${key}`);
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
