/** The components that real toolchains made. */
import { describe, expect, test } from 'vitest';
import { compileComponent } from '../../../src/plugin/component/compile.ts';
import { fixture, fixtureNames, recordingHost, textAt } from './fixtures.ts';

const maxMemoryBytes = 64 << 20;
const logview = 'tangent:logs/log@0.1.0';

describe.each(fixtureNames)('%s', (name) => {
  const module = compileComponent(fixture(name), { maxMemoryBytes });

  test('is linked and answers', () => {
    const { metadata, probe, processLogs } = module.instantiate(recordingHost());
    const pair = metadata.call();
    expect(textAt(metadata.memory, pair)).toBe(name);
    expect(textAt(metadata.memory, pair + 8)).toBe('0.1.0');
    metadata.postReturn?.(pair);
    expect(probe.call()).toBeGreaterThan(0);
    expect(processLogs.realloc).toBeTypeOf('function');
  });

  test('asks for what it uses by the names of interfaces', () => {
    const host = recordingHost();
    module.instantiate(host);
    const names = host.lowered.filter(({ interfaceName }) => interfaceName === logview).map((item) => item.name);
    expect(names).toContain('[method]logview.get');
    expect(names).toContain('[resource-drop]logview');
    for (const item of host.lowered) {
      expect(item.interfaceName).toMatch(/^(tangent:logs\/[a-z]+@0\.1\.0|wasi:[a-z]+\/[a-z-]+@0\.2\.\d+)$/);
      if (item.name.startsWith('[resource-drop]')) expect(item.options.memory).toBe(undefined);
      else if (item.interfaceName === logview) expect(item.options.memory).toBeInstanceOf(WebAssembly.Memory);
    }
  });

  test('has memories of its own in every instance, capped', () => {
    const [one, two] = [module.instantiate(recordingHost()), module.instantiate(recordingHost())];
    expect(one.metadata.memory).not.toBe(two.metadata.memory);
    expect(one.metadata.memory).toBe(one.processLogs.memory);
    const { memory } = one.metadata;
    const left = (maxMemoryBytes - memory.buffer.byteLength) / 65_536;
    expect(() => memory.grow(left + 1)).toThrow(RangeError);
    memory.grow(left);
  });
});

test('a call of a guest arrives with its values', () => {
  const host = recordingHost();
  const { processLogs } = compileComponent(fixture('scaffold-c'), { maxMemoryBytes }).instantiate(host);
  const handles = processLogs.realloc!(0, 0, 4, 4);
  new DataView(processLogs.memory.buffer).setUint32(handles, 77, true);
  expect(processLogs.call(handles, 1)).toBeGreaterThan(0);
  const [first] = host.calls.filter(({ name }) => name.startsWith('[method]'));
  expect(first).toMatchObject({ name: '[method]logview.get', values: [77, expect.any(Number), 3, expect.any(Number)] });
  expect(host.calls.at(-1)).toEqual({ name: '[resource-drop]logview', values: [77] });
});

test('a memory that starts above the limit is refused', () => {
  expect(() => compileComponent(fixture('scaffold-rust'), { maxMemoryBytes: 1 << 20 })).toThrow(
    'its memory starts at 1088 KiB, and the limit is 1 MiB; a higher --memory allows it',
  );
});
