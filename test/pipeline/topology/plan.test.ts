import { describe, expect, it } from 'vitest';
import { type PlannedNode, planNodes, usedSinks } from '../../../src/pipeline/topology/plan.ts';
import { topologyOf } from '../../topology/support.ts';

const plugins = 'plugins: { a: ./a.wasm, b: ./b.wasm }\n';

/** A node as a line: what it is, what it reads, and where its output goes. */
function lineOf(node: PlannedNode): string {
  const arrows = (edges: readonly { from: string; to: string }[]) => edges.map(({ from, to }) => `${from}->${to}`);
  if (node.kind === 'router') return `router ${node.of}: ${arrows(node.edges).join(' ')}`;
  const reads = [...node.sources.map(({ name }) => name), node.before?.name, ...arrows(node.edges)].filter(Boolean);
  const { output } = node;
  const goes = output.to === 'router' ? 'router' : output.to === 'plugin' ? output.plugin.name : arrows(output.edges);
  return `plugin ${node.plugin.name}: ${reads.join(' ')} | ${goes}`;
}

const planOf = (text: string): readonly string[] => planNodes(topologyOf(text)).map(lineOf);

describe('the nodes of a topology', () => {
  it('lets a plugin read and write by itself where nothing is to be looked for', () => {
    expect(planOf(`${plugins}routes: [ stdin -> a -> b -> stdout ]`)).toEqual([
      'plugin a: stdin | b',
      'plugin b: a | b->stdout',
    ]);
  });

  it('puts a router between a source and its sinks', () => {
    expect(planOf('routes: [ stdin -> stdout, stdin -> stderr ]')).toEqual([
      'router stdin: stdin->stdout stdin->stderr',
    ]);
  });

  it('puts a router where a source has several readers, or a selector', () => {
    expect(planOf(`${plugins}routes: [ stdin -> a -> stdout, stdin -> b -> drop ]`)).toEqual([
      'router stdin: stdin->a stdin->b',
      'plugin a: stdin->a | a->stdout',
      'plugin b: stdin->b | b->drop',
    ]);
    const text = `${plugins}routes:\n  - { from: stdin, where: has(x), to: a }\n  - a -> b -> stdout\n`;
    expect(planOf(text)).toEqual(['router stdin: stdin->a', 'plugin a: stdin->a | b', 'plugin b: a | b->stdout']);
  });

  it('puts a router behind a plugin that has selectors or projections behind it', () => {
    const text = `${plugins}routes:\n  - stdin -> a -> b -> stdout\n  - { from: a, to: stderr, fields: [x] }\n`;
    expect(planOf(text)).toEqual([
      'plugin a: stdin | router',
      'router a: a->b a->stderr',
      'plugin b: a->b | b->stdout',
    ]);
  });

  it('orders plugins by what they read, whatever their order in the file is', () => {
    expect(planOf(`${plugins}routes: [ stdin -> b -> a -> stdout ]`)).toEqual([
      'plugin b: stdin | a',
      'plugin a: b | a->stdout',
    ]);
  });

  it('tells the lines of several inputs apart', () => {
    const sources = 'sources: { x: { path: x.ndjson }, y: { path: y.ndjson } }\n';
    const one = 'plugins: { a: ./a.wasm }\n';
    expect(planOf(`${sources}${one}routes: [ "x, y -> a -> stdout" ]`)).toEqual(['plugin a: x y | a->stdout']);
    expect(planOf(`${sources}${plugins}routes: [ x -> a -> b, y -> b -> stdout ]`)).toEqual([
      'plugin a: x | router',
      'router a: a->b',
      'plugin b: y a->b | b->stdout',
    ]);
  });

  it('leaves out what no record can come to', () => {
    const text = `${plugins}sources: { x: { path: x.ndjson } }\nroutes: [ stdin -> a -> stdout, b -> drop ]`;
    expect(planOf(text)).toEqual(['plugin a: stdin | a->stdout']);
  });

  it('writes to files of keys by way of a router', () => {
    expect(planOf(`${plugins}routes:\n  - stdin -> a -> dir:out/{x}.ndjson\n`)).toEqual([
      'plugin a: stdin | router',
      'router a: a->dir:out/{x}.ndjson',
    ]);
  });
});

describe('the sinks that are used', () => {
  it('has those of routes, of rejects, and those that others fail over to', () => {
    const text = [
      'sinks:',
      '  x: { type: file, path: x, on-failure: y }',
      '  y: { type: file, path: y }',
      '  bad: { type: file, path: bad }',
      'routes: [ stdin -> x ]',
      'rejects: bad',
    ].join('\n');
    expect(usedSinks(topologyOf(text)).map(({ name }) => name)).toEqual(['x', 'y', 'bad']);
  });
});
