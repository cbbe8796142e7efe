/** `slung plugin …` around a run that is the test's own: what is found, made, asked for, compared and reported. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunSettings } from '../../src/config/settings.ts';
import { flat } from '../support/settings.ts';
import { type Scene, slung } from './support.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slung-plugin-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const plugin = (argv: readonly string[], scene: Scene = {}) => slung(['plugin', ...argv], { directory, ...scene });

function put(files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** The smallest module that is a WASI filter: a type, a function, its export `_start`, an empty body. */
const filter = Uint8Array.from(
  '0061736d01000000 010401600000 03020100 070a01065f73746172740000 0a040102000b'.replaceAll(' ', '').match(/../g)!,
  (byte) => Number.parseInt(byte, 16),
);

describe('new', () => {
  test.each([
    ['as', 'mapper.ts', 'tsconfig.json'],
    ['c', 'mapper.c', 'plugin.h'],
    ['rust', 'mapper.rs', 'tangent.rs'],
  ])('%s', async (lang, source, other) => {
    const result = await plugin(['new', 'deep/mapper', '--lang', lang]);
    expect(result).toMatchObject({ code: 0, out: '' });
    expect(result.err).toContain('Next: slung plugin test deep/mapper\n');
    const folder = join(directory, 'deep/mapper');
    const files = readdirSync(folder, { recursive: true });
    for (const file of [
      source,
      other,
      'README.md',
      '.gitignore',
      'tests/errors/input.ndjson',
      'tests/errors/expected.ndjson',
    ]) {
      expect(files).toContain(file);
    }
    for (const file of [source, 'README.md']) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(text).toContain('mapper');
      expect(text).not.toMatch(/\{\{\w/);
    }
  });

  test('overwrites nothing', async () => {
    put({ 'mapper/mine.txt': 'mine', file: '' });
    for (const word of ['mapper', 'file']) {
      const result = await plugin(['new', word]);
      expect(result.code).toBe(2);
      expect(result.err).toContain(`slung: plugin new: ${word} exists and is not empty`);
    }
    expect(readdirSync(join(directory, 'mapper'))).toEqual(['mine.txt']);
  });

  test('an empty folder, and the current one, can be filled', async () => {
    mkdirSync(join(directory, 'mapper'));
    const result = await plugin(['new', '.'], { directory: join(directory, 'mapper') });
    expect(result).toMatchObject({ code: 0 });
    expect(existsSync(join(directory, 'mapper/mapper.ts'))).toBe(true);
  });

  test.each([
    [[], 'plugin new needs a name'],
    [['a', 'b'], 'plugin new takes only a name: b'],
    [['2nd'], 'plugin new: "2nd": a name begins with a letter'],
    [['a b'], 'plugin new: "a b": a name begins with a letter'],
    [['a', '--lang', 'go'], '--lang: "go" is not one of as, c, rust'],
  ])('%j is refused', async (argv, message) => {
    const result = await plugin(['new', ...argv]);
    expect(result.code).toBe(2);
    expect(result.err).toContain(`slung: ${message}`);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('build', () => {
  const own = { 'asconfig.json': '{"options":{"runtime":"stub","optimizeLevel":0}}' };

  test('a file, into the .wasm beside it or where -o says', async () => {
    put({ ...own, 'one.ts': 'export function _start(): void {}' });
    const result = await plugin(['build', 'one.ts']);
    expect(result).toMatchObject({ code: 0, out: '' });
    expect(result.err).toMatch(/^slung: one\.wasm: \d+ B\n$/);
    expect((await plugin(['build', '-o', 'x/two.wasm', 'one.ts'])).code).toBe(1);
    mkdirSync(join(directory, 'x'));
    expect((await plugin(['build', '-o', 'x/two.wasm', 'one.ts'])).code).toBe(0);
    expect(readFileSync(join(directory, 'x/two.wasm'))).toEqual(readFileSync(join(directory, 'one.wasm')));
    expect(readdirSync(directory).sort()).toEqual(['asconfig.json', 'one.ts', 'one.wasm', 'x']);
  });

  test('a folder by name, in ./plugins too, and the current one', async () => {
    put({
      'plugins/one/asconfig.json': own['asconfig.json'],
      'plugins/one/one.ts': 'export function _start(): void {}',
    });
    expect((await plugin(['build', 'one'])).err).toContain('slung: plugins/one/one.wasm: ');
    const here = await plugin(['build'], { directory: join(directory, 'plugins/one') });
    expect(here.err).toContain('slung: one.wasm: ');
  });

  test.each([
    [['build', 'one'], 2, 'there is no folder one, here or in ./plugins (did you mean ones?)'],
    [['build', 'ones'], 2, 'plugin build: there is no ones.ts, ones.c, ones.rs'],
    [['build', 'no.ts'], 3, 'no.ts: there is no such file'],
    [['build', 'no.c'], 3, 'no.c: there is no such file'],
  ])('%j', async (argv, code, message) => {
    mkdirSync(join(directory, 'ones'));
    const result = await plugin(argv);
    expect(result).toMatchObject({ code, out: '' });
    expect(result.err).toContain(`slung: ${message}`);
  });

  test.each([
    ['c', 'clang', ['clang', '--version'], '.c'],
    ['rust', 'rustc', ['rustc', '--print', 'target-libdir', '--target', 'wasm32-unknown-unknown'], '.rs'],
  ])('%s templates compile without a warning, and are known as plugins', async (lang, program, probe, ending) => {
    const found = spawnSync(probe[0]!, probe.slice(1));
    const directoryOfTarget = found.stdout?.toString().trim() ?? '';
    if (found.status !== 0 || (ending === '.rs' && !existsSync(directoryOfTarget))) return;
    await plugin(['new', 'mapper', '--lang', lang]);
    const built = await plugin(['build', 'mapper']);
    expect(built.err, program).toMatch(/^slung: mapper\/mapper\.wasm: /);
    const result = await plugin(['inspect', 'mapper/mapper.wasm']);
    expect(result.out).toContain('tangent-core');
  });
});

describe('list', () => {
  test('shows kind and place, and what is hidden', async () => {
    put({ 'plugins/up.wasm': filter, 'lib/up.wasm': filter, 'lib/poem.wasm': 'roses are red' });
    const environment = { SLUNG_PLUGIN_PATH: 'lib' };
    const { code, out } = await plugin(['list'], { environment });
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      `up wasi ${filter.length} B ./plugins/up.wasm`,
      'poem not a plugin 13 B lib/poem.wasm',
      `up wasi ${filter.length} B lib/up.wasm (hidden)`,
      '',
    ]);
    const json = JSON.parse((await plugin(['list', '--json'], { environment })).out);
    expect(json.places).toEqual([join(directory, 'plugins'), join(directory, 'lib')]);
    expect(json.plugins[2]).toEqual({
      ...{ name: 'up', kind: 'wasi', bytes: filter.length, path: join(directory, 'lib/up.wasm'), isHidden: true },
    });
  });

  test('nothing found is said, and is no error', async () => {
    expect(await plugin(['list'])).toMatchObject({ code: 0, out: '', err: 'slung: no plugins in ./plugins\n' });
    expect(JSON.parse((await plugin(['list', '--json'])).out).plugins).toEqual([]);
    expect((await plugin(['list', 'x'])).err).toContain('plugin list takes no operands: x');
  });
});

describe('inspect', () => {
  const fixture = join(import.meta.dirname, '../../fixtures/plugins/tangent/scaffold-as.wasm');
  const describePlugin: Scene['describe'] = async (settings) => ({
    name: `described ${settings.plugins[0]!.name}`,
    version: '1.2',
    selectors: [{ any: [], all: [{ eq: ['n', 9007199254740993n] }], none: [] }],
  });

  test('a filter: what stands in the file', async () => {
    put({ 'up.wasm': filter });
    const { code, out } = await plugin(['inspect', 'up.wasm']);
    expect({ code, lines: out.trimEnd().split('\n') }).toEqual({
      code: 0,
      lines: [`file     up.wasm (${filter.length} B)`, 'kind     wasi', 'exports  _start'],
    });
  });

  test('a Tangent plugin: also what it says of itself', async () => {
    cpSync(fixture, join(directory, 'plugins/mapper.wasm'));
    const { code, out } = await plugin(['inspect', 'mapper'], { describe: describePlugin });
    expect(code).toBe(0);
    expect(out).toContain('kind     tangent-component\n');
    expect(out).toContain('name     described mapper 1.2\n');
    expect(out).toContain('selects  {"any":[],"all":[{"eq":["n","9007199254740993"]}],"none":[]}\n');
    expect(out).toMatch(/^imports {2}tangent:logs\/log@0\.1\.0/m);
    const json = JSON.parse((await plugin(['inspect', '--json', 'mapper'], { describe: describePlugin })).out);
    expect(json).toMatchObject({ kind: 'tangent-component', description: { version: '1.2' } });
  });

  test('one that fails when asked is refused: exit 3', async () => {
    const { UsageError } = await import('../../src/config/errors.ts');
    const describeFails: Scene['describe'] = async () => {
      throw new UsageError('plugin mapper cannot be used: it trapped');
    };
    cpSync(fixture, join(directory, 'mapper.wasm'));
    const { code, out } = await plugin(['inspect', 'mapper.wasm'], { describe: describeFails });
    expect(code).toBe(3);
    expect(out).toContain('refused  plugin mapper cannot be used: it trapped\n');
  });

  test('a file that is no plugin says why: exit 3', async () => {
    put({ 'poem.wasm': 'roses\u001b are red' });
    const { code, out } = await plugin(['inspect', 'poem.wasm']);
    expect(code).toBe(3);
    expect(out).toMatch(/^refused {2}not a WebAssembly file/m);
    expect(out).not.toContain('\u001b');
    const json = await plugin(['inspect', '--json', 'poem.wasm']);
    expect(json.code).toBe(3);
    expect(JSON.parse(json.out).refusal).toMatch(/^not a WebAssembly file/);
  });

  test('a file that is not there is exit 3, no file exit 2', async () => {
    expect(await plugin(['inspect', 'no.wasm'])).toMatchObject({
      code: 3,
      err: 'slung: no.wasm: there is no such file\n',
    });
    expect((await plugin(['inspect'])).err).toContain('plugin inspect needs a file');
  });
});

describe('test', () => {
  const seen: RunSettings[] = [];
  /** A plugin that puts its input out in capitals; says so with -v of its own. */
  const runPlugins: Scene['runPlugins'] = async (settings, host) => {
    seen.push(settings);
    const input = readFileSync(settings.input.inputs[0]!, 'utf8');
    if (input.includes('trap')) {
      host.talk.error(`plugin mapper: ${settings.input.inputs[0]}:1: it trapped`);
      return { kind: 'done', code: 1 };
    }
    writeFileSync(settings.sink.output, input.toUpperCase());
    return { kind: 'done', code: 0 };
  };
  const testing = (argv: readonly string[] = [], scene: Scene = {}) =>
    plugin(['test', ...argv], { runPlugins, ...scene });
  beforeEach(() => void seen.splice(0));

  test('passes, fails with a difference, and counts', async () => {
    put({
      'mapper/mapper.wasm': filter,
      'mapper/tests/good/input.ndjson': '{"a":"x"}\n',
      'mapper/tests/good/expected.ndjson': '{"A":"X"}\n',
      'mapper/tests/bad/input.ndjson': '{"a":"x"}\n',
      'mapper/tests/bad/expected.json': '{"A":"Y"}',
      'mapper/tests/new/input.json': '["b"]',
      'mapper/tests/trap/input.ndjson': '"trap"\n',
      'mapper/tests/trap/expected.ndjson': '',
    });
    const { code, out, err } = await testing();
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out.split('\n')).toEqual([
      'FAILED  mapper: bad: record 1 of 1 is not what was expected',
      '        - expected, + came',
      '          {',
      '        -   "A": "Y"',
      '        +   "A": "X"',
      '          }',
      'ok      mapper: good',
      'FAILED  mapper: new: there is no expected.json; slung plugin test --update writes it',
      'FAILED  mapper: trap: the exit code is 1, 0 was expected',
      '        slung: plugin mapper: input.ndjson:1: it trapped',
      '1 passed, 3 failed',
      '',
    ]);
  });

  test('--update writes, and then all is well', async () => {
    put({ 'mapper/mapper.wasm': filter, 'mapper/tests/a/input.ndjson': '{"a":1.50}\n' });
    const first = await testing(['--update', 'mapper']);
    expect(first).toMatchObject({ code: 0, out: 'ok      mapper: a (written anew)\n1 passed\n' });
    expect(readFileSync(join(directory, 'mapper/tests/a/expected.ndjson'), 'utf8')).toBe('{"A":1.50}\n');
    expect(await testing(['--update', 'mapper'])).toMatchObject({ out: 'ok      mapper: a\n1 passed\n' });
    expect(await testing()).toMatchObject({ code: 0, out: 'ok      mapper: a\n1 passed\n' });
  });

  test('--json tells the same', async () => {
    put({
      'plugins/mapper/mapper.wasm': filter,
      'plugins/mapper/tests/a/input.ndjson': '1\n',
      'plugins/mapper/tests/a/expected.ndjson': '2\n',
    });
    const { code, out } = await testing(['--json', 'mapper']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      ...{ passed: 0, failed: 1 },
      cases: [
        {
          ...{ plugin: 'mapper', case: 'a', passed: false, updated: false, talk: [] },
          reason: 'record 1 of 1 is not what was expected',
          diff: [
            { sign: '-', text: '2' },
            { sign: '+', text: '1' },
          ],
        },
      ],
    });
  });

  test('runs by the settings of slung run: the options of the case, without the environment', async () => {
    const options = { compare: 'empty', run: ['--where', 'a', '--plugin-config', 'k=v', '-j2'], exit: 0 };
    put({
      'up.wasm': filter,
      'tests/a/input.ndjson': '',
      'tests/a/options.json': JSON.stringify(options),
    });
    const environment = { SLUNG_ON_ERROR: 'fail', SLUNG_TIME_LIMIT: '1ms', TOKEN: 't' };
    const result = await testing(['up.wasm', '--allow-net', 'h', '--allow-env', 'TOKEN'], { environment });
    expect(result).toMatchObject({ code: 0, out: 'ok      up: a\n1 passed\n' });
    const [settings] = seen;
    expect(flat(settings!)).toMatchObject({ where: ['a'], onError: 'skip' });
    expect(settings!.plugins.map((one) => flat(one))).toMatchObject([
      { name: 'up', config: { k: 'v' }, lanes: 2, allowNet: ['h'], environment: { TOKEN: 't' }, timeLimitMs: 10_000 },
    ]);
    // Its folder is gone.
    expect(existsSync(settings!.sink.output)).toBe(false);
  });

  test.each([
    [['--allow-net=h'], '--allow-net is not for a test case'],
    [['--allow-env', 'HOME'], '--allow-env is not for a test case'],
    [['-o', 'x'], '--output is not for a test case'],
    [['--then', 'x.wasm'], '--then is not for a test case'],
    [['--cache=x'], '--cache is not for a test case'],
    [['x'], 'x is not an option'],
    [['--wher', 'x'], 'unknown option --wher (did you mean --where?)'],
  ])('a case that says %j is refused, with its place', async (run, message) => {
    put({ 'm/m.wasm': filter, 'm/tests/a/input.ndjson': '', 'm/tests/a/options.json': JSON.stringify({ run }) });
    const result = await testing(['m']);
    expect(result.code).toBe(2);
    expect(result.err).toContain(`slung: m/tests/a/options.json: ${message}`);
    expect(seen).toEqual([]);
  });

  test('an exit code that is expected', async () => {
    put({
      'm/m.wasm': filter,
      'm/tests/a/input.ndjson': '"trap"\n',
      'm/tests/a/options.json': '{"compare":"empty","exit":1}',
    });
    expect(await testing(['m'])).toMatchObject({ code: 0, out: 'ok      m: a\n1 passed\n' });
  });

  test.each<[Record<string, string>, string[], number, string]>([
    [{}, [], 2, 'plugin test: there is no folder with tests here'],
    [{ 'm/tests/a/input.ndjson': '' }, ['n'], 2, 'there is no folder n, here or in ./plugins'],
    [{ 'm/tests/a/input.ndjson': '' }, ['m'], 3, 'm: there is no plugin to test'],
    [{ 'm/tests/a/x': '' }, ['m'], 2, 'there is no test case'],
    [{ 'm/tests/a/input.json': '{' }, ['m'], 2, 'slung: m/tests/a/input.json: it is not JSON near line 1, column 2'],
    [{ 'm/tests/a/input.json': '1' }, ['m/no.wasm'], 3, 'm/no.wasm: there is no such file'],
  ])('%j %j', async (files, argv, code, message) => {
    put(files);
    const result = await testing(argv);
    expect(result).toMatchObject({ code, out: '' });
    expect(result.err).toContain(message);
  });
});
