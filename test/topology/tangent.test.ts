/**
 * Configurations of Tangent, as its documentation describes them: each becomes a topology, or is refused in words.
 * NAME.txt is what `slung check --convert` outputs, and what is said besides.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertedText } from '../../src/topology/convert.ts';
import { checkTopology, Problems, renderProblem, sortProblems, TopologyError } from '../../src/topology/index.ts';
import { readYaml } from '../../src/topology/read-yaml.ts';
import { fromTangent, isTangent } from '../../src/topology/tangent.ts';
import { root } from '../support/compiled.ts';
import { checkOptions, saidOf, sourceOf, topologyOf } from './support.ts';

const folder = join(root, 'fixtures/topology/tangent');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));
const textOf = (name: string) => readFileSync(join(folder, `${name}.yaml`), 'utf8');
const given = { ENVIRONMENT: 'test' };
const options = { exists: (path: string) => path === './plugins/dns.wasm' };

/** As it is loaded. @throws TopologyError */
function loaded(name: string) {
  const problems = new Problems();
  const source = sourceOf(textOf(name), 'tangent.yaml');
  const tree = readYaml(source, given, problems);
  expect(isTangent(tree)).toBe(true);
  const converted = isTangent(tree) ? fromTangent(tree, options, problems) : undefined;
  return checkTopology(converted, source, checkOptions, problems);
}

/** What is printed by --convert, and what is said. */
function converted(name: string): { text: string; said: string } {
  const problems = new Problems();
  const source = sourceOf(textOf(name), 'tangent.yaml');
  const tree = readYaml(source, undefined, problems);
  const text = isTangent(tree) ? convertedText(fromTangent(tree, options, problems)) : '';
  const said = sortProblems(problems.list).map((problem) => `${renderProblem(problem, problems.secrets)}\n`);
  return { text: problems.hasErrors ? '' : text, said: said.join('') };
}

describe('configurations of Tangent', () => {
  test.each(names)('%s', async (name) => {
    const { text, said } = converted(name);
    expect(said).not.toContain('hunter2');
    await expect(`${text}${said}`).toMatchFileSnapshot(join(folder, `${name}.txt`));
  });

  test.each(['mapper', 'zeek', 'detection', 'straight'])('%s loads, and means what its conversion means', (name) => {
    const topology = loaded(name);
    const again = topologyOf(converted(name).text, given);
    const meaning = ({ sources, plugins, sinks, edges, defaults, tests }: typeof topology) => ({
      nodes: [...sources, ...plugins, ...sinks].map(({ place, path, ...node }) => node),
      edges: edges.map(({ from, to }) => `${from} -> ${to}`),
      defaults: [...defaults].map(([key, { value }]) => [key, value]),
      tests: tests.map(({ place, ...other }) => other),
    });
    expect(meaning(topology)).toEqual(meaning(again));
  });

  test('keep their comments', () => {
    const { text } = converted('mapper');
    const comments = ['A mapper over TCP: what comes in', 'KiB', 'made from main.go', 'in', 'the end'];
    for (const comment of comments) expect(text).toContain(`# ${comment}`);
  });

  test('have a plugin where it is, and else where the component would be', () => {
    expect(loaded('zeek').plugins.map(({ file }) => file)).toEqual([
      './plugins/conn.component.wasm',
      './plugins/dns.wasm',
    ]);
  });

  test('name native code where nothing else is, which is refused with what is wanted in its place', () => {
    const problems = new Problems();
    const tree = readYaml(sourceOf(textOf('zeek'), 'tangent.yaml'), given, problems);
    const onlyNative = { exists: (path: string) => path.endsWith('.cwasm') };
    const yaml = isTangent(tree) ? convertedText(fromTangent(tree, onlyNative, problems)) : '';
    expect(saidOf(yaml.replace(/\$\{ENVIRONMENT\}/g, 'x'))).toContain(
      'conn.cwasm is native code of one wasmtime version; use ./plugins/conn.component.wasm',
    );
  });

  test('are refused with the place of what is wrong', () => {
    for (const name of ['refused', 'no-list']) expect(() => loaded(name)).toThrow(TopologyError);
    // The graph is checked as that of any other file.
    expect(() => loaded('dag-of-nothing')).toThrow(/plugin "p" puts its output nowhere/);
  });

  test('are recognised by dag, and nothing else is', () => {
    expect(saidOf('dag: []\nroutes: [ stdin -> stdout ]\n')).toContain('unknown key "dag"');
  });
});
