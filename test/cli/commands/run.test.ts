/**
 * `slung run` from argv, environment and plugin files to the settings of the run. What a run does is not tested here.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSettings } from '../../../src/config/settings.ts';
import { flat } from '../../support/settings.ts';
import { type Scene, slung } from '../support.ts';

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'slung-run-'));
  const files = ['a.wasm', 'b.wasm', 'plugins/geo.wasm', 'lib/score.wasm', 'plugins/mapper', 'bad.ts', 'app.ndjson'];
  for (const file of files) {
    mkdirSync(join(directory, file, '..'), { recursive: true });
    writeFileSync(join(directory, file), `bytes of ${file}`);
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (argv: readonly string[], scene: Scene = {}) => slung(['run', ...argv], { directory, ...scene });

async function settingsOf(argv: readonly string[], environment: Record<string, string> = {}): Promise<RunSettings> {
  const { runSettings, err } = await run(argv, { environment });
  if (runSettings === undefined) throw new Error(`no run: ${err}`);
  return runSettings;
}

const namesOf = ({ plugins }: RunSettings) => plugins.map(({ name, file, bytes }) => [name, file, String(bytes)]);

describe('settings', () => {
  test('defaults', async () => {
    const { plugins, cacheFile, listen, ...others } = await settingsOf(['a.wasm']);
    expect([cacheFile, listen]).toEqual([undefined, undefined]);
    expect(plugins).toEqual([
      {
        ...{ name: 'a', file: 'a.wasm', bytes: Buffer.from('bytes of a.wasm'), abi: undefined, config: {} },
        // One lane, whatever the number of cores.
        ...{ lanes: 1, unmatched: 'drop', onPluginError: 'fail', pluginStderr: 'limit', uncheckedOutput: false },
        limits: {
          ...{ memoryBytes: 256 * 1024 ** 2, timeLimitMs: 10_000, networkTimeLimitMs: 120_000 },
          ...{ maxOutputBytes: 256 * 1024 ** 2, loadLimitMs: 30_000 },
        },
        grants: { allowNet: [], allowRead: [], environment: {}, store: undefined },
        events: { time: 'timestamp', value: 'value', series: 'series', tags: 'tags', timeUnit: 'auto' },
        args: [],
      },
    ]);
    expect(flat(others)).toMatchObject({ inputs: ['-'], to: 'ndjson', where: [], batchBytes: 1_048_576 });
  });

  test('every flag', async () => {
    const argv =
      'a.wasm in1 - -w x --then b.wasm --unmatched pass --on-plugin-error skip --memory 1G --time-limit 1.5s --allow-net h --allow-net [::1]:80 --allow-env TOKEN --allow-env MISSING --allow-read data --cache c.db --time t.s --value v --series s --tags g --time-unit ms -j 3 --rejects r --to csv -f a,b -e -- -x --where y --';
    const settings = await settingsOf(argv.split(' '), { TOKEN: 'secret', OTHER: 'no' });
    expect(flat(settings)).toMatchObject({
      ...{ inputs: ['in1', '-'], where: ['x'], rejectsFile: 'r', to: 'csv', exitStatus: true, cacheFile: 'c.db' },
    });
    for (const plugin of settings.plugins) {
      expect(flat(plugin)).toMatchObject({
        ...{ lanes: 3, unmatched: 'pass', onPluginError: 'skip', memoryBytes: 1024 ** 3, timeLimitMs: 1500 },
        ...{ allowNet: ['h', '[::1]:80'], args: ['-x', '--where', 'y', '--'] },
        events: { time: 't.s', value: 'v', series: 's', tags: 'g', timeUnit: 'ms' },
      });
      expect(plugin.grants.environment).toEqual({ TOKEN: 'secret' });
      expect(plugin.grants.allowRead).toEqual([{ name: 'data', path: 'data' }]);
    }
    expect(namesOf(settings).map(([name]) => name)).toEqual(['a', 'b']);
  });

  test('are frozen to the bottom', async () => {
    const settings = await settingsOf(['a.wasm', '--plugin-config', 'k=v']);
    const { config, limits, grants, events, args } = settings.plugins[0]!;
    const inner = [config, limits, grants, grants.allowNet, grants.allowRead, grants.environment, events, args];
    for (const value of [settings, settings.plugins, settings.plugins[0], ...inner]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
  });

  test('the environment says how, and grants nothing', async () => {
    const environment = {
      ...{ SLUNG_TIME_LIMIT: '1s', SLUNG_MEMORY: '1M', SLUNG_STATS: 'json', SLUNG_LANES: '8', SLUNG_THEN: 'b.wasm' },
      ...{ SLUNG_ALLOW_NET: 'h', SLUNG_ALLOW_ENV: 'HOME', SLUNG_CACHE: 'c', SLUNG_ON_PLUGIN_ERROR: 'pass', HOME: '/h' },
    };
    const settings = await settingsOf(['a.wasm'], environment);
    expect(settings.plugins.map((plugin) => flat(plugin))).toMatchObject([
      {
        ...{ timeLimitMs: 1000, memoryBytes: 1_048_576, onPluginError: 'fail' },
        lanes: 1,
        allowNet: [],
        environment: {},
      },
    ]);
    expect(flat(settings)).toMatchObject({ stats: 'json', cacheFile: undefined });
  });

  test('a token of --listen comes from the line, a file or the environment', async () => {
    const listen = ['a.wasm', '--listen', 'ws://127.0.0.1:1'];
    writeFileSync(join(directory, 'token'), 'from-file\nand more\n');
    const tokenOf = async (argv: readonly string[], environment = {}) =>
      (await settingsOf([...listen, ...argv], environment)).listen!.token;
    expect(await tokenOf(['--listen-token', 'typed'], { SLUNG_LISTEN_TOKEN: 'env' })).toBe('typed');
    expect(await tokenOf(['--listen-token', '@token'])).toBe('from-file');
    expect(await tokenOf([], { SLUNG_LISTEN_TOKEN: 'env' })).toBe('env');
    expect(await tokenOf([])).toBeUndefined();
    expect((await settingsOf(['a.wasm'], { SLUNG_LISTEN_TOKEN: 'env' })).listen).toBeUndefined();
    const bad = await run([...listen, '--listen-token', 'no t0ken']);
    expect(bad).toMatchObject({ code: 2, err: expect.not.stringContaining('t0ken') });
    const missing = await run([...listen, '--listen-token', '@none\nslung: forged']);
    expect(missing.err).toContain('--listen-token: none␊slung: forged: there is no such file');
  });

  test('origins of --listen are written as browsers write them', async () => {
    const listen = ['a.wasm', '--listen', 'ws://127.0.0.1:1'];
    const argv = ['HTTPS://App.Example:443', 'http://a:8080', '*', 'null'].flatMap((text) => ['--listen-origin', text]);
    const settings = await settingsOf([...listen, ...argv]);
    expect(settings.listen!.origins).toEqual(['https://app.example', 'http://a:8080', '*', 'null']);
    for (const bad of ['app.example', 'https://a/path', '']) {
      expect((await run([...listen, '--listen-origin', bad])).code).toBe(2);
    }
  });

  test('--listen takes the place of the input', async () => {
    const settings = await settingsOf(['a.wasm', '--listen', 'ws://127.0.0.1:8765']);
    expect(settings.listen!.url).toBe('ws://127.0.0.1:8765');
    expect(settings.input.inputs).toEqual(['ws://127.0.0.1:8765']);
  });
});

describe('plugins', () => {
  test.each<[string[], [string, string, string][]]>([
    [['a.wasm'], [['a', 'a.wasm', 'bytes of a.wasm']]],
    [['./a.wasm'], [['a', './a.wasm', 'bytes of a.wasm']]],
    [['geo'], [['geo', './plugins/geo.wasm', 'bytes of plugins/geo.wasm']]],
    [['score'], [['score', 'lib/score.wasm', 'bytes of lib/score.wasm']]],
    [['plugins/mapper'], [['mapper', 'plugins/mapper', 'bytes of plugins/mapper']]],
    [['-p', 'x=b.wasm', 'x'], [['x', 'b.wasm', 'bytes of b.wasm']]],
    // A name given here wins over what can be found.
    [['-p', 'geo=b.wasm', 'geo'], [['geo', 'b.wasm', 'bytes of b.wasm']]],
    [
      ['geo', '--then', 'a.wasm', '--then', 'geo'],
      [
        ['geo', './plugins/geo.wasm', 'bytes of plugins/geo.wasm'],
        ['a', 'a.wasm', 'bytes of a.wasm'],
        ['geo#2', './plugins/geo.wasm', 'bytes of plugins/geo.wasm'],
      ],
    ],
  ])('%j', async (argv, plugins) => {
    expect(namesOf(await settingsOf(argv, { SLUNG_PLUGIN_PATH: 'lib' }))).toEqual(plugins);
  });

  test.each<[string[], string[]]>([
    [
      ['gep'],
      ['no plugin is called "gep" (did you mean geo?)', 'Looked for gep.wasm in ./plugins, lib, /d/slung/plugins.'],
    ],
    [['xyzzy'], ['no plugin is called "xyzzy"', 'Looked for xyzzy.wasm in ./plugins, lib, /d/slung/plugins.']],
    [
      ['app.ndjson'],
      [
        'no plugin is called "app.ndjson"',
        'Looked for app.ndjson.wasm in ./plugins, lib, /d/slung/plugins.',
        'app.ndjson is a file; the plugin comes first: slung run PLUGIN app.ndjson. A plugin in this directory is ./app.ndjson',
      ],
    ],
    [['c.wasm'], ['c.wasm: there is no such file']],
    [['./plugins'], ['./plugins: that is a directory, not a plugin']],
    [['a.wasm', '--then', 'c.ts'], ['c.ts: there is no such file']],
    [['-p', 'x=y.wasm', 'x'], ['y.wasm: there is no such file']],
  ])('%j cannot be found: exit 3', async (argv, lines) => {
    const changes = { fileExists: (path: string) => path === join(directory, 'app.ndjson') };
    const environment = { SLUNG_PLUGIN_PATH: 'lib', XDG_DATA_HOME: '/d' };
    const result = await run(argv, { environment, changes });
    expect(result).toMatchObject({ code: 3, out: '', runSettings: undefined });
    expect(result.err.trimEnd().split('\n')).toEqual([`slung: ${lines[0]}`, ...lines.slice(1)]);
  });

  test('a source that does not compile is exit 3, with what the compiler says', async () => {
    const result = await run(['bad.ts']);
    expect(result).toMatchObject({ code: 3, out: '', runSettings: undefined });
    expect(result.err).toMatch(/^slung: bad\.ts: it does not compile\nERROR TS/);
  });

  test('configuration is for all, or for one, by its name', async () => {
    const values = ['k=all', 'b:k=b', 'only=b=1', 'b:url=http://h:1/?a=b', 'k=all2', 'e='];
    const argv = [
      'a.wasm',
      '--then',
      'b.wasm',
      '--then',
      'b.wasm',
      ...values.flatMap((value) => ['--plugin-config', value]),
    ];
    const { plugins } = await settingsOf(argv);
    const ofAll = { k: 'all2', only: 'b=1', e: '' };
    expect(plugins.map(({ config }) => config)).toEqual([
      ofAll,
      { ...ofAll, k: 'b', url: 'http://h:1/?a=b' },
      { ...ofAll, k: 'b', url: 'http://h:1/?a=b' },
    ]);
  });

  test('--abi is for all, or for one', async () => {
    const { plugins } = await settingsOf(['a.wasm', '--then', 'b.wasm', '--abi', 'wasi', '--abi', 'b:slung']);
    expect(plugins.map(({ abi }) => abi)).toEqual(['wasi', 'slung']);
  });
});

describe('refused', () => {
  test.each<[string[], string]>([
    [[], 'run needs a plugin'],
    [['--', 'a.wasm'], 'run needs a plugin'],
    [['-p', 'x=a.wasm'], 'run needs a plugin'],
    [[''], 'the name of a plugin is empty'],
    [['a.wasm', '-p', 'x'], '--plugin: "x" is not NAME=FILE'],
    [['a.wasm', '-p', '=x'], '--plugin: "=x" is not NAME=FILE'],
    [['a.wasm', '-p', 'a:b=x'], '--plugin: the name "a:b" may only have letters, digits, ., - and _'],
    [['a.wasm', '-p', 'x=a', '-p', 'x=b'], '--plugin: two plugins are called x'],
    [['a.wasm', '--plugin-config', 'k'], '--plugin-config: "k" is not [NAME:]KEY=VALUE'],
    [['a.wasm', '--plugin-config', '=v'], '--plugin-config: "=v" is not [NAME:]KEY=VALUE'],
    [['a.wasm', '--plugin-config', 'b:k=v'], '--plugin-config: no plugin of this run is called "b"'],
    [['a.wasm', '--abi', 'tangent'], '--abi: "tangent" is not one of tangent-component, tangent-core, slung, wasi'],
    [['a.wasm', '--abi', 'b:wasi'], '--abi: no plugin of this run is called "b"'],
    [['a.wasm', '--memory', '5G'], '--memory: 5G is too large; the most is 4 GiB'],
    [['a.wasm', '--memory', '1K'], '--memory: 1K is too small; the least is 64 KiB'],
    [['a.wasm', '--time-limit', '0'], '--time-limit: 0 is too small; the least is 0.001 s'],
    [['a.wasm', '--unmatched', 'keep'], '--unmatched: "keep" is not one of drop, pass'],
    [['a.wasm', '--allow-net', '*'], "--allow-net: '*': wildcards are not accepted; name each host"],
    [['a.wasm', '--allow-env', 'A=b'], '--allow-env: "A=b" is not the name of a variable'],
    [['a.wasm', '--cache', '-'], '--cache needs a file name'],
    [['a.wasm', '--time', ' '], '--time needs a path'],
    [['a.wasm', '--on-error', 'keep'], '--on-error keep cannot be combined with plugins'],
    [['a.wasm', '--listen', 'ws://h:1', 'file'], '--listen and a file cannot be used together: file'],
    [['a.wasm', '--listen', 'ws://h'], '--listen: "ws://h" is not ws://HOST:PORT'],
    [['a.wasm', '--listen', 'wss://h:1'], '--listen: "wss://h:1" is not ws://HOST:PORT'],
    [['a.wasm', '--listen', 'ws://h:70000'], '--listen: "ws://h:70000" is not ws://HOST:PORT'],
    [['a.wasm', '--columns', 'a'], '--columns needs --to csv or --to tsv'],
  ])('%j', async (argv, message) => {
    const result = await run(argv);
    expect(result).toMatchObject({ code: 2, out: '', runSettings: undefined });
    const lines = result.err.trimEnd().split('\n');
    expect(lines[0]).toBe(`slung: ${message}`);
    expect(lines.at(-1)).toBe('See: slung help run');
  });

  test('keep from the environment is told by its name', async () => {
    const result = await run(['a.wasm'], { environment: { SLUNG_ON_ERROR: 'keep' } });
    expect(result.err).toContain('SLUNG_ON_ERROR=keep cannot be combined with plugins');
  });
});

describe('the run', () => {
  test.each([0, 1, 4, 7])('its code %d is the exit code', async (code) => {
    expect((await run(['a.wasm'], { runPlugins: async () => ({ kind: 'done', code }) })).code).toBe(code);
  });

  test('a terminal and no file: brief help instead of waiting', async () => {
    const result = await run(['a.wasm'], { terminals: [0] });
    expect(result).toMatchObject({ code: 2, out: '', runSettings: undefined });
    expect(result.err).toContain('Usage: slung run');
  });

  test('a terminal does not matter with a file or --listen', async () => {
    expect((await run(['a.wasm', '-'], { terminals: [0] })).runSettings?.input.inputs).toEqual(['-']);
    expect((await run(['a.wasm', '--listen', 'ws://[::1]:1'], { terminals: [0] })).code).toBe(0);
  });

  test('a signal is raised again', async () => {
    const result = await run(['a.wasm'], { runPlugins: async () => ({ kind: 'signal', signal: 'SIGTERM' }) });
    expect(result).toMatchObject({ code: 143, raised: ['SIGTERM'] });
  });

  test('a plugin that the run refuses is exit 3', async () => {
    const { PluginFileError } = await import('../../../src/config/errors.ts');
    const runPlugins = async () => {
      throw new PluginFileError('plugin a cannot be used: it is a poem', 'Try another.');
    };
    const result = await run(['a.wasm'], { runPlugins });
    expect(result).toMatchObject({
      code: 3,
      out: '',
      err: 'slung: plugin a cannot be used: it is a poem\nTry another.\n',
    });
  });
});
