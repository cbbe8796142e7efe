/**
 * Where a setting's value comes from. A layer is one source (flags, environment, defaults; a config file is one more
 * layer later); layers are listed nearest first and the first that has a value wins. The origin travels with the
 * value, so that an error can name what the user really wrote and a later `slung check --print` can show it.
 */
import { type Choice, type ChoiceKey, rules } from './rules.ts';

export type SettingValue = boolean | number | string | readonly string[];

/**
 * `text` is how the user knows the place: `--lanes`, `SLUNG_LANES`, `slung.yaml:7:3`, an option of the library, or
 * `default`.
 */
export interface Origin {
  readonly kind: 'flag' | 'environment' | 'file' | 'option' | 'default';
  readonly text: string;
}

export interface Setting {
  readonly value: SettingValue;
  readonly origin: Origin;
}

/** One source's values by the setting's key (`batchBytes`). */
export type Layer = ReadonlyMap<string, Setting>;

/**
 * The settings that hold, read by key. A getter throws TypeError when the key has a value of another kind: that is a
 * mistake in the flag table, not of the user, and the tests read every key.
 */
export class Resolved {
  readonly #settings: ReadonlyMap<string, Setting>;

  constructor(settings: ReadonlyMap<string, Setting>) {
    this.#settings = settings;
  }

  /** Every setting that has a value, with its origin. */
  entries(): IterableIterator<[string, Setting]> {
    return this.#settings.entries();
  }

  has(key: string): boolean {
    return this.#settings.has(key);
  }

  /** True when the value was typed on this command line. */
  isFlag(key: string): boolean {
    return this.#settings.get(key)?.origin.kind === 'flag';
  }

  /** True when nobody has chosen the value. */
  isDefault(key: string): boolean {
    return this.#settings.get(key)?.origin.kind === 'default';
  }

  /** The place to name in an error; the key itself when it has no value. */
  originText(key: string): string {
    return this.#settings.get(key)?.origin.text ?? key;
  }

  boolean(key: string): boolean {
    const value = this.#settings.get(key)?.value ?? false;
    return typeof value === 'boolean' ? value : wrongKind(key, value);
  }

  number(key: string): number {
    return this.optionalNumber(key) ?? wrongKind(key, undefined);
  }

  optionalNumber(key: string): number | undefined {
    const value = this.#settings.get(key)?.value;
    return value === undefined || typeof value === 'number' ? value : wrongKind(key, value);
  }

  text(key: string): string {
    return this.optionalText(key) ?? wrongKind(key, undefined);
  }

  optionalText(key: string): string | undefined {
    const value = this.#settings.get(key)?.value;
    return value === undefined || typeof value === 'string' ? value : wrongKind(key, value);
  }

  /**
   * A setting that is one of a few words: those of its rule, or `allowed`, which must list all that its flag allows.
   */
  choice<K extends ChoiceKey>(key: K): Choice<K>;
  choice<T extends string>(key: string, allowed: readonly T[]): T;
  choice(key: string, allowed: readonly string[] = rules[key as ChoiceKey].choices): string {
    const value = this.text(key);
    return allowed.find((choice) => choice === value) ?? wrongKind(key, value);
  }

  /** The values of a repeatable setting in order; empty when it was not given. */
  list(key: string): readonly string[] {
    const value = this.#settings.get(key)?.value ?? [];
    return typeof value === 'object' ? value : wrongKind(key, value);
  }
}

function wrongKind(key: string, value: SettingValue | undefined): never {
  throw new TypeError(`setting ${key} has an unexpected value: ${JSON.stringify(value)}`);
}

/**
 * Merges layers, nearest first. A list is taken whole from one layer: an environment's list is replaced, not joined.
 */
export function resolveLayers(layers: readonly Layer[]): Resolved {
  const merged = new Map<string, Setting>();
  for (const layer of layers) {
    for (const [key, setting] of layer) {
      if (!merged.has(key)) merged.set(key, setting);
    }
  }
  return new Resolved(merged);
}
