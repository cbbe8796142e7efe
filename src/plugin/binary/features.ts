/**
 * What newer versions of WebAssembly have and this V8 may lack. V8 itself is asked, with the smallest module that
 * needs it; when a plugin is refused for lack of it, the message says what it is and which Node has it, instead of the
 * byte at which an older compiler stumbles.
 */
import { coreModulePreamble, section } from './writer.ts';

interface Feature {
  readonly name: string;
  /** The first Node that has it. */
  readonly node: number;
  /** What V8 11 says of a module that needs it. */
  readonly complaint: RegExp;
  /** A module that needs nothing else. */
  readonly probe: readonly number[];
}

/** One function of type () -> (), with the code. */
const withCode = (...code: readonly number[]): readonly number[] => [
  ...section(1, [1, 0x60, 0, 0]),
  ...section(3, [1, 0]),
  ...section(10, [1, code.length + 2, 0, ...code, 0x0b]),
];

const gc: Feature = {
  name: 'WebAssembly GC',
  node: 22,
  complaint: /--experimental-wasm-(gc|stringref|typed_funcref)|invalid value type 0x40/,
  probe: section(1, [1, 0x5f, 0]),
};

/** In the order in which their complaints are tried. */
const features: readonly Feature[] = [
  {
    name: 'WebAssembly exceptions with exnref',
    node: 22,
    complaint: /Invalid opcode 0x(1f|a)\b|'noexternref'/,
    probe: withCode(0x1f, 0x40, 0, 0x0b),
  },
  {
    name: 'relaxed SIMD',
    node: 22,
    complaint: /--experimental-(wasm-)?relaxed-simd/,
    // i8x16.relaxed_swizzle of two constants
    probe: withCode(0x00, 0xfd, 0x80, 0x02, 0x1a),
  },
  gc,
];

const known = new Map<Feature, boolean>();

function isThere(feature: Feature): boolean {
  const before = known.get(feature);
  if (before !== undefined) return before;
  const answer = WebAssembly.validate(Uint8Array.from([...coreModulePreamble, ...feature.probe]));
  known.set(feature, answer);
  return answer;
}

const lack = ({ name, node }: Feature): string => `it needs ${name}, which this Node does not have; Node ${node} does`;

/** Why a module with types of the garbage collector cannot be used here; undefined when it can. */
export function lackOfGc(needsGc: boolean): string | undefined {
  return needsGc && !isThere(gc) ? lack(gc) : undefined;
}

/** What is behind a message of V8's compiler, when that is something that it does not know yet. */
export function lackBehind(complaint: string): string | undefined {
  const feature = features.find((candidate) => candidate.complaint.test(complaint) && !isThere(candidate));
  return feature === undefined ? undefined : lack(feature);
}
