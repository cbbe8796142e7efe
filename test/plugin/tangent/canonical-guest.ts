/**
 * A guest for the tests of the canonical ABI, without a module: a memory, an allocator that never frees, and functions
 * that build values in it by the layouts of the specification, so that a test can break any byte of them.
 */
import { Gate } from '../../../src/plugin/gate.ts';
import type { LiftedFunction, TangentExports } from '../../../src/plugin/tangent-module.ts';

export type Scalar = string | bigint | number | boolean | Uint8Array;
export type Pred = readonly [kind: number, path: string, operand?: string | number | Scalar | readonly Scalar[]];

export class FakeGuest {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  gate = new Gate();
  /** What the gate was whenever the guest was asked for memory, and whenever post-return ran. */
  readonly gates: number[] = [];
  readonly returned: number[] = [];
  allocations = 0;
  /** Answers instead of the allocator, when it is set. */
  answer: ((bytes: number, align: number) => number) | undefined;
  #next = 1024;

  readonly realloc = (_old: number, _oldBytes: number, align: number, bytes: number): number => {
    this.gates.push(this.gate.global.value);
    this.allocations++;
    return this.answer === undefined ? this.allocate(bytes, align) : this.answer(bytes, align);
  };

  readonly postReturn = (result: number): void => {
    this.gates.push(this.gate.global.value);
    this.returned.push(result);
  };

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  get size(): number {
    return this.memory.buffer.byteLength;
  }

  allocate(bytes: number, align = 1): number {
    const start = Math.ceil(this.#next / align) * align;
    this.#next = start + bytes;
    while (this.#next > this.size) this.memory.grow(1);
    return start;
  }

  put(bytes: Uint8Array): [pointer: number, length: number] {
    const pointer = this.allocate(bytes.length);
    new Uint8Array(this.memory.buffer).set(bytes, pointer);
    return [pointer, bytes.length];
  }

  text(text: string): [pointer: number, length: number] {
    return this.put(Buffer.from(text));
  }

  slice(at: number, [pointer, length]: [number, number]): void {
    this.view.setUint32(at, pointer, true);
    this.view.setUint32(at + 4, length, true);
  }

  /** Pointer and length at `address`, as text. */
  textAt(address: number): string {
    return this.bytesAt(address).toString('utf8');
  }

  bytesAt(address: number): Buffer {
    const pointer = this.view.getUint32(address, true);
    return Buffer.from(this.memory.buffer.slice(pointer, pointer + this.view.getUint32(address + 4, true)));
  }

  scalar(at: number, value: Scalar): void {
    if (typeof value === 'string') {
      this.view.setUint8(at, 0);
      this.slice(at + 8, this.text(value));
    } else if (typeof value === 'bigint') {
      this.view.setUint8(at, 1);
      this.view.setBigInt64(at + 8, value, true);
    } else if (typeof value === 'number') {
      this.view.setUint8(at, 2);
      this.view.setFloat64(at + 8, value, true);
    } else if (typeof value === 'boolean') {
      this.view.setUint8(at, 3);
      // Any byte but 0 is true.
      this.view.setUint8(at + 8, value ? 0x80 : 0);
    } else {
      this.view.setUint8(at, 4);
      this.slice(at + 8, this.put(value));
    }
  }

  preds(at: number, preds: readonly Pred[]): void {
    const list = this.allocate(32 * preds.length, 8);
    this.slice(at, [list, preds.length]);
    preds.forEach(([kind, path, operand], index) => {
      const pred = list + 32 * index;
      this.view.setUint8(pred, kind);
      this.slice(pred + 8, this.text(path));
      if (kind === 1) this.scalar(pred + 16, operand as Scalar);
      else if (kind === 2 || kind === 5) this.slice(pred + 16, this.text(operand as string));
      else if (kind === 4) this.view.setFloat64(pred + 16, operand as number, true);
      else if (kind === 3) {
        const values = operand as readonly Scalar[];
        const start = this.allocate(16 * values.length, 8);
        this.slice(pred + 16, [start, values.length]);
        for (const [place, value] of values.entries()) this.scalar(start + 16 * place, value);
      }
    });
  }

  /** Any export of the guest: returns `result` when it is called. */
  lifted(result: number): LiftedFunction {
    const { memory, realloc, postReturn } = this;
    return { call: () => result, memory, realloc, postReturn };
  }

  exports(result: number): TangentExports {
    const lifted = this.lifted(result);
    return { metadata: lifted, probe: lifted, processLogs: lifted };
  }
}
