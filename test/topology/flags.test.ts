/** A command line as a topology: what is typed, the graph that it is, and the file that could be written instead. */
import { describe, expect, test } from 'vitest';
import { fromFlags, warnOfLeft } from '../../src/topology/flags.ts';
import { checkTree, Problems, renderProblem, type Topology, TopologyError } from '../../src/topology/index.ts';
import { printTopology } from '../../src/topology/print.ts';
import type { TypedLine } from '../../src/topology/words.ts';
import { checkOptions, table, topologyOf } from './support.ts';

/** `select --where X f` */
function lineOf(words: readonly string[]): TypedLine {
  const [command, ...rest] = words as ['select' | 'run', ...string[]];
  const end = rest.indexOf('--');
  const own = end < 0 ? rest : rest.slice(0, end);
  const flags: { long: string; text: string }[] = [];
  const operands: string[] = [];
  for (let i = 0; i < own.length; i += 1) {
    if (own[i] === '--no-header') flags.push({ long: 'no-header', text: 'false' });
    else if (own[i] === '--follow') flags.push({ long: 'follow', text: 'true' });
    else if (own[i]!.startsWith('--')) {
      flags.push({ long: own[i]!.slice(2), text: own[i + 1]! });
      i += 1;
    } else operands.push(own[i]!);
  }
  return { command, flags, operands, args: end < 0 ? [] : rest.slice(end + 1) };
}

function checkedOf(words: readonly string[]) {
  const problems = new Problems();
  const line = fromFlags(lineOf(words), problems);
  warnOfLeft(line, problems);
  const { tree, source } = line;
  return checkTree(tree, source, checkOptions, problems);
}

const graphOf = ({ edges }: Topology): string[] =>
  edges.map(({ from, to, where, group }) => {
    const test = where === undefined ? '' : ` where ${where.texts.join(' && ')}`;
    return `${from} -> ${to}${test}${group < 0 ? '' : ' (first)'}`;
  });

describe('a command line', () => {
  test.each([
    [['select'], ['stdin -> stdout']],
    [['select', '-'], ['stdin -> stdout']],
    [['select', '--where', 'a == 1', '--where', 'b == 2', 'f'], ['in -> stdout where a == 1 && b == 2']],
    [
      ['run', 'a.wasm', '--then', './b.wasm'],
      ['stdin -> a', 'a -> b', 'b -> stdout'],
    ],
    [
      ['run', 'a.wasm', '--then', 'a.wasm'],
      ['stdin -> a', 'a -> a-2', 'a-2 -> stdout'],
    ],
    [
      ['run', '--where', 'x == 1', 'a.wasm', 'f', 'g'],
      ['in -> a', 'a -> stdout'],
    ],
    [
      ['run', 'p.wasm', 'nats://h/LOGS?consumer=c', '--output', 'nats://h/CLEAN.app'],
      ['in -> p', 'p -> out'],
    ],
    [
      ['run', 'p.wasm', '--tee', 'file:all.ndjson', '--tee', 'a == " -> x" -> file:some.ndjson', '--output', 'o'],
      ['stdin -> p', 'p -> out', 'p -> tee', 'p -> tee-2 where a == " -> x"'],
    ],
    [
      [
        'select',
        '--where',
        'ok == true',
        '--route',
        'level == "error" -> file:e',
        '--route',
        'level == "warn" -> file:w',
      ],
      [
        'stdin -> route where ok == true && level == "error" (first)',
        'stdin -> route-2 where ok == true && level == "warn" (first)',
        'stdin -> stdout where ok == true (first)',
      ],
    ],
    [
      ['select', '--record', 'series=a.b time=t value=v,w tags=x', '--store', './numbers', '--where', 'v > 1'],
      ['stdin -> stdout where v > 1', 'stdin -> store where v > 1'],
    ],
    [
      ['run', '--listen', 'ws://127.0.0.1:80', 'p.wasm'],
      ['listen -> p', 'p -> stdout'],
    ],
    [['select', '--listen', 'http://127.0.0.1:80/in'], ['listen -> stdout']],
    [['select', '--listen', 'unix:door', '--output', 'o'], ['listen -> out']],
    [
      ['select', '--follow', '--positions', 'p', 'a', 'b*.ndjson', '--output', 'o', '--tee', 'x'],
      ['in -> out', 'in -> tee'],
    ],
    [
      ['select', 'file:a?follow&positions=p', '--tee', 'drop'],
      ['in -> stdout', 'in -> drop'],
    ],
    [['select', '--output', 'stdout', '--rejects', 'drop'], ['stdin -> out']],
  ])('%j', (words, graph) => {
    const checked = checkedOf(words);
    expect(graphOf(checked.topology)).toEqual(graph);
    // The file that is printed is the same topology, but for what is relative to a directory.
    const again = topologyOf(printTopology(checked, table, { hasOrigins: false }), {});
    const meaning = ({ sources, plugins, sinks, edges, rejects }: Topology) => ({
      nodes: [...sources, ...plugins, ...sinks].map(({ place, path, ...node }) => ({ ...node, where: undefined })),
      edges: edges.map(({ from, to, group, branch, projection }) => ({ from, to, group, branch, projection })),
      rejects,
    });
    expect(meaning(again)).toEqual(meaning(checked.topology));
    expect(graphOf(again)).toEqual(graph);
  });

  test('has the settings of plugins', () => {
    const { topology } = checkedOf([
      ...['run', 'geo', '--plugin', 'geo=./x/geo.wasm', '--then', 'b.wasm', '--plugin-config', 'geo:db=eu=1'],
      ...[
        '--plugin-config',
        'all=5',
        '--abi',
        'b:wasi',
        '--memory',
        '64MiB',
        '--on-plugin-error',
        'skip',
        '--lanes',
        '2',
      ],
      ...[
        '--allow-net',
        'a.example',
        '--time',
        'ts',
        '--batch-bytes',
        '1MiB',
        '--cache',
        'c',
        '--rejects',
        'bad',
        '--',
        '-x',
        '1',
      ],
    ]);
    const [geo, b] = topology.plugins;
    expect(geo).toMatchObject({ file: './x/geo.wasm', memoryBytes: 64 << 20, onError: 'skip', abi: undefined });
    expect({ ...geo!.config }).toEqual({ all: '5', db: 'eu=1' });
    expect({ ...b!.config }).toEqual({ all: '5' });
    expect(b).toMatchObject({ file: 'b.wasm', abi: 'wasi', allowNet: ['a.example'], args: ['-x', '1'] });
    expect(b!.events.time).toBe('ts');
    expect([...topology.defaults.keys()]).toEqual(['batch-bytes', 'lanes', 'cache']);
    expect(topology.rejects).toBe('rejects');
    expect(topology.sinks.find(({ name }) => name === 'rejects')).toMatchObject({ type: 'file', file: 'bad' });
  });

  test('has what is output', () => {
    const { topology } = checkedOf([
      'select',
      '--to',
      'csv',
      '--fields',
      'a,b=c.d',
      '--no-header',
      '--output',
      'o.csv',
    ]);
    expect(topology.edges[0]!.projection).toEqual({
      ...{ format: 'csv', header: false },
      fields: [
        { name: 'a', path: 'a' },
        { name: 'b', path: 'c.d' },
      ],
    });
    expect(topology.sinks[0]).toMatchObject({ type: 'file', file: 'o.csv', mode: 'create' });
  });
});

test('what is followed is appended to, because a run without an end never names a file', () => {
  const modesOf = (...words: string[]) =>
    checkedOf(['select', ...words]).topology.sinks.map((sink) => 'mode' in sink && sink.mode);
  expect(modesOf('a', '--output', 'o', '--tee', 'x')).toEqual(['create', 'create']);
  expect(modesOf('--follow', 'a', '--output', 'o', '--tee', 'x')).toEqual(['append', 'append']);
  expect(modesOf('--listen', 'tcp://127.0.0.1:1', '--output', 'o')).toEqual(['append']);
  expect(modesOf('file:a?follow', '--route', 'a == 1 -> o')).toEqual(['append', false]);
  const [source] = checkedOf(['select', '--follow', '--positions', 'p', 'a', 'b*']).topology.sources;
  expect(source).toMatchObject({ type: 'file', paths: ['a', 'b*'], follow: true, positions: 'p' });
});

describe('what is wrong', () => {
  const saidOf = (words: readonly string[]): string => {
    try {
      return checkedOf(words)
        .topology.warnings.map((problem) => renderProblem(problem))
        .join('\n');
    } catch (error) {
      if (!(error instanceof TopologyError)) throw error;
      return error.problems.map((problem) => renderProblem(problem)).join('\n');
    }
  };

  test('is shown in the line', () => {
    expect(saidOf(['select', '--where', 'a = 1', 'f'])).toBe(
      [
        'command line: where: `=` is not an operator',
        "  slung select --where 'a = 1' f",
        '                          ^',
        '  did you mean `==`?',
      ].join('\n'),
    );
  });

  test.each([
    [['run'], 'run needs a plugin'],
    [['select', '--route', 'file:x'], '--route is not SELECTOR -> URL'],
    [['select', '--tee', 'kafka://x'], 'slung has no sink "kafka:"'],
    [['select', '--record', 'x'], '--record: "x" is not WORD='],
    [['select', 'a', '-'], 'a topology has no order between files and other sources'],
    [['select', '--output', 'x', '--tee', 'file:x'], 'out and tee both write x'],
    [['select', '--stats', 'json', '--csv-strict', 'true'], '--csv-strict has no place in a topology'],
    [['run', 'p.wasm', '--store', 'x'], '--store has no place in a topology'],
    [['select', '--on-error', 'keep'], 'on-error: "keep" is not one of skip, fail'],
    [['run', 'p.wasm', '--listen', 'ws://h'], 'listen: "h" is not HOST:PORT'],
  ])('%j', (words, message) => {
    expect(saidOf(words)).toContain(message);
  });
});
