/**
 * The mappers in fixtures/plugins/as against their pairs of input and expected output, through the stand-in host and
 * through the command line (which has to be built in dist).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compilePlugin, pluginFile } from '../../support/plugins.ts';
import { outputOf, unpacked } from './comparison.ts';
import { StandIn } from './stand-in.ts';

const folder = new URL('../../../fixtures/plugins/as/', import.meta.url);

function linesOf(name: string): string[] {
  const input: unknown = JSON.parse(readFileSync(new URL(`${name}/input.json`, folder), 'utf8'));
  return (Array.isArray(input) ? input : [input]).map((record) => JSON.stringify(record));
}

async function load(name: string): Promise<StandIn> {
  return new StandIn(await compilePlugin(`fixtures/plugins/as/${name}/plugin.ts`));
}

const slung = fileURLToPath(new URL('../../../bin/slung.js', import.meta.url));

const mappers = {
  redact: [{ any: [], all: [], none: [] }],
  scaffold: [{ any: [], all: [{ eq: ['source.name', 'myservice'] }], none: [] }],
  'zeek-conn': [{ any: [], all: [{ has: ['uid'] }, { eq: ['_path', 'conn'] }], none: [] }],
  'github-audit': [{ any: [], all: [{ has: ['action'] }, { has: ['@timestamp'] }], none: [] }],
  'qradar-offense': [{ any: [], all: [{ has: ['id'] }, { has: ['description'] }], none: [] }],
  'o365-messagetrace': [
    { any: [], all: [{ has: ['MessageId'] }, { has: ['Received'] }, { has: ['SenderAddress'] }], none: [] },
  ],
};

describe.each(Object.entries(mappers))('%s', (name, selectors) => {
  test('its pair', async () => {
    const plugin = await load(name);
    const { isError, text } = plugin.call(linesOf(name));
    expect(isError).toBe(false);
    const expected: unknown = JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8'));
    expect(unpacked(outputOf(text))).toEqual(unpacked(expected));
    expect(plugin.stderr).toBe('');
  });

  test('its pair, by slung run', async () => {
    const file = await pluginFile(`fixtures/plugins/as/${name}/plugin.ts`);
    const input = linesOf(name)
      .map((line) => `${line}\n`)
      .join('');
    const output = execFileSync(process.execPath, [slung, 'run', file], { input, encoding: 'utf8' });
    const expected: unknown = JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8'));
    expect(unpacked(outputOf(output))).toEqual(unpacked(expected));
  });

  test('name and selectors', async () => {
    const plugin = await load(name);
    expect(plugin.metadata()).toEqual({ name, version: '0.1.0' });
    expect(plugin.probe()).toEqual(selectors);
  });

  test('records without any of its fields, and with fields of the wrong type', async () => {
    const plugin = await load(name);
    const wrong = Object.fromEntries(Object.keys(JSON.parse(linesOf(name)[0]!)).map((key) => [key, { no: [null] }]));
    const { isError, text } = plugin.call(['{}', JSON.stringify(wrong), '[1]', 'null']);
    expect(isError).toBe(false);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.map((line) => typeof JSON.parse(line))).toEqual(Array(4).fill('object'));
  });
});

test('six-fields reads them, and wants every record', async () => {
  const plugin = await load('six-fields');
  expect(plugin.probe()).toEqual([{ any: [], all: [], none: [] }]);
  const record = { msg: 'a', level: 'b', seen: 3, duration: 6.25, source: { name: 'c' }, tags: ['d', 5, null, true] };
  expect(outputOf(plugin.call([JSON.stringify(record)]).text)).toEqual({
    ...{ msg: 'a', level: 'b', seen: 3, duration: 6.25, service: 'c', tags: ['d', 5, true] },
  });
});

describe('the bench', () => {
  const record = {
    int: 7,
    s8: 'abcdefgh',
    s64: 'x'.repeat(62),
    flt: 1.25,
    tags: ['a', 'bb', 'ccc'],
    source: { name: 'n' },
  };
  test.each([
    [0, 10],
    [1, 70],
    [2, 80],
    [3, 620],
    [4, 10],
    [5, 0],
    [6, 10 * 0x3ff40000],
    [7, 10],
    [8, 30],
  ])('mode %i', async (mode, sum) => {
    const plugin = await load('bench');
    const lines = [JSON.stringify({ ...record, _mode: mode, _n: 10 }), '{}'];
    expect(plugin.call(lines)).toEqual({ isError: false, text: `${sum}\n` });
  });
});
