/** The plugins of fixtures/plugins/tangent, and a host that notes what it is asked for and answers nothing. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Gate } from '../../../src/plugin/gate.ts';
import type { CanonOptions, TangentHost } from '../../../src/plugin/tangent-module.ts';

const folder = new URL('../../../fixtures/plugins/tangent/', import.meta.url);

export const fixtureNames = ['scaffold-as', 'scaffold-c', 'scaffold-rust', 'scaffold-qjs', 'bench'] as const;
export type FixtureName = (typeof fixtureNames)[number];

export function fixture(name: FixtureName): Uint8Array {
  if (name === 'scaffold-qjs') {
    return new Uint8Array(gunzipSync(readFileSync(fileURLToPath(new URL(`${name}.wasm.gz`, folder)))));
  }
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`${name}.wasm`, folder))));
}

export interface RecordingHost extends TangentHost {
  readonly lowered: { readonly interfaceName: string; readonly name: string; readonly options: CanonOptions }[];
  /** Names of the functions that were called, and with what. */
  readonly calls: { readonly name: string; readonly values: readonly unknown[] }[];
}

export function recordingHost(answer: unknown = 0): RecordingHost {
  const lowered: RecordingHost['lowered'] = [];
  const calls: RecordingHost['calls'] = [];
  return {
    gate: new Gate(),
    lowered,
    calls,
    lower: (interfaceName, name, options) => {
      lowered.push({ interfaceName, name, options });
      return (...values: never[]) => {
        calls.push({ name, values });
        return answer;
      };
    },
  };
}

/** A string that is a pair of address and size in a guest's memory. */
export function textAt(memory: WebAssembly.Memory, pair: number): string {
  const view = new DataView(memory.buffer);
  const bytes = new Uint8Array(memory.buffer, view.getUint32(pair, true), view.getUint32(pair + 4, true));
  return new TextDecoder().decode(bytes);
}
