/**
 * The layers of settings, nearest first: flags as typed, SLUNG_* variables, defaults. Each is a map from key to value
 * and origin; config/layers.ts merges them. A configuration file will be one more layer between environment and
 * defaults.
 */
import type { Layer, Setting } from '../config/layers.ts';
import { defaultsOf, readValue } from '../config/values.ts';
import type { Flag } from './flags/flag.ts';
import type { TypedFlag } from './parse.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What was typed. The last of a repeated flag holds; lists keep all; counts count. @throws UsageError */
export function flagLayer(typed: readonly TypedFlag[]): Layer {
  const layer = new Map<string, Setting>();
  for (const { flag, name, text } of typed) {
    const origin = { kind: 'flag', text: name } as const;
    const before = layer.get(flag.key)?.value;
    if (flag.type === 'count') {
      layer.set(flag.key, { value: typeof before === 'number' ? before + 1 : 1, origin });
      continue;
    }
    const value = readValue(flag, text, name);
    const isMore = typeof before === 'object' && typeof value === 'object';
    layer.set(flag.key, { value: isMore ? [...before, ...value] : value, origin });
  }
  return layer;
}

/** The variables of `flags` that are set. An empty variable is the same as none. @throws UsageError */
export function environmentLayer(flags: readonly Flag[], environment: Environment): Layer {
  const layer = new Map<string, Setting>();
  for (const flag of flags) {
    const text = flag.env === undefined ? undefined : environment[flag.env];
    if (flag.env === undefined || text === undefined || text === '') continue;
    layer.set(flag.key, { value: readValue(flag, text, flag.env), origin: { kind: 'environment', text: flag.env } });
  }
  return layer;
}

/** The table's defaults; `computed` adds those that depend on the machine. */
export function defaultLayer(flags: readonly Flag[], computed: Readonly<Record<string, number>>): Layer {
  const layer = new Map(defaultsOf(flags.map((flag) => [flag.key, flag])));
  const origin = { kind: 'default', text: 'default' } as const;
  for (const [key, value] of Object.entries(computed)) layer.set(key, { value, origin });
  return layer;
}
