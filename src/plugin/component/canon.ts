/**
 * Canonical definitions: `canon lift` and `canon lower` with their options, and the three operations on resources
 * (component model, design/mvp/Binary.md, `canon`). Everything asynchronous and every encoding but UTF-8 is refused
 * here, by name, because plugins that need them would fail later and less clearly.
 */
import type { ByteReader } from '../binary/reader.ts';
import type { CanonIndices, Definition, ResourceOperation } from './definitions.ts';

const resourceOperations: Readonly<Record<number, ResourceOperation>> = { 2: 'new', 3: 'drop', 4: 'rep' };

const asyncAdvice = 'build the plugin with the synchronous ABI (componentize-qjs: sync: true)';

export function readCanon(body: ByteReader): Definition {
  const start = body.at;
  const opcode = body.u8('a canonical definition');
  if (opcode <= 0x01) {
    if (body.u8('the form of a canonical definition') !== 0x00) {
      throw body.fault('a canonical definition of an unknown form', start);
    }
    const func = body.u32('a function index');
    const options = readOptions(body);
    if (opcode === 0x01) return { kind: 'lower', func, options };
    body.u32('a type index');
    return { kind: 'lift', func, options };
  }
  const operation = resourceOperations[opcode];
  if (operation === undefined) {
    throw body.fault(`it uses the asynchronous ABI (canon opcode 0x${opcode.toString(16)}); ${asyncAdvice}`, start);
  }
  return { kind: 'resource', operation, type: body.u32('a type index') };
}

function readOptions(body: ByteReader): CanonIndices {
  const indices: (number | undefined)[] = [];
  for (let left = body.count('options'); left > 0; left--) {
    const start = body.at;
    const option = body.u8('an option');
    if (option === 0x01) throw body.fault('its strings are UTF-16; build the plugin with UTF-8 strings', start);
    if (option === 0x02) throw body.fault('its strings are Latin-1+UTF-16; build the plugin with UTF-8 strings', start);
    if (option > 0x05) {
      throw body.fault(`it uses the asynchronous ABI (canon option 0x${option.toString(16)}); ${asyncAdvice}`, start);
    }
    if (option >= 0x03) indices[option] = body.u32('the index of an option');
  }
  return { memory: indices[0x03], realloc: indices[0x04], postReturn: indices[0x05] };
}
