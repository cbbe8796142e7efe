import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPlugin, isPluginPath, listPlugins, nameOfFile, pluginPlaces } from '../../src/plugin/find.ts';

const uid = process.getuid?.();
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'slung-find-'));
  for (const file of [
    'plugins/geo.wasm',
    'lib/geo.wasm',
    'lib/score.wasm',
    'data/slung/plugins/far.wasm',
    'plugins/x.txt',
  ]) {
    mkdirSync(join(directory, file, '..'), { recursive: true });
    writeFileSync(join(directory, file), file);
  }
  // A directory of that name is no plugin.
  mkdirSync(join(directory, 'plugins/folder.wasm'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const places = () =>
  pluginPlaces({
    environment: {
      SLUNG_PLUGIN_PATH: `:${directory}/lib::missing`,
      XDG_DATA_HOME: join(directory, 'data'),
      HOME: '/h',
    },
    directory,
  });

describe('pluginPlaces', () => {
  test('are ./plugins, the path, and the data directory, in this order', () => {
    expect(places()).toEqual([
      { label: './plugins', path: join(directory, 'plugins') },
      { label: `${directory}/lib`, path: `${directory}/lib` },
      { label: 'missing', path: join(directory, 'missing') },
      { label: join(directory, 'data/slung/plugins'), path: join(directory, 'data/slung/plugins') },
    ]);
  });

  test.each([
    [{ HOME: '/home/me' }, '/home/me/.local/share/slung/plugins'],
    [{ HOME: '/home/me', XDG_DATA_HOME: '' }, '/home/me/.local/share/slung/plugins'],
    // Relative paths are invalid by the specification.
    [{ HOME: '/home/me', XDG_DATA_HOME: 'data' }, '/home/me/.local/share/slung/plugins'],
    [{ XDG_DATA_HOME: '/data' }, '/data/slung/plugins'],
  ])('%j', (environment, last) => {
    expect(pluginPlaces({ environment, directory }).map(({ label }) => label)).toEqual(['./plugins', last]);
  });

  test('without a home there is only ./plugins', () => {
    expect(pluginPlaces({ environment: {}, directory }).map(({ label }) => label)).toEqual(['./plugins']);
  });
});

test('the first place that has it wins', () => {
  expect(findPlugin('geo', places(), uid)).toEqual({
    label: './plugins/geo.wasm',
    path: join(directory, 'plugins/geo.wasm'),
    isLocal: true,
    hidden: [`${directory}/lib/geo.wasm`],
    distrust: undefined,
  });
  expect(findPlugin('score', places(), uid)?.path).toBe(join(directory, 'lib/score.wasm'));
  expect(findPlugin('far', places(), uid)?.path).toBe(join(directory, 'data/slung/plugins/far.wasm'));
  expect(findPlugin('folder', places(), uid)).toBeUndefined();
  expect(findPlugin('x', places(), uid)).toBeUndefined();
});

test('the list has all of them, and says which are hidden', () => {
  const rows = listPlugins(places()).map(({ name, bytes, isHidden }) => [name, bytes, isHidden]);
  expect(rows).toEqual([
    ['geo', 16, false],
    ['geo', 12, true],
    ['score', 14, false],
    ['far', 27, false],
  ]);
});

test.each([
  ['geo', false],
  ['geo.v2', false],
  ['./geo', true],
  ['geo.wasm', true],
  ['geo.ts', true],
  ['geo.cwasm', true],
  ['geo.wasm.gz', false],
  ['lib/geo', true],
  ['.', true],
  ['..', true],
])('%s is a path: %s', (word, expected) => {
  expect(isPluginPath(word)).toBe(expected);
});

test.each([
  ['lib/geo.wasm', 'geo'],
  ['geo.ts', 'geo'],
  ['geo.component.wasm', 'geo.component'],
  ['./geo', 'geo'],
])('the name of %s is %s', (file, name) => {
  expect(nameOfFile(file)).toBe(name);
});

test('./plugins of somebody else, or that everybody can write, is not trusted', () => {
  const distrust = (name: string, user: number | undefined) => findPlugin(name, places(), user)?.distrust;
  const [folder, file] = [join(directory, 'plugins'), join(directory, 'plugins/geo.wasm')];
  const mode = statSync(folder).mode & 0o777;
  chmodSync(folder, 0o777);
  expect(distrust('geo', uid)).toBe('everybody can write to ./plugins');
  chmodSync(folder, mode);
  chmodSync(file, 0o666);
  expect(distrust('geo', uid)).toBe('everybody can write to the file');
  expect(distrust('geo', undefined)).toBeUndefined();
  chmodSync(file, 0o644);
  expect(distrust('geo', uid)).toBeUndefined();
  // Where the user has said to look, and what root has put there, is as good as his own.
  expect(distrust('score', uid! + 1)).toBeUndefined();
  if (uid === 0) chownSync(file, 1234, -1);
  expect(distrust('geo', uid === 0 ? 0 : uid! + 1)).toMatch(/belongs to another user/);
});
