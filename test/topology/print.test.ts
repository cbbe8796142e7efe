/**
 * What is printed: the normal form is a file that means the same, drawings stay in their columns, secrets are in none.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DrawFormat, drawTopology } from '../../src/topology/draw.ts';
import { checkTree, Problems, type Topology } from '../../src/topology/index.ts';
import { printTopology } from '../../src/topology/print.ts';
import { root } from '../support/compiled.ts';
import { checkOptions, environment, sourceOf, table, topologyOf, treeOf } from './support.ts';

const folder = join(root, 'fixtures/topology');
const names = readdirSync(join(folder, 'good'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace('.yaml', ''));
const given = { ...environment, GEO_DB: 'geo.db', MEMORY: '64MiB' };
const textOf = (name: string) => readFileSync(join(folder, 'good', `${name}.yaml`), 'utf8');

function printed(text: string, hasOrigins: boolean): string {
  const problems = new Problems();
  const source = sourceOf(text);
  return printTopology(checkTree(treeOf(text, problems, given), source, checkOptions, problems), table, { hasOrigins });
}

/** What a topology means, without places, and with nodes in routes by their settings. */
function meaningOf(topology: Topology): unknown {
  const plain = (key: string, value: unknown) =>
    ['place', 'path', 'isOwn', 'warnings', 'file', 'defaults'].includes(key) ? undefined : value;
  const nodes = [...topology.sources, ...topology.plugins, ...topology.sinks];
  const order = new Map(nodes.map(({ name }, i) => [name, `node ${i}`]));
  const text = JSON.stringify(topology, (key, value) => {
    const shown = plain(key, value);
    return typeof shown === 'string' && ['name', 'from', 'to', 'rejects', 'sink', 'into'].includes(key)
      ? (order.get(shown) ?? shown)
      : shown;
  });
  return JSON.parse(text);
}

describe('the normal form', () => {
  test.each(names)('of %s means the same', (name) => {
    for (const hasOrigins of [true, false]) {
      const again = printed(textOf(name), hasOrigins).replaceAll('•••', 'secret-token');
      expect(meaningOf(topologyOf(again, given)), again).toEqual(meaningOf(topologyOf(textOf(name), given)));
    }
  });

  test.each(['full', 'only-urls', 'selectors'])('of %s', async (name) => {
    await expect(printed(textOf(name), true)).toMatchFileSnapshot(join(folder, 'printed', `${name}.txt`));
  });

  test('names variables in place of what they hold, where that may be a secret', () => {
    const held = (name: string) => '$'.concat(`{${name}}`);
    const text = [
      `plugins:\n  geo: { file: ./g.wasm, args: [-k, "${held('PASSWORD')}"], config: { db: "x-${held('PASSWORD')}" } }`,
      `sinks:\n  a: { type: http, url: "https://h/${held('PASSWORD')}" }`,
      `routes:\n  - stdin -> geo -> a\n  - geo -> https://h/${held('PASSWORD')}/x, stdout\n`,
    ].join('\n');
    const shown = printed(text, true);
    expect(shown).not.toContain('hunter2');
    for (const part of [`db: x-${held('PASSWORD')}`, `url: https://h/${held('PASSWORD')}/x`])
      expect(shown).toContain(part);
    const topology = topologyOf(text);
    for (const format of ['text', 'dot', 'mermaid', 'json'] as const) {
      expect(drawTopology(topology, format)).not.toContain('hunter2');
    }
    expect(topology.sinks[1]).toMatchObject({ type: 'http', url: 'https://h/hunter2/x' });
    expect(meaningOf(topologyOf(printed(text, false)))).toEqual(meaningOf(topology));
  });

  test('has no secrets', () => {
    const text = [
      'sources:\n  hook: { type: http, listen: 127.0.0.1:1, token: hunter2 }\n  q: nats://u:hunter2@h:4222/S?consumer=c',
      'plugins:\n  geo: { file: ./g.wasm, config: { api_key: hunter2, url: "http://u:$'.concat(
        '{PASSWORD}@h/", deep: { password: hunter2 } } }',
      ),
      'sinks:\n  a: { type: http, url: "https://u:hunter2@h/x?token=hunter2", headers: { X: hunter2 } }',
      'routes:\n  - hook, q -> geo -> a\n  - geo -> nats://u:hunter2@h:4222/S\nrejects: a\n',
    ].join('\n');
    const topology = topologyOf(text);
    const drawings = (['text', 'dot', 'mermaid', 'json'] as const).map((format) => drawTopology(topology, format));
    for (const shown of [printed(text, true), printed(text, false), ...drawings])
      expect(shown).not.toContain('hunter2');
    expect(JSON.stringify(topology)).toContain('hunter2');
  });
});

describe('drawings', () => {
  const formats: readonly DrawFormat[] = ['text', 'dot', 'mermaid', 'json'];
  test.each(names.flatMap((name) => formats.map((format) => [name, format] as const)))(
    'of %s as %s',
    (name, format) => {
      const drawing = drawTopology(topologyOf(textOf(name), given), format);
      expect(drawing.endsWith('\n')).toBe(true);
      if (format === 'text') for (const line of drawing.split('\n')) expect(line.length, line).toBeLessThan(125);
      if (format === 'json') expect(JSON.parse(drawing).edges.length).toBeGreaterThan(0);
    },
  );

  test.each(formats)('of the full example as %s', async (format) => {
    const drawing = drawTopology(topologyOf(textOf('full'), given), format);
    await expect(drawing).toMatchFileSnapshot(join(folder, 'printed', `full-${format}.txt`));
  });

  test('do nothing to a terminal, and stay in their quotes', () => {
    const topology = topologyOf(
      'routes:\n  - { from: stdin, to: stdout, where: \'a == "\\u001b]0;x" && b ~ "[\\"|]"\' }\n',
    );
    for (const format of formats) expect(drawTopology(topology, format)).not.toMatch(/\p{Cc}(?<!\n)/u);
    expect(drawTopology(topology, 'dot')).toContain('\\"[\\\\\\"|]\\"');
    expect(drawTopology(topology, 'mermaid').split('|"')[1]!.split('"|')[0]).not.toMatch(/["|<>]/);
  });
});
