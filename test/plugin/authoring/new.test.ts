/**
 * What `plugin new` makes works at once, by the built program: each language that has its compiler here, tested and
 * run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTaken, nameProblem, pluginLanguages } from '../../../src/plugin/authoring/new.ts';

const root = join(import.meta.dirname, '../../..');
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'slung-new-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function slung(argv: readonly string[], input = '') {
  const env = { PATH: process.env.PATH, HOME: directory, TERM: 'dumb' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/slung.js'), ...argv], {
    ...{ cwd: directory, env, input },
  });
  return { status, out: stdout.toString(), err: stderr.toString() };
}

function hasCompiler(language: string): boolean {
  if (language === 'c') return ['clang', 'wasm-ld'].every((program) => spawnSync(program, ['--version']).status === 0);
  if (language !== 'rust') return true;
  const found = spawnSync('rustc', ['--print', 'target-libdir', '--target', 'wasm32-unknown-unknown']);
  return found.status === 0 && existsSync(found.stdout.toString().trim());
}

describe.each(pluginLanguages.map((language) => [language]))('%s', (language) => {
  const name = `${language}-mapper`;

  test.skipIf(!hasCompiler(language))('passes its own test, notices a change, and runs', () => {
    expect(slung(['plugin', 'new', name, '--lang', language])).toMatchObject({ status: 0, out: '' });
    expect(slung(['plugin', 'test', name])).toEqual({ status: 0, out: `ok      ${name}: errors\n1 passed\n`, err: '' });
    const tests = join(directory, name, 'tests/errors');
    const [input, expected] = ['input', 'expected'].map((file) => readFileSync(join(tests, `${file}.ndjson`), 'utf8'));
    expect(slung(['plugin', 'build', name]).status).toBe(0);
    const ran = slung(['run', `${name}/${name}.wasm`, '--unmatched', 'pass'], input!);
    expect(ran).toMatchObject({ status: 0, err: '' });
    const lines = expected!.trimEnd().split('\n');
    expect(ran.out.trimEnd().split('\n')).toEqual([lines[0], input!.split('\n')[1], lines[1]]);
    writeFileSync(join(tests, 'options.json'), '{"compare":"empty"}');
    const failed = slung(['plugin', 'test', `${name}/${name}.wasm`]);
    expect(failed).toMatchObject({ status: 1, err: '' });
    expect(failed.out).toContain(`FAILED  ${name}: errors: no output is expected; there were 2 lines\n`);
  });
});

test('an editor finds no mistake in a new plugin of TypeScript, and knows what slung/as has', () => {
  const folder = join(directory, 'edited');
  slung(['plugin', 'new', 'edited', '--lang', 'as']);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const check = () =>
    spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: folder });
  expect(check().stdout.toString()).toBe('');
  const source = join(folder, 'edited.ts');
  writeFileSync(source, readFileSync(source, 'utf8').replace("record.text('msg')", "record.txt('msg')"));
  expect(check().stdout.toString()).toContain("Property 'txt' does not exist on type 'Record'");
});

test.skipIf(!hasCompiler('rust'))('a panic in Rust says its text and its place', () => {
  slung(['plugin', 'new', 'panics', '--lang', 'rust']);
  const file = join(directory, 'panics/panics.rs');
  const source = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    source.replace(
      /(fn map\(.*\n)/,
      '$1    if !log.has("attempt") { panic!("no attempt in {}", log.text("msg").unwrap()) }\n',
    ),
  );
  expect(slung(['plugin', 'build', 'panics']).status).toBe(0);
  const { status, err } = slung(['run', 'panics/panics.wasm'], '{"level":"error","msg":"été"}\n');
  expect(status).toBe(1);
  expect(err).toMatch(/plugin panics: it aborted: no attempt in été \(.*panics\.rs:\d+:\d+\)/);
});

/** The code that the README shows in a language, in the place of what a new plugin does with a record. */
function redactor(language: 'c' | 'rust'): void {
  const readme = readFileSync(join(root, 'src/plugin/authoring/README.md'), 'utf8');
  const shown = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(readme)![1]!;
  const name = `redact-${language}`;
  slung(['plugin', 'new', name, '--lang', language]);
  const file = join(directory, name, `${name}.${language === 'c' ? 'c' : 'rs'}`);
  const source = readFileSync(file, 'utf8').replace('TEXT("level")', 'TEXT("password")').replace('{ EQ,', '{ HAS,');
  const any = source.replace('Pred::eq("level", "error")', 'Pred::has("password")');
  const place = language === 'c' ? /^ {4}for [\s\S]*?^ {4}\}\n/m : /^fn map[\s\S]*?^\}\n/m;
  writeFileSync(
    file,
    any.replace(place, () => shown),
  );
  expect(slung(['plugin', 'build', name])).toMatchObject({ status: 0 });
}

test.each(['c', 'rust'] as const)('%s copies a record but for what is named, however that is spelled', (language) => {
  if (!hasCompiler(language)) return;
  redactor(language);
  const input = [
    ' { "a" : 1.50 ,"b":[ 1e400, {"token":"in [ \\" } here"} ],"password":"x", "c":-0 , "d":{}, "msg":"\\u00e9" } ',
    '{"p\\u0061ssword":"x","password":{"a":["}"]},"tok\\u0000en":1,"passwor":2,"token":3}',
    '{"password":1}',
  ];
  const { out, err } = slung(['run', `redact-${language}/redact-${language}.wasm`], `${input.join('\n')}\n`);
  expect(err).toBe('');
  expect(out.split('\n')).toEqual([
    '{"a" : 1.50,"b":[ 1e400, {"token":"in [ \\" } here"} ],"c":-0,"d":{},"msg":"\\u00e9"}',
    '{"tok\\u0000en":1,"passwor":2}',
    '{}',
    '',
  ]);
});

test('a C compiler is found by its version, the newest first', () => {
  slung(['plugin', 'new', 'c-versions', '--lang', 'c']);
  const folder = join(directory, 'versions');
  mkdirSync(folder);
  const build = () => {
    const argv = [join(root, 'bin/slung.js'), 'plugin', 'build', 'c-versions'];
    return spawnSync(process.execPath, argv, {
      cwd: directory,
      env: { PATH: folder, HOME: directory },
    }).stderr.toString();
  };
  expect(build()).toContain('clang is not installed');
  for (const version of [9, 14, 21]) {
    writeFileSync(join(folder, `clang-${version}`), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(build()).toContain(`it does not compile (clang-${version})`);
  }
  writeFileSync(join(folder, 'clang'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  expect(build()).toContain('it does not compile (clang)');
});

test('what a C compiler lacks is told by what it says, and names survive a wasm-opt on the PATH', () => {
  slung(['plugin', 'new', 'c-hints', '--lang', 'c']);
  const clang = join(directory, 'bin/clang');
  mkdirSync(join(directory, 'bin'));
  const build = (says: string) => {
    writeFileSync(clang, `#!/bin/sh\necho "$@" > ${directory}/args\necho '${says}' >&2\nexit 1\n`, { mode: 0o755 });
    const env = { PATH: `${join(directory, 'bin')}:${process.env.PATH}`, HOME: directory, TERM: 'dumb' };
    const argv = [join(root, 'bin/slung.js'), 'plugin', 'build', 'c-hints'];
    return spawnSync(process.execPath, argv, { cwd: directory, env }).stderr.toString();
  };
  const undefinedSymbol = build('wasm-ld: error: /tmp/x.o: undefined symbol: qsort');
  expect(undefinedSymbol).toContain('There is no C library: of its functions plugin.h has memcmp');
  expect(undefinedSymbol).not.toContain('packages clang and lld');
  expect(build('wasm-ld: error: /tmp/x.o: undefined symbol: malloc')).toContain('allocate() of plugin.h');
  const noLinker = build('clang: error: unable to execute command: Executable "wasm-ld" does not exist!');
  expect(noLinker).toContain('the packages clang and lld');
  // The driver runs a wasm-opt that it finds when it is given a level itself; so only the compiler proper is.
  expect(readFileSync(join(directory, 'args'), 'utf8')).toMatch(/-Xclang -O2/);
  expect(readFileSync(join(directory, 'args'), 'utf8').replace('-Xclang -O2', '')).not.toMatch(/ -O\d/);
});

test.each([
  ['mapper', true],
  ['m', true],
  ['a-b_C9', true],
  ['', false],
  ['9a', false],
  ['a/b', false],
  ['a.b', false],
  ['ä', false],
  ['a'.repeat(65), false],
])('%s is a name: %s', (name, fits) => {
  expect(nameProblem(name) === undefined).toBe(fits);
});

test('a file, and a folder with something in it, are taken', () => {
  expect(isTaken(join(directory, 'nowhere'))).toBe(false);
  expect(isTaken(join(root, 'package.json'))).toBe(true);
  expect(isTaken(root)).toBe(true);
});
