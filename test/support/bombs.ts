/**
 * Modules and components that are small or cheap to make and dear to read, compile or run, for tests of what a plugin
 * file may consist of. All are WASI filters or wrap one, so that only their size is against them; made of buffers,
 * because some of them have tens of megabytes.
 */
import { coreModulePreamble, leb } from '../../src/plugin/binary/writer.ts';

type Part = readonly number[] | Uint8Array;

const join = (...parts: readonly Part[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
const name = (text: string): Uint8Array => join(leb(text.length), Buffer.from(text));

export function sectionOf(id: number, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const body = join(...parts);
  return join([id], leb(body.length), body);
}

/** The bytes, so many times. */
export function repeated(bytes: readonly number[], times: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes.length * times);
  for (let i = 0; i < bytes.length; i++) for (let at = i; at < all.length; at += bytes.length) all[at] = bytes[i]!;
  return all;
}

/** A body of a function, with its size. */
const sized = (...parts: readonly Part[]): Uint8Array => {
  const body = join(...parts);
  return join(leb(body.length), body);
};

interface FilterParts {
  readonly types?: Uint8Array;
  readonly functions?: Uint8Array;
  readonly tables?: Uint8Array;
  readonly pages?: number;
  readonly globals?: Uint8Array;
  /** How many functions are exported besides `_start` and the memory, which always are. */
  readonly exports?: number;
  readonly elements?: Uint8Array;
  readonly code?: Uint8Array;
  readonly data?: Uint8Array;
  readonly tail?: Uint8Array;
}

const none = new Uint8Array(0);
const emptyBody = [0x02, 0x00, 0x0b];

/** A filter that does nothing, with what is given instead of its own sections. */
export function filterOf(parts: FilterParts = {}): Uint8Array<ArrayBuffer> {
  const { exports = 0, pages = 1 } = parts;
  const more = Buffer.concat(Array.from({ length: exports }, (_, i) => join(name(`f${i}`), [0, 0])));
  return join(
    coreModulePreamble,
    parts.types ?? sectionOf(1, [1, 0x60, 0, 0]),
    parts.functions ?? sectionOf(3, [1, 0]),
    parts.tables ?? none,
    sectionOf(5, [1, 0], leb(pages)),
    parts.globals ?? none,
    sectionOf(7, leb(exports + 2), name('_start'), [0, 0], name('memory'), [2, 0], more),
    parts.elements ?? none,
    parts.code ?? sectionOf(10, [1], emptyBody),
    parts.data ?? none,
    parts.tail ?? none,
  );
}

/** One function of so many i32 locals, and the code behind them. */
export const filterWithCode = (locals: number, ...code: readonly Part[]): Uint8Array<ArrayBuffer> =>
  filterOf({ code: sectionOf(10, [1], sized([1], leb(locals), [0x7f], ...code, [0x0b])) });

const counted = (times: number, item: readonly number[]): readonly Part[] => [leb(times), repeated(item, times)];

/** Each has one thing too many or too much; the text is of the refusal. */
export const bombs: Readonly<
  Record<string, { readonly make: () => Uint8Array<ArrayBuffer>; readonly refusal: RegExp }>
> = {
  'many sections': {
    make: () => filterOf({ tail: repeated([0, 1, 0], 150_000) }),
    refusal: /^it has 100001 sections, and the limit is 100000$/,
  },
  'a section twice': {
    make: () => filterOf({ tail: sectionOf(1, [1, 0x60, 0, 0]) }),
    refusal: /^section 1 is there twice \(at byte \d+\)$/,
  },
  'many types': {
    make: () => filterOf({ types: sectionOf(1, ...counted(1_000_001, [0x60, 0, 0])) }),
    refusal: /^it has 1000001 types, and the limit is 1000000$/,
  },
  'many types in a group': {
    make: () => filterOf({ types: sectionOf(1, [2, 0x60, 0, 0, 0x4e], ...counted(1_000_000, [0x60, 0, 0])) }),
    refusal: /^it has 1000001 types, and the limit is 1000000$/,
  },
  'many parameters': {
    make: () => filterOf({ types: sectionOf(1, [1, 0x60], ...counted(1001, [0x7f]), [0]) }),
    refusal: /^it has 1001 parameters of a function, and the limit is 1000$/,
  },
  'many functions': {
    make: () => filterOf({ functions: sectionOf(3, ...counted(1_000_001, [0])) }),
    refusal: /^it has 1000001 functions, and the limit is 1000000$/,
  },
  'many globals': {
    make: () => filterOf({ globals: sectionOf(6, ...counted(1_000_000, [0x7f, 1, 0x41, 0, 0x0b])) }),
    refusal: /^it has 1000000 globals, and the limit is 50000$/,
  },
  'many exports': {
    make: () => filterOf({ exports: 100_000 }),
    refusal: /^it has 100002 exports, and the limit is 100000$/,
  },
  'many tables': {
    make: () => filterOf({ tables: sectionOf(4, ...counted(17, [0x70, 0, 1])) }),
    refusal: /^it has 17 tables, and the limit is 16$/,
  },
  'a large table': {
    make: () => filterOf({ tables: sectionOf(4, [1, 0x70, 0], leb(200_001)) }),
    refusal: /^it has 200001 elements in a table, and the limit is 200000$/,
  },
  'elements that have to be worked out': {
    make: () =>
      filterOf({
        globals: sectionOf(6, [1, 0x70, 0, 0xd0, 0x70, 0x0b]),
        elements: sectionOf(9, [1, 5, 0x70], ...counted(50_001, [0x23, 0, 0x0b])),
      }),
    refusal: /^it has 50001 values that have to be worked out, and the limit is 50000$/,
  },
  'many data segments': {
    make: () => filterOf({ data: sectionOf(11, ...counted(100_001, [1, 0])) }),
    refusal: /^it has 100001 data segments, and the limit is 100000$/,
  },
  'many locals': {
    make: () => filterWithCode(50_001),
    refusal: /^it has 50001 locals in function 0, and the limit is 50000$/,
  },
  'locals that do not fit into a number': {
    make: () => filterWithCode(0xffff_ffff),
    refusal: /^it has 4294967295 locals in function 0/,
  },
  'a large function': {
    make: () => filterWithCode(0, repeated([0x01], 7_654_321)),
    refusal: /^it has \d+ bytes in function 0, and the limit is 7654321$/,
  },
  'a br_table over many locals': {
    make: () => filterWithCode(40_000, [0x02, 0x40, 0x41, 0, 0x0e], ...counted(60_000, [0]), [0, 0x0b]),
    refusal: /^its function 0 would take too long to compile: it has 40000 locals, 1 blocks and 60001 branches;/,
  },
  'branches over many locals': {
    make: () => filterWithCode(49_000, [0x02, 0x40], repeated([0x20, 0, 0x0d, 0], 200_000), [0x0b]),
    refusal: /^its function 0 would take too long to compile: it has 49000 locals, 1 blocks and 200000 branches;/,
  },
  'loops over many locals': {
    make: () => filterWithCode(20_000, repeated([0x03, 0x40], 2000), repeated([0x0b], 2000)),
    refusal: /^its function 0 would take too long to compile: it has 20000 locals, 2000 blocks and 0 branches;/,
  },
  'code of no known instruction over many locals': {
    make: () => filterWithCode(20_000, repeated([0xff], 200_000)),
    refusal: /^its function 0 would take too long to compile/,
  },
};

// ---- components ----------------------------------------------------------------------------------------------------

const componentPreamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

export const componentOf = (...sections: readonly Part[]): Uint8Array<ArrayBuffer> =>
  join(componentPreamble, ...sections);

/** Components in components, `depth` times around an empty one. */
function nested(depth: number): Uint8Array<ArrayBuffer> {
  let inner = componentOf();
  for (let i = 0; i < depth; i++) inner = componentOf(sectionOf(4, inner));
  return inner;
}

export const componentBombs: typeof bombs = {
  'components in components': {
    make: () => nested(33),
    refusal: /^components are nested more than 32 deep \(at byte \d+\)$/,
  },
  'many sections': {
    make: () => componentOf(repeated([0, 1, 0], 150_000)),
    refusal: /^it has 100001 sections, and the limit is 100000$/,
  },
  'many types': {
    make: () => componentOf(...[0, 1].map(() => sectionOf(7, ...counted(600_000, [0x73])))),
    refusal: /^it has 1200000 types, and the limit is 1000000$/,
  },
  'many aliases': {
    make: () => componentOf(sectionOf(6, ...counted(250_001, [0x03, 0x02, 0, 0]))),
    refusal: /^it has 250001 definitions, and the limit is 250000$/,
  },
  'many items of an instance': {
    make: () => componentOf(sectionOf(5, [1, 1], ...counted(250_000, [0, 0, 0x03, 0]))),
    refusal: /^it has 250001 definitions, and the limit is 250000$/,
  },
};
