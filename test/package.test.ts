/**
 * The package as a user gets it: packed, installed into an empty folder, and used there. Nothing is downloaded: the
 * package has no dependencies.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandTable } from '../src/cli/command-table.ts';
import { topics } from '../src/cli/help/help-topics.ts';
import { isFull } from './support/full.ts';
import { root } from './support/source.ts';

const dir = mkdtempSync(join(tmpdir(), 'slung-package-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Without anything of ours: no cache, no settings, no store of the user's. */
const environment = {
  PATH: process.env.PATH,
  HOME: dir,
  TERM: 'dumb',
  npm_config_cache: join(dir, 'cache'),
  npm_config_update_notifier: 'false',
};

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(command: string, argv: readonly string[], { cwd = dir, input = '' } = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, argv, { cwd, env: environment, input });
  if (error !== undefined) throw error;
  return { code: status, out: stdout.toString(), err: stderr.toString() };
}

const slung = (words: string, input = ''): Ran => run('node_modules/.bin/slung', words.split(' '), { input });

/** Paths in the package. */
let files: string[] = [];
let installed: Ran = { code: null, out: '', err: '' };

beforeAll(() => {
  // The tests run with dist/ built: packing would only build it again.
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', dir], { cwd: root });
  const report = JSON.parse(packed.out) as
    | { filename: string; files: { path: string }[] }[]
    | Record<string, { filename: string; files: { path: string }[] }>;
  const [info] = Object.values(report);
  files = info!.files.map(({ path }) => path);
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }');
  installed = run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(dir, info!.filename)]);
});

test('it installs without a warning, and nothing of it runs while it does', () => {
  expect(installed).toEqual({ code: 0, out: expect.stringContaining('added 1 package'), err: '' });
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const atUsers = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
  expect(Object.keys(scripts).filter((name) => atUsers.includes(name))).toEqual([]);
});

test('it has what is needed at run time, and nothing else', () => {
  const needed = [
    /^(README\.md|LICENSE|CHANGELOG\.md|package\.json)$/,
    /^bin\/(slung\.js|package\.json)$/,
    /^dist\/([\w-]+\.(cjs|js|wasm)|THIRD-PARTY\.txt|status-page\.html|slung\.d\.ts|types\/.*\.d\.ts)$/,
    /^man\/slung[a-z.-]*\.[157]$/,
    /^src\/plugin\/sdk\/(README\.md|asconfig\.json|slung\/[a-z]+\.ts)$/,
    /^src\/plugin\/authoring\/templates\//,
    ...topics.map(({ file }) => new RegExp(`^src/${file}$`)),
  ];
  expect(files.filter((path) => !needed.some((pattern) => pattern.test(path)))).toEqual([]);
  expect(needed.filter((pattern) => !files.some((path) => pattern.test(path)))).toEqual([]);
});

// Each from its own bundle is in test/pipes/bundles.test.ts.
test.each(isFull ? Object.keys(commandTable) : ['select', 'plugin build'])('%s --help', (name) => {
  expect(slung(`${name} --help`)).toMatchObject({ code: 0, err: '' });
});

test.each(topics)('help $name', ({ name }) => {
  expect(slung(`help ${name}`)).toMatchObject({ code: 0, err: '' });
});

describe('a user', () => {
  const records = '{"a":1,"t":1000}\n{"a":2,"t":2000}\n';

  test('selects, on one lane and on more', () => {
    expect(slung('select -f a --to csv', records)).toEqual({ code: 0, out: 'a\n1\n2\n', err: '' });
    expect(slung('select -j 2 -f a --to csv', records).out).toBe('a\n1\n2\n');
  });

  test('remembers and asks', () => {
    expect(slung('store write --store h --series-name s --time t --value a', records).code).toBe(0);
    expect(slung('query --store h SUM:s:[]').out).toContain('3');
    expect(slung('store verify --store h').code).toBe(0);
  });

  test('writes, builds, tests and runs a plugin', () => {
    // Which the user has installed, too.
    symlinkSync(join(root, 'node_modules/assemblyscript'), join(dir, 'node_modules/assemblyscript'));
    expect(slung('plugin new mapper').code).toBe(0);
    expect(slung('plugin build mapper')).toMatchObject({ code: 0 });
    expect(slung('plugin test mapper/mapper.wasm').out).toContain('1 passed');
    expect(slung('plugin inspect mapper/mapper.wasm').code).toBe(0);
    const line = readFileSync(join(dir, 'mapper/tests/errors/input.ndjson'), 'utf8');
    const expected = readFileSync(join(dir, 'mapper/tests/errors/expected.ndjson'), 'utf8');
    expect(slung('run mapper/mapper.wasm', line)).toEqual({ code: 0, out: expected, err: '' });
  });

  test('imports the library, with its types', () => {
    const code = [
      "import { selectObjects, UsageError } from 'slung';",
      `for await (const record of selectObjects<{ a: number }>(${JSON.stringify(records)}, { where: 'a > 1' }))`,
      '  console.log(record.a, typeof UsageError);',
    ].join('\n');
    writeFileSync(join(dir, 'use.mjs'), code.replace('<{ a: number }>', ''));
    expect(run(process.execPath, ['use.mjs'])).toEqual({ code: 0, out: '2 function\n', err: '' });
    mkdirSync(join(dir, 'node_modules/@types'), { recursive: true });
    symlinkSync(join(root, 'node_modules/@types/node'), join(dir, 'node_modules/@types/node'));
    writeFileSync(join(dir, 'use.mts'), code);
    const options = {
      module: 'nodenext',
      target: 'es2022',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    };
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.mts'] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    expect(run(process.execPath, [tsc, '-p', dir])).toEqual({ code: 0, out: '', err: '' });
    writeFileSync(join(dir, 'use.mts'), code.replace('record.a', 'record.b'));
    expect(run(process.execPath, [tsc, '-p', dir]).out).toContain("Property 'b' does not exist");
  });
});
