/**
 * Components of real toolchains (fixtures/plugins/tangent) linked with this WASI and with nothing behind Tangent's own
 * interfaces: their start-up code runs, and they can be asked their names.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compileComponent } from '../../../src/plugin/component/compile.ts';
import { Gate } from '../../../src/plugin/gate.ts';
import { Trap } from '../../../src/plugin/guest.ts';
import { liftMetadata } from '../../../src/plugin/tangent/canonical.ts';
import type { TangentHost } from '../../../src/plugin/tangent-module.ts';
import { preview2 } from '../../../src/plugin/wasi/preview2.ts';
import { fakeWorld } from './support.ts';

const open = (file: string): Uint8Array => {
  const bytes = readFileSync(new URL(`../../../fixtures/plugins/tangent/${file}`, import.meta.url));
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};

test.each(['scaffold-c.wasm', 'scaffold-rust.wasm', 'scaffold-as.wasm', 'scaffold-qjs.wasm.gz'])('%s', (file) => {
  const gate = new Gate();
  const world = fakeWorld({});
  const host: TangentHost = {
    gate,
    lower: (interfaceName, functionName, options) => {
      if (!interfaceName.startsWith('wasi:')) {
        return () => {
          throw new Trap(`${functionName} is not here`);
        };
      }
      const found = preview2(world, { ...options, gate })(interfaceName, functionName);
      if (found === undefined) throw new Error(`${interfaceName} ${functionName} is missing`);
      return found;
    },
  };
  const exports = compileComponent(open(file), { maxMemoryBytes: 64 << 20 }).instantiate(host);
  expect(liftMetadata(exports, gate).name).toMatch(/\w/);
});
