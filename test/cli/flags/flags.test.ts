/** The table itself: what its printers rely on, and that nothing in it is unused or contradictory. */
import { describe, expect, test } from 'vitest';
import { commandOf, commands } from '../../../src/cli/commands.ts';
import { flagGroups, oppositeOf } from '../../../src/cli/flags/flag.ts';
import { flagsOf } from '../../../src/cli/flags/flags.ts';
import { flags } from '../../../src/cli/flags/table.ts';
import { defaultLayer } from '../../../src/cli/sources.ts';

describe('flags', () => {
  test.each(flags.map((flag) => [flag.long, flag] as const))('--%s is a complete row', (_long, flag) => {
    expect(flag.long).toMatch(/^[a-z]+\d*(-[a-z]+)*$/);
    expect(flag.short ?? 'x').toMatch(/^[a-zA-Z]$/);
    expect(flag.doc).not.toMatch(/\.$/);
    expect(flag.longDoc).toMatch(/\.$/);
    expect(flagGroups).toContain(flag.group);
    expect(flag.value === undefined).toBe(flag.type === 'switch' || flag.type === 'count');
    expect(flag.choices !== undefined).toBe(flag.type === 'choice');
    if (flag.env !== undefined) expect(flag.env).toBe(`SLUNG_${flag.long.replaceAll('-', '_').toUpperCase()}`);
    for (const command of flag.commands) expect(commandOf(command)).toBeDefined();
  });

  test.each(commands.map((command) => command.name))('names of %s are unique, opposites included', (name) => {
    const own = flagsOf(name);
    const long = own.flatMap((flag) => [flag.long, oppositeOf(flag) ?? []].flat());
    const short = own.flatMap((flag) => flag.short ?? []);
    const keys = own.map((flag) => flag.key);
    for (const list of [long, short, keys]) expect(new Set(list).size).toBe(list.length);
  });

  test('every default can be read', () => {
    for (const { name } of commands) defaultLayer(flagsOf(name), {});
    expect(defaultLayer(flagsOf('run'), {}).get('lanes')?.value).toBe(1);
    const layer = defaultLayer(flagsOf('select'), { lanes: 2 });
    expect(layer.get('batchBytes')).toEqual({ value: 1_048_576, origin: { kind: 'default', text: 'default' } });
    expect(layer.get('lanes')?.value).toBe(2);
  });
});

test('the environment cannot grant anything, and how many instances there are is for the command line', () => {
  const settable = flagsOf('run').flatMap((flag) => (flag.env === undefined ? [] : [flag.long]));
  for (const name of ['allow-net', 'allow-read', 'allow-env', 'cache', 'lanes', 'then', 'record', 'retain']) {
    expect(settable).not.toContain(name);
  }
  expect(settable).toContain('time-limit');
});
