/**
 * Files that nobody meant: bytes and pieces of the fixtures put together by chance. Whatever comes, it is a topology
 * or a list of problems, each of them bounded; no trace, no secret, no endless work. The seed of a failure is in its
 * message.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawTopology } from '../../src/topology/draw.ts';
import { type Checked, checkTree, Problems, type Topology, TopologyError } from '../../src/topology/index.ts';
import { printTopology } from '../../src/topology/print.ts';
import { readYaml } from '../../src/topology/read-yaml.ts';
import { root } from '../support/compiled.ts';
import { sized } from '../support/full.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';
import { checkOptions, environment, saidOf, sourceOf, table, topologyOf } from './support.ts';

const folder = join(root, 'fixtures/topology');
const samples = ['good', 'mistakes'].flatMap((name) =>
  readdirSync(join(folder, name))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(join(folder, name, file), 'utf8')),
);
const good = samples.slice(0, readdirSync(join(folder, 'good')).length);
const given = { ...environment, GEO_DB: 'x' };
const pieces = [
  '[',
  ']',
  '{',
  '}',
  ': ',
  ' -> ',
  '$'.concat('{'),
  '$'.concat('{LANES}'),
  '"',
  "'",
  '\t',
  '\0',
  '*a',
  '&a ',
  '!x ',
  '|\n',
  '>-\n',
  '- ',
  '\n',
  '<<: ',
  '\ud800',
  '\u202e',
  '? ',
  '---\n',
  '%YAML 1.1\n',
  '# ',
  'null',
  '1e400',
  '-0',
];

const pick = <T>(list: readonly T[], chance: Chance): T => list[chance(list.length)]!;

const mutations: readonly ((text: string, chance: Chance) => string)[] = [
  (text, chance) => {
    const at = chance(text.length + 1);
    return text.slice(0, at) + pick(pieces, chance) + text.slice(at);
  },
  (text, chance) => {
    const at = chance(text.length + 1);
    return text.slice(0, at) + text.slice(at + 1 + chance(5));
  },
  (text, chance) => {
    const at = chance(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(chance(chance(2) === 0 ? 128 : 65_536)) + text.slice(at + 1);
  },
  // Lines change their places, their indentation, or come from another file.
  (text, chance) => {
    const lines = text.split('\n');
    lines.splice(chance(lines.length + 1), chance(2), pick(pick(samples, chance).split('\n'), chance));
    return lines.join('\n');
  },
  (text, chance) => {
    const lines = text.split('\n');
    const at = chance(lines.length);
    lines[at] = chance(2) === 0 ? `  ${lines[at]}` : lines[at]!.replace(/^ {2}/, '');
    return lines.join('\n');
  },
  // One value for another.
  (text, chance) => {
    const other = [...pick(samples, chance).matchAll(/: (.*)$/gm)].map((match) => match[1]!);
    let n = chance([...text.matchAll(/: .*$/gm)].length + 1);
    return text.replace(/: .*$/gm, (value) => (n-- === 0 && other.length > 0 ? `: ${pick(other, chance)}` : value));
  },
];

function mutantOf(seed: number, from = samples, most = 4): string {
  const chance = chanceOf(seed);
  let text = pick(from, chance);
  for (let left = 1 + chance(most); left > 0; left -= 1) text = pick(mutations, chance)(text, chance);
  return text;
}

const count = sized(1_000, 10_000);

describe('mutated files', () => {
  test(`${count} of them have a result in words`, () => {
    let problems = 0;
    for (let seed = 0; seed < count; seed += 1) {
      const text = mutantOf(seed);
      const said = saidOf(text, environment);
      if (said !== '') problems += 1;
      expect(said, `seed ${seed}`).not.toMatch(/\n\s+at .*\.ts:\d|undefined|\[object|internal error/);
      expect(Math.max(...said.split('\n').map((line) => line.length)), `seed ${seed}`).toBeLessThan(1700);
    }
    expect(problems).toBeGreaterThan(count / 4);
  });
});

describe('what is right of them', () => {
  const options = { hasOrigins: true };
  const isSame = (text: string, seed: number): boolean => {
    const problems = new Problems();
    const source = sourceOf(text);
    let checked: Checked;
    try {
      checked = checkTree(readYaml(source, given, problems), source, checkOptions, problems);
    } catch (error) {
      if (error instanceof TopologyError) return false;
      throw error;
    }
    const printed = printTopology(checked, table, options);
    for (const format of ['text', 'dot', 'mermaid', 'json'] as const) {
      expect(drawTopology(checked.topology, format), `seed ${seed}`).not.toMatch(/(?!\n)\p{Cc}/u);
    }
    // Covered secrets stay what they are, so it can be read again.
    const again = topologyOf(printed, given);
    const counts = ({ sources, plugins, sinks, edges }: Topology) =>
      [sources, plugins, sinks, edges].map((list) => list.length);
    expect(counts(again), `seed ${seed}\n${printed}`).toEqual(counts(checked.topology));
    return true;
  };

  test('is printed as a file that reads as the same', () => {
    const files = sized(250, 10_000);
    let right = 0;
    for (let seed = 0; seed < files; seed += 1) if (isSame(mutantOf(seed, good, 1), seed)) right += 1;
    expect(right).toBeGreaterThan(files / 5);
  });
});

describe('large files', () => {
  const long = (piece: string) => piece.repeat(Math.ceil(200_000 / piece.length));
  test.each([
    ['brackets', 'routes: '.concat(long('['))],
    ['maps', long('a: {')],
    ['one line', `routes:\n  - ${long('stdin -> ')}stdout\n`],
    ['a line of quotes', `routes: "${long("'")}`],
    ['a line of words', `routes:\n  - from: stdin\n    where: ${long('a b ')}\n`],
    ['many routes', `routes:\n${long('  - stdin -> stdout\n')}`],
    [
      'many names',
      `sinks:\n${Array.from({ length: 10_000 }, (_, i) => `  s${i}: f${i}\n`).join('')}routes: [ stdin -> drop ]\n`,
    ],
    [
      'a long chain',
      `plugins:\n${Array.from({ length: 4_000 }, (_, i) => `  p${i}: p${i}.wasm\n`).join('')}routes:\n  - stdin -> ${Array.from({ length: 4_000 }, (_, i) => `p${i}`).join(' -> ')} -> stdout\n`,
    ],
    [
      'pairs',
      `sinks: {${Array.from({ length: 300 }, (_, i) => `s${i}: f${i}`).join(', ')}}\nroutes:\n  - from: [${Array.from({ length: 300 }, (_, i) => `file:a${i}`).join(', ')}]\n    to: [${Array.from({ length: 300 }, (_, i) => `s${i}`).join(', ')}]\n`,
    ],
    [
      'aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\nroutes: [*d,*d,*d,*d,*d,*d]\n`,
    ],
    ['an alias in itself', 'a: &a [*a]\nroutes: *a\n'],
    ['blanks', `routes:${long(' ')}x`],
    ['variables', `sinks: { out: "${long('$'.concat('{LANES}'))}" }\nroutes: [ stdin -> out ]\n`],
  ])('%s', (_name, text) => {
    expect(saidOf(text)).not.toMatch(/\n\s+at .*\.ts:\d/);
  });
});
