/** How many kinds of routes a node may have, and what counts as one kind. */
import { expect, test } from 'vitest';
import * as L from '../../src/engine/layout.ts';
import { MAX_CLASSES } from '../../src/topology/classes.ts';
import { saidOf, topologyOf } from './support.ts';

const route = (i: number, more = ''): string => `  - { from: stdin, to: f${i}.d/x, where: n == ${i}${more} }\n`;
const routesOf = (count: number): string => `routes:\n${Array.from({ length: count }, (_, i) => route(i)).join('')}`;

test('a node has as many kinds of routes as the engine has classes', () => {
  expect(MAX_CLASSES).toBe(L.MAX_CLASSES);
  expect(saidOf(routesOf(1025))).toBe(
    `slung.yaml:2:13: stdin has routes of 1025 kinds; a node has at most 1024
  - { from: stdin, to: f0.d/x, where: n == 0 }
            ^^^^^
  Routes with the same where and fields are one kind. For a file for each value there is type: dir.
`,
  );
});

test('routes with the same selector and form are one kind, also by the form of their sinks', () => {
  const copies = Array.from({ length: 40 }, (_, i) => route(0).replace('f0.d', `g${i}.d`)).join('');
  const sink = 'sinks:\n  csv: { type: file, path: x.csv, format: csv, fields: [n] }\n';
  const more = '  - { from: stdin, to: csv, where: n == 0 }\n';
  expect(topologyOf(`${sink}${routesOf(1023)}${copies}${more}`).edges).toHaveLength(1064);
  expect(saidOf(`${sink}${routesOf(1024)}${copies}${more}`)).toContain('1025 kinds');
});

test('columns are looked for in the data where all routes of a node are one kind', () => {
  const sinks = 'sinks:\n  csv: { type: file, path: x.csv, format: csv }\n  all: { type: file, path: x.json }\n';
  expect(topologyOf(`${sinks}routes:\n  - stdin -> csv\n`, {}).edges).toHaveLength(1);
  expect(saidOf(`${sinks}routes:\n  - stdin -> csv, all\n`)).toContain('the columns of csv are not looked for');
});
