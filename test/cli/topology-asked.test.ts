/** Which lines of select and run are run as topologies, and what is said where a line cannot be. */
import { describe, expect, test } from 'vitest';
import { urlWord } from '../../src/cli/command-table.ts';
import { isUrlWord } from '../../src/config/url-word.ts';
import { slung } from './support.ts';

describe('a line without URLs and what goes with them', () => {
  test.each([
    ['select', 'a.ndjson', '-', '-w', 'x == "http://a -> b"'],
    ['select', 'a:b.ndjson', '2026-11-30T12:00:00.ndjson', 'host:80'],
    ['select', './file:x', '-o', 'stdout', '--rejects', 'drop'],
    ['select', '-f', 'a=http://x', '--no-follow'],
  ])('%j reads files and writes one output', async (...words) => {
    expect((await slung(words)).settings).toBeDefined();
  });
});

describe('every URL needs the whole program', () => {
  const words = [
    'file:x',
    'dir:{a}',
    'http://h/',
    'HTTPS://h',
    'tcp://h:1',
    'unix:/s',
    'ws://h:1',
    'nats://h/s',
    'x://y',
  ];

  test.each(words)('%s', (word) => {
    expect(isUrlWord(word)).toBe(true);
    for (const typed of [word, `-o${word}`, `--output=${word}`, `--rejects=${word}`])
      expect(urlWord.test(typed)).toBe(true);
  });

  test.each(['a.ndjson', '-', './file:x', 'a:b', 'C:/x', '-w', '--where=x'])('%s is none', (word) => {
    expect(isUrlWord(word)).toBe(false);
    expect(urlWord.test(word)).toBe(false);
  });
});

describe('what cannot be is refused in words', () => {
  test.each([
    [['-F'], '--follow needs files'],
    [['-F', '-'], '--follow needs files'],
    [['--positions', 'p'], '--positions needs files'],
    [['-F', 'a', '-'], 'a topology has no order between files and other sources'],
    [['-F', 'file:a'], 'file:a: a URL says itself how it is read'],
    [['http://user:secret@h/x'], 'http://user:•••@h/x: nothing is fetched by slung'],
    [['--listen', 'h:80'], '--listen: h:80 is nowhere to listen'],
    [['--listen', 'tcp://127.0.0.1:1', 'a'], '--listen and a file cannot be used together'],
    [['--listen', 'http://0.0.0.0:8080/'], 'token'],
    [['s3://bucket/key'], 'slung has no source "s3:"'],
    [['a', '-o', 'kafka://h/t'], 'slung has no sink "kafka:"'],
    [['a', '--tee', 'x', '--csv-strict', '--to', 'csv'], '--csv-strict cannot be combined with --tee'],
    [['a', '--tee', 'x', '--unsparsify', '--to', 'csv'], '--unsparsify cannot be combined with --tee'],
    [['-F', 'a', '--on-error', 'keep'], '--on-error keep cannot be combined with --follow'],
    [['-F', 'a', '--columns', 'x'], '--columns needs --to csv or --to tsv'],
    [['a', '-o', 'http://u:secret@h/', '--on-error', 'keep'], 'keep cannot be combined with a URL (http:)'],
    [['a', '--route', 'level == "x"'], '--route is not SELECTOR -> URL'],
    [['a', '--route', 'level = "x" -> b'], '`=` is not an operator'],
  ])('select %j', async (words, said) => {
    const { code, err, settings } = await slung(['select', ...words]);
    expect(err).toContain(said);
    expect(err).not.toContain('secret');
    expect({ code, settings }).toEqual({ code: 2, settings: undefined });
  });

  test('once, however many routes have the mistake', async () => {
    const { err } = await slung(['select', '-w', 'a = 1', '--tee', 'x', '--tee', 'y', 'f']);
    expect(err.match(/is not an operator/g)).toHaveLength(1);
  });

  test('--on-error keep of the environment, too', async () => {
    const { err } = await slung(['select', '-F', 'a'], { environment: { SLUNG_ON_ERROR: 'keep' } });
    expect(err).toContain('SLUNG_ON_ERROR=keep cannot be combined with --follow');
  });
});

test('nobody types records into a terminal, but what listens does not read from one', async () => {
  const idle = await slung(['select', '--tee', 'x'], { terminals: [0] });
  expect(idle).toMatchObject({ code: 2 });
  expect(idle.err).toContain('Usage: slung select');
  const { err } = await slung(['select', '-F'], { terminals: [0] });
  expect(err).toContain('--follow needs files');
});
