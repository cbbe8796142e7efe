/** `slung check` from the line that was typed to its words, its pictures and its exit code. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { slung } from '../support.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slung-check-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const check = (argv: readonly string[], environment: Record<string, string> = {}) =>
  slung(['check', ...argv], { directory, environment });

function put(text: string, path = 'slung.yaml'): void {
  mkdirSync(join(directory, path, '..'), { recursive: true });
  writeFileSync(join(directory, path), text);
}

/** The smallest module that is a WASI filter: a type, a function, its export `_start`, an empty body. */
const filter = Buffer.from('0061736d010000000104016000000302010' + '0070a01065f73746172740000' + '0a040102000b', 'hex');

describe('a file that is right', () => {
  test('is said to be, with what is in it', async () => {
    put('routes: [ stdin -> stdout ]\n');
    const expected = { code: 0, err: '', out: 'slung.yaml is right: sources 1, plugins 0, sinks 1, routes 1\n' };
    expect(await check([])).toMatchObject(expected);
    expect(await check(['slung.yaml'])).toMatchObject(expected);
    expect(await check(['-q'])).toMatchObject({ code: 0, err: '', out: '' });
    put('routes: [ stdin -> drop ]\n', 'deep/slung.yaml');
    expect((await check(['deep'])).out).toMatch(/^deep\/slung\.yaml is right/);
    expect((await check(['.'])).out).toMatch(/^slung\.yaml is right/);
  });

  test('is drawn and printed', async () => {
    put('routes: [ stdin -> stdout ]\n');
    expect((await check(['--graph'])).out).toContain('stdin ──▶ stdout\n');
    expect((await check(['--graph=dot'])).out).toContain('"stdin" -> "stdout";');
    expect((await check(['--graph=mermaid'])).out).toContain('n0 --> n1');
    expect(JSON.parse((await check(['--graph=json'])).out).edges).toHaveLength(1);
    expect((await check(['--print'])).out).toContain('  lanes: 1  # default\n');
  });

  test('has another value for a key by --set, and fewer routes by --only', async () => {
    put('sinks: { out: { path: a.ndjson } }\nroutes:\n  - stdin -> out\n  - stdin -> drop\n');
    const set = await check(['--print', '--set', 'sinks.out.path=$' + '{x}: #y', '--set', 'defaults.lanes=2']);
    expect(set.out).toContain("path: '$$" + "{x}: #y'  # --set sinks.out.path\n");
    expect(set.out).toContain('lanes: 2  # --set defaults.lanes\n');
    expect((await check(['--only', 'stdin -> drop'])).out).toContain('sinks 1, routes 1');
  });

  test('may have warnings, which -q leaves out', async () => {
    put('sinks: { spare: a.ndjson }\nroutes: [ stdin -> stdout ]\n');
    expect((await check([])).err).toMatch(/^slung\.yaml:1:10: warning: no route goes to sink "spare"\n/);
    expect(await check(['-q'])).toMatchObject({ code: 0, err: '' });
  });
});

describe('a file that is wrong', () => {
  test('is exit code 2, with places that editors find', async () => {
    put('routes:\n  - stdin -> x1\n  - y1 -> stdout\n');
    const { code, out, err } = await check([]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n').filter((line) => /^\S+:\d+:\d+: /.test(line))).toHaveLength(2);
    expect(err).not.toContain('internal');
  });

  test('is lines of JSON for programs', async () => {
    put('routes:\n  - from: stdin\n    where: level = 1\n    to: stdout\n');
    const { code, err } = await check(['--errors=json']);
    expect(code).toBe(2);
    expect(JSON.parse(err)).toEqual({
      ...{ level: 'error', kind: 'usage', code: 'selector', path: 'routes[0].where' },
      ...{ file: 'slung.yaml', line: 3, column: 18, message: 'where: `=` is not an operator' },
      hint: 'did you mean `==`?',
    });
  });

  test('shows the first twenty problems, errors before warnings', async () => {
    const sinks = Array.from({ length: 30 }, (_, i) => `  s${i}: f${i}\n`).join('');
    put(`sinks:\n${sinks}routes: [ stdin -> stdout ]\nrejects: nobody-of-that-name\n`);
    const { err } = await check([]);
    expect(err.match(/^slung\.yaml:\d+:\d+: /gm)).toHaveLength(20);
    expect(err).toMatch(/^slung\.yaml:33:10: no source/m);
    expect(err).toMatch(/\nand 11 more\n$/);
  });

  test.each([
    [['--set', 'x'], '--set: "x" is not PATH=VALUE'],
    [['--set', 'sinks.ot.path=x'], '--set sinks.ot.path: the file has no "ot" at "sinks.ot.path"'],
    [['--set', 'sinks.out.path=x'], '--set sinks.out.path: sinks.out is one text in the file'],
    [['--set', 'routes[7].to=x'], 'the list has 1 items'],
    [['--set', 'defaults.lanes=many'], '--set defaults.lanes: lanes: "many" is not a whole number'],
    [['--set', 'sinks.out=[x'], '--set sinks.out: flow sequence'],
    [['--only', 'stdin -> ot'], '--only: there is no route stdin -> ot'],
    [['none.yaml'], 'slung: none.yaml: there is no such file\n'],
    [['a', 'b'], 'slung: check takes only one file: b\n'],
  ])('%j', async (argv, message) => {
    put('sinks: { out: a.ndjson }\nroutes: [ stdin -> out ]\n');
    const { code, err } = await check(argv);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  test('that is no text is refused without being read whole', async () => {
    put('x'.repeat((1 << 20) + 1));
    expect(await check([])).toMatchObject({ code: 2, err: expect.stringContaining('larger than 1 MiB') });
  });

  test('has no secret in what is said of it', async () => {
    put('sources:\n  hook: { type: http, listen: 127.0.0.1:1, token: hunter2 }\nroutes: [ stdin -> stdout ]\n');
    for (const argv of [[], ['--errors=json'], ['--print'], ['--graph=json']]) {
      const { out, err } = await check(argv);
      expect(out + err).not.toContain('hunter2');
    }
  });
});

describe('plugins', () => {
  const chain = (more = '') => `plugins: { wc: { file: ./wc.wasm${more} } }\nroutes: [ stdin -> wc -> stdout ]\n`;

  test('are found from the directory of the file', async () => {
    put(chain(), 'deep/slung.yaml');
    writeFileSync(join(directory, 'deep/wc.wasm'), filter);
    expect(await check(['deep/slung.yaml'])).toMatchObject({ code: 0, err: '' });
  });

  test('that are not there, or are none, are exit code 3', async () => {
    put(chain());
    const missing = await check([]);
    expect(missing.code).toBe(3);
    expect(missing.err).toMatch(/^slung\.yaml:1:12: plugin "wc": \.\/wc\.wasm: there is no such file\n/);
    writeFileSync(join(directory, 'wc.wasm'), 'text');
    const none = await check([]);
    expect(none).toMatchObject({ code: 3, err: expect.stringContaining('plugin "wc": ./wc.wasm: ') });
    put(chain(', lans: 2'));
    expect((await check([])).code).toBe(2);
  });

  test('that read one stream run once, and acknowledge at their end', async () => {
    writeFileSync(join(directory, 'wc.wasm'), filter);
    put(chain(', lanes: 2, on-error: skip'));
    const { code, err } = await check([]);
    expect(code).toBe(2);
    expect(err).toContain('"wc" reads one stream, so it has one lane, not 2');
    expect(err).toContain('"wc" reads one stream, so it cannot skip a record that it fails on');
    const hook = (ack: string) =>
      `sources: { hook: { type: http, listen: 127.0.0.1:1${ack} } }\n${chain().replace('stdin', 'hook')}`;
    put(hook(''));
    expect((await check([])).err).toContain(
      '"wc" reads one stream, so nothing of "hook" could be acknowledged before it ends',
    );
    put(hook(', ack: read'));
    expect(await check([])).toMatchObject({ code: 0, err: '' });
  });

  test('are not trusted with the network when others can write the file', async () => {
    writeFileSync(join(directory, 'wc.wasm'), filter);
    put(chain(', allow-net: geo.example'));
    chmodSync(join(directory, 'slung.yaml'), 0o666);
    expect((await check([])).err).toContain(
      'warning: plugin "wc" may reach geo.example, and others can write this file',
    );
    chmodSync(join(directory, 'slung.yaml'), 0o644);
    expect((await check([])).err).toBe('');
  });
});

test('--schema is JSON and reads no file', async () => {
  const { code, out } = await check(['--schema']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ title: 'slung.yaml', required: ['routes'] });
});

describe('--from-flags', () => {
  test('prints a command line as a file, which is right', async () => {
    writeFileSync(join(directory, 'wc.wasm'), filter);
    const line = ['run', './wc.wasm', 'app.ndjson', '-w', 'a == 1', '--memory', '64MiB', '--no-header', '--to', 'csv'];
    const { code, out, err } = await check(['--from-flags', ...line, '-f', 'a,b', '--', '-x']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    put(out);
    expect(await check([])).toMatchObject({ code: 0, err: '' });
    expect(out).toBe(
      [
        'version: 1',
        'sources:\n  in:\n    type: file\n    path: app.ndjson',
        "plugins:\n  wc:\n    file: ./wc.wasm\n    memory: 64MiB\n    args: ['-x']\n    where: a == 1",
        'routes:\n  - in -> wc',
        '  - from: wc\n    to: stdout\n    format: csv\n    fields: [a, b]\n    header: false\n',
      ].join('\n'),
    );
  });

  test('shows what is wrong in the line', async () => {
    const { code, err } = await check(['--from-flags', 'select', '-w', 'a = 1', '--stats']);
    expect(code).toBe(2);
    expect(err).toContain("  slung select --where 'a = 1' --stats\n                          ^\n");
    expect((await check(['--from-flags', 'query', 'x'])).err).toContain('--from-flags needs select or run behind it');
    expect((await check(['--from-flags', 'run', './none.wasm'])).code).toBe(3);
  });
});

describe('a tangent.yaml', () => {
  const tangent = (type: string) =>
    `runtime: {}\nplugins: {}\n# comes in\nsources: { a: { type: ${type}, path: a.ndjson } }\nsinks: { b: { type: blackhole } }\ndag:\n  - { from: { kind: source, name: a }, to: [ { kind: sink, name: b } ] }\n`;

  test('is checked, and converted with its comments', async () => {
    put(tangent('file'), 'tangent.yaml');
    expect((await check(['tangent.yaml'])).out).toBe(
      'tangent.yaml is right: sources 1, plugins 0, sinks 1, routes 1\n',
    );
    const { code, out } = await check(['--convert', 'tangent.yaml']);
    expect(code).toBe(0);
    expect(out).toContain('\n# comes in\nsources:\n  a:\n    type: file\n    path: a.ndjson\n');
    expect(out).toContain('\nroutes:\n  - a -> b\n');
    put(out);
    expect(await check([])).toMatchObject({ code: 0, err: '' });
  });

  test('is refused with what to do instead', async () => {
    put(tangent('sqs'), 'tangent.yaml');
    for (const argv of [['tangent.yaml'], ['--convert', 'tangent.yaml']]) {
      const { code, err } = await check(argv);
      expect(code).toBe(2);
      expect(err).toMatch(/^tangent\.yaml:4:23: sources\.a: slung has no source "sqs"\n[^\n]*\n[^\n]*\n {2}pipe it in/);
    }
    put('routes: [ stdin -> stdout ]\n');
    expect((await check(['--convert'])).err).toContain('--convert: slung.yaml is no tangent.yaml');
  });
});
