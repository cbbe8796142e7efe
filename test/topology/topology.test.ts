/** What a topology becomes: names, defaults, variables, URLs, edges in the order of the file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeOf, placeText, type Topology } from '../../src/topology/index.ts';
import { root } from '../support/compiled.ts';
import { saidOf, topologyOf } from './support.ts';

const good = (name: string) => readFileSync(join(root, `fixtures/topology/good/${name}.yaml`), 'utf8');
const edgesOf = ({ edges }: Topology) => edges.map(({ from, to }) => `${from} -> ${to}`);

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Map) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

describe('a topology', () => {
  test('has nodes, edges and defaults', () => {
    const topology = topologyOf(good('full'), { GEO_DB: 'geo.db' });
    expect(topology.sources.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'app nats',
      'files file',
      'hook http',
    ]);
    expect(topology.plugins.map(({ name, file }) => `${name} ${file}`)).toEqual([
      'mapper ./mapper.wasm',
      'geo ./geo.component.wasm',
    ]);
    expect(edgesOf(topology)).toEqual([
      ...['app -> mapper', 'mapper -> geo', 'files -> geo', 'hook -> geo', 'geo -> errors', 'geo -> pager'],
      ...['geo -> clean', 'geo -> out', 'geo -> archive', 'geo -> out'],
    ]);
    expect(topology.edges.map(({ group, branch }) => `${group}/${branch}`).slice(4)).toEqual([
      ...['0/0', '0/0', '0/1', '0/2', '-1/0', '-1/0'],
    ]);
    expect(topology.rejects).toBe('dead');
    expect(topology.shutdownTimeoutMs).toBe(30_000);
    expect([...topology.defaults].map(([key, { value }]) => `${key}=${value}`)).toEqual([
      ...['batch-bytes=524288', 'batch-age=5', 'max-record=67108864', 'shutdown-timeout=30000'],
    ]);
    const geo = topology.plugins[1]!;
    expect({ ...geo.config }).toEqual({ db: 'geo.db' });
    expect(geo).toMatchObject({
      memoryBytes: 128 << 20,
      timeLimitMs: 500,
      lanes: 2,
      onError: 'skip',
      unmatched: 'pass',
    });
    expect(topology.plugins[0]).toMatchObject({ memoryBytes: 256 << 20, lanes: undefined, onError: 'fail' });
    expect(nodeOf(topology, 'pager')?.node).toMatchObject({
      url: 'https://pager.example/v1/events',
      batchBytes: 262_144,
      retry: { max: 8, forMs: 600_000, firstMs: 100, mostMs: 10_000 },
      onFailure: { sink: 'dead' },
    });
    const last = topology.edges.at(-1)!;
    expect(last.projection).toEqual({
      format: 'csv',
      header: true,
      fields: [
        { name: 'time', path: 'time' },
        { name: 'service', path: 'source.name' },
        { name: 'duration_ms', path: 'duration_ms' },
      ],
    });
    expect(topology.tests[0]).toMatchObject({ into: 'geo', input: { records: [expect.stringContaining('billing')] } });
    expect(topology.tests[0]!.expect.get('errors')).toEqual({ file: 'fixtures/errors.ndjson' });
    expect(topology.tests[0]!.expect.get('pager')).toBe(1);
  });

  test('is frozen, and knows where everything was written', () => {
    const topology = topologyOf(good('full'), { GEO_DB: 'geo.db' });
    for (const part of [topology.sources, topology.plugins, topology.sinks, topology.tests])
      expect(isFrozen(part)).toBe(true);
    expect(Object.isFrozen(topology) && topology.edges.every((edge) => Object.isFrozen(edge))).toBe(true);
    const { place } = topology.sources[0]!;
    expect(good('full').split('\n')[Number(/:(\d+):/.exec(placeText(place))![1]) - 1]).toMatch(/^ {2}app:/);
  });

  test('takes URLs and paths where names stand', () => {
    const topology = topologyOf(good('only-urls'));
    expect(edgesOf(topology)).toEqual([
      'file:/var/log/app.ndjson?follow&positions=./positions -> geo',
      'geo -> file:out.ndjson?append',
      'geo -> https://pager.example/v1?x=1&y=2',
      'geo -> tcp://127.0.0.1:9000',
      'geo -> dir:archive/{level}.ndjson',
      'geo -> store:./numbers?series=http.latency&time=ts&value=ms',
    ]);
    expect(topology.sources[0]).toMatchObject({
      paths: ['/var/log/app.ndjson'],
      follow: true,
      positions: './positions',
    });
    expect(topology.sinks[0]).toMatchObject({ type: 'file', file: 'out.ndjson', mode: 'append' });
    expect(topology.sinks[1]).toMatchObject({ type: 'http', url: 'https://pager.example/v1?x=1&y=2' });
    expect(topology.sinks[2]).toMatchObject({ type: 'tcp', address: { host: '127.0.0.1', port: 9000 } });
    expect(topology.sinks[4]).toMatchObject({
      directory: './numbers',
      points: { series: { kind: 'name', text: 'http.latency' }, time: 'ts', values: ['ms'], tags: [] },
    });
  });

  test('names a URL without its password', () => {
    const topology = topologyOf('routes:\n  - nats://u:hunter2@h:4222/LOGS?consumer=c -> stdout\n');
    expect(topology.edges[0]!.from).toBe('nats://u:•••@h:4222/LOGS?consumer=c');
    expect(topology.sources[0]).toMatchObject({ url: 'nats://u:hunter2@h:4222', stream: 'LOGS', consumer: 'c' });
  });

  test('takes several servers of one cluster', () => {
    const topology = topologyOf('routes:\n  - nats://hunter2@h:4222,i:4222/LOGS?consumer=c -> stdout, stderr\n');
    expect(topology.edges.map(({ from }) => from)).toEqual(Array(2).fill('nats://•••@h:4222,i:4222/LOGS?consumer=c'));
    expect(topology.sources[0]).toMatchObject({ url: 'nats://hunter2@h:4222,i:4222', stream: 'LOGS', consumer: 'c' });
  });

  test('reads the unit of times for a selector', () => {
    const where = "where: 't > @now-1h'";
    const first = `[ { ${where}, time-unit: ms, to: stdout }, { to: drop } ]`;
    const routes = `[ { from: stdin, ${where}, time-unit: s, to: stdout }, { from: stdin, first: ${first} } ]`;
    const { edges } = topologyOf(`routes: ${routes}`);
    expect(edges.map((edge) => edge.where?.timeUnit)).toEqual(['s', 'ms', undefined]);
  });

  test('merges anchors; its own keys win', () => {
    const [a, b] = topologyOf(good('anchors')).sinks;
    expect(a).toMatchObject({ url: 'https://a.example/', batchBytes: 262_144, concurrency: 4, retry: { max: 8 } });
    expect(b).toMatchObject({ url: 'https://b.example/', batchBytes: 262_144, concurrency: 1 });
  });

  test('keeps the text of scalars: digits, yes, variables', () => {
    const held = `a: "b"\n- $\{LANES}`;
    const topology = topologyOf(good('variables'), { LANES: '4', WORDS: held });
    const { config, lanes, memoryBytes } = topology.plugins[0]!;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what is not read again
    expect({ ...config }).toEqual({ words: held, literal: '${LANES}', ports: '[1,2.5,"yes"]' });
    expect([lanes, memoryBytes]).toEqual([4, 128 << 20]);
  });

  test('takes selectors as text, as a list of which all hold, and as lists of predicates', () => {
    const [first, second] = topologyOf(good('selectors')).edges;
    expect(first!.where).toMatchObject({ texts: ['level == "error"', 'status >= 500'], lists: undefined });
    expect(first!.projection).toMatchObject({ format: 'csv', header: false });
    expect(second!.where!.lists).toEqual([
      { any: [{ eq: ['level', 'error'] }, { gt: ['status', 499] }], none: [{ has: 'debug' }] },
    ]);
  });

  test('is not what warns', () => {
    expect(saidOf(good('smallest'))).toBe('');
    expect(saidOf('routes: [ stdin -> drop ]')).toBe('');
  });
});

test('names and words that every object has are like any other', () => {
  for (const name of ['constructor', 'toString', '__proto__']) {
    const yaml = `sinks: { ${name}: { type: file, path: x.ndjson } }\nroutes: [ stdin -> ${name} ]\n`;
    expect(edgesOf(topologyOf(yaml))).toEqual([`stdin -> ${name}`]);
    expect(saidOf(`routes: [ stdin -> ${name} ]`)).toContain(`no source, plugin or sink is called "${name}"`);
    expect(saidOf(`sinks: { s: { type: ${name} } }\nroutes: [ stdin -> s ]`)).toContain(`slung has no sink "${name}"`);
  }
});
