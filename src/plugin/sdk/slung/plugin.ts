/**
 * What a plugin says about itself: name, version, which records it wants, and what it does with one. Said while the
 * module starts; afterwards it is only read. The lists any, all, none are those of a Tangent selector: a record is
 * wanted when one of `any` holds (or there is none), all of `all` hold, and none of `none`.
 */
import {
  EQ,
  FLOAT,
  GT,
  HAS,
  IN,
  INT,
  BOOL,
  PRED_BYTES,
  PREFIX,
  REGEX,
  SCALAR_BYTES,
  SELECTOR_BYTES,
  STRING,
} from './imports';
import { keepUtf8 } from './literal';
import { permanent } from './memory';
import { Output } from './output';
import { Record } from './record';

/** One test of one field, in the layout of the ABI; stays for good. */
@unmanaged
export class Pred {}

export type Mapper = (record: Record, out: Output) => void;

function makePred(kind: u8, path: string): usize {
  const at = permanent(PRED_BYTES);
  memory.fill(at, 0, PRED_BYTES);
  store<u8>(at, kind);
  keepUtf8(at + 8, path);
  return at;
}

function storeScalar<T>(to: usize, value: T): void {
  if (isString<T>()) {
    store<u8>(to, STRING);
    keepUtf8(to + 8, changetype<string>(value));
  } else if (isBoolean<T>()) {
    store<u8>(to, BOOL);
    store<u8>(to, <u8>value, 8);
  } else if (isFloat<T>()) {
    store<u8>(to, FLOAT);
    store<f64>(to, <f64>value, 8);
  } else {
    store<u8>(to, INT);
    store<i64>(to, <i64>value, 8);
  }
}

/** The field is there, even if it is null. */
export function has(path: string): Pred {
  return changetype<Pred>(makePred(HAS, path));
}

/** The field equals a string, a number or a boolean. */
export function eq<T>(path: string, value: T): Pred {
  const pred = makePred(EQ, path);
  storeScalar<T>(pred + 16, value);
  return changetype<Pred>(pred);
}

/** The field is a string that begins so. */
export function prefix(path: string, text: string): Pred {
  const pred = makePred(PREFIX, path);
  keepUtf8(pred + 16, text);
  return changetype<Pred>(pred);
}

/** The field equals one of these (`in` of a selector, a reserved word here). */
export function oneOf<T>(path: string, values: T[]): Pred {
  const pred = makePred(IN, path);
  const list = permanent(SCALAR_BYTES * <usize>values.length);
  for (let i = 0; i < values.length; i++) storeScalar<T>(list + SCALAR_BYTES * <usize>i, values[i]);
  store<u32>(pred, <u32>list, 16);
  store<u32>(pred, values.length, 20);
  return changetype<Pred>(pred);
}

/** The field is a number greater than this. */
export function gt(path: string, than: f64): Pred {
  const pred = makePred(GT, path);
  store<f64>(pred, than, 16);
  return changetype<Pred>(pred);
}

/** The field is a string in which the expression is found. */
export function regex(path: string, expression: string): Pred {
  const pred = makePred(REGEX, path);
  keepUtf8(pred + 16, expression);
  return changetype<Pred>(pred);
}

/** record { name, version }: 16 bytes. */
export const metadataAt: usize = memory.data(16, 8);
export let mapper: Mapper | null = null;

// The selectors one after the other, as the ABI wants them; the last one is being made.
let selectors: usize = 0;
let selectorCount: usize = 0;

function addSelector(): void {
  const more = permanent((selectorCount + 1) * SELECTOR_BYTES);
  memory.copy(more, selectors, selectorCount * SELECTOR_BYTES);
  selectors = more;
  const last = selectors + selectorCount++ * SELECTOR_BYTES;
  // An empty list still has an address that is aligned.
  for (let list: usize = 0; list < SELECTOR_BYTES; list += 8) store<u64>(last + list, 8);
}

/** Puts the tests behind those that the list (0 any, 8 all, 16 none) has already. */
function addTo(list: usize, preds: Pred[]): void {
  const at = selectors + (selectorCount - 1) * SELECTOR_BYTES + list;
  const before = <usize>load<u32>(at, 4) * PRED_BYTES;
  const more = permanent(before + <usize>preds.length * PRED_BYTES);
  memory.copy(more, load<u32>(at), before);
  for (let i = 0; i < preds.length; i++) {
    memory.copy(more + before + <usize>i * PRED_BYTES, changetype<usize>(preds[i]), PRED_BYTES);
  }
  store<u32>(at, <u32>more);
  store<u32>(at, load<u32>(at, 4) + preds.length, 4);
}

/** Made by plugin(); its methods can be chained. */
export class Plugin {
  /** At least one of these holds. */
  any(preds: Pred[]): Plugin {
    addTo(0, preds);
    return this;
  }

  /** All of these hold. */
  all(preds: Pred[]): Plugin {
    addTo(8, preds);
    return this;
  }

  /** None of these holds. */
  none(preds: Pred[]): Plugin {
    addTo(16, preds);
    return this;
  }

  /** Begins another selector: a record is wanted when one of them matches. */
  or(): Plugin {
    addSelector();
    return this;
  }

  /** Is called for every record that is wanted, in their order. What it outputs is the plugin's output. */
  map(each: Mapper): void {
    mapper = each;
  }
}

/** Names the plugin. A module has one; without any test it wants every record. */
export function plugin(name: string, version: string): Plugin {
  if (selectorCount) throw new Error('plugin() is called once in a module');
  keepUtf8(metadataAt, name);
  keepUtf8(metadataAt + 8, version);
  addSelector();
  return new Plugin();
}

export function selectorsAt(): usize {
  return selectors;
}

export function countSelectors(): usize {
  return selectorCount;
}
