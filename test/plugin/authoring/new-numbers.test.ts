/**
 * The numbers and strings of the templates in C and Rust are those of JSON.stringify: in the mappers that were made
 * with them (fixtures/plugins/tangent), and, where there is a compiler, in the templates as they are now.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sized } from '../../support/full.ts';

const root = join(import.meta.dirname, '../../..');
const templates = join(root, 'src/plugin/authoring/templates');
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'slung-numbers-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** xorshift64: the same values in every run. */
function* words(seed: bigint): Generator<bigint, never> {
  for (let state = seed; ; ) {
    state = BigInt.asUintN(64, state ^ (state << 13n));
    state ^= state >> 7n;
    state = BigInt.asUintN(64, state ^ (state << 17n));
    yield state;
  }
}

/** Any bits, decimals as logs hold them, integers of all sizes, powers of two, and what is special. */
function doubles(count: number): Float64Array {
  const values = new Float64Array(count);
  const bits = new BigUint64Array(values.buffer);
  const source = words(88172645463325252n);
  const next = (): bigint => source.next().value;
  for (let i = 0; i < count; i++) {
    const kind = i % 5;
    if (kind === 0) bits[i] = next();
    else if (kind === 1) values[i] = Number(next() % 10n ** (1n + (next() % 17n))) / 10 ** Number(next() % 23n);
    else if (kind === 2) values[i] = Number(next()) / 2 ** 61;
    else if (kind === 3) values[i] = Number(next() >> (next() % 60n));
    else values[i] = (i % 2 ? -1 : 1) * 2 ** ((i % 2098) - 1074);
  }
  values.set([Number.NaN, -0, 1e21, 1e-7, 123456789012345680000, 1e-6, 5e-324, Number.MAX_VALUE, -1e300]);
  return values;
}

/** Compiles a program that reads doubles and writes lines. @returns whether there is a compiler */
function compiles(program: string, args: readonly string[], source: string): boolean {
  if (spawnSync(program, ['--version']).status !== 0) return false;
  const file = join(directory, source.startsWith('#') ? 'main.c' : 'main.rs');
  writeFileSync(file, source);
  const done = spawnSync(program, [...args, '-o', join(directory, program), file], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return true;
}

const inC = `#include <stdio.h>
#include "numbers.h"
int main(void) {
  double value;
  char text[DOUBLE_ROOM];
  while (fread(&value, sizeof value, 1, stdin)) printf("%.*s\\n", (int)(write_double(text, value) - text), text);
}
`;
const inRust = `mod numbers;
use std::io::Read;
fn main() {
  let (mut input, mut out) = (Vec::new(), String::new());
  std::io::stdin().read_to_end(&mut input).unwrap();
  for bytes in input.chunks_exact(8) {
    numbers::put_float(&mut out, f64::from_le_bytes(bytes.try_into().unwrap()));
    out.push('\\n');
  }
  print!("{out}");
}
`;

describe.each([
  ['gcc', 'c/numbers.h', ['-O1'], inC],
  ['rustc', 'rust/numbers.rs', ['--edition', '2021', '-A', 'warnings', '-C', 'opt-level=1'], inRust],
] as const)('%s compiles %s', (program, file, args, source) => {
  test('and doubles are printed as JSON.stringify prints them', (context) => {
    copyFileSync(join(templates, `${file}.template`), join(directory, file.slice(file.indexOf('/') + 1)));
    if (!compiles(program, args, source)) context.skip();
    const values = doubles(sized(100_000, 3_000_000));
    const { stdout } = spawnSync(join(directory, program), {
      input: Buffer.from(values.buffer),
      maxBuffer: 256 * 2 ** 20,
    });
    const lines = stdout.toString('latin1').split('\n');
    const wrong = values.findIndex((value, i) => lines[i] !== JSON.stringify(value));
    expect(wrong < 0 ? undefined : { value: values[wrong], got: lines[wrong] }).toBeUndefined();
  });
});

/** What the mapper makes of a record; every one of these is a mapper's whole answer. */
const mapped = (msg: string, seen: number, duration: number, tags: readonly unknown[]) => ({
  message: msg,
  level: '',
  seen,
  duration,
  service: 'myservice',
  tags,
});

test.each(['mapper-c.wasm', 'mapper-rust.wasm'])('%s outputs what JSON.stringify would', (file) => {
  const texts = ['', 'plain', 'a "quote" and a \\', 'tab\there\nand \u0001\u001f', 'é世界 and more of it', '\b\f\r/'];
  const records = [...doubles(3000)].filter(Number.isFinite).map((duration, i) => {
    const msg = `${texts[i % texts.length]}${'x'.repeat(i % 19)}${texts[(i >> 3) % texts.length]}`;
    const tags = [msg.slice(3), i, duration, i % 2 === 0].slice(0, i % 5);
    return { msg, seen: (i - 1500) * 1_000_003 ** (i % 3), duration, tags };
  });
  const input = records.map((one) => `${JSON.stringify({ ...one, source: { name: 'myservice' } })}\n`).join('');
  const argv = [join(root, 'bin/slung.js'), 'run', '-q', join(root, 'fixtures/plugins/tangent', file)];
  const { stdout } = spawnSync(process.execPath, argv, { input, maxBuffer: 64 * 2 ** 20 });
  const lines = stdout.toString().trimEnd().split('\n');
  expect(lines.length).toBe(records.length);
  const expected = ({ msg, seen, duration, tags }: (typeof records)[number]) =>
    JSON.stringify(mapped(msg, seen, duration, tags));
  const wrong = records.findIndex((one, i) => lines[i] !== expected(one));
  expect(wrong < 0 ? undefined : { expected: expected(records[wrong]!), got: lines[wrong] }).toBeUndefined();
});
