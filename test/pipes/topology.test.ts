/** `slung run -c` as a process: files, standard streams, an http client, files that grow, and what is wrong. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { bin, environment, Piped, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

const open: Piped[] = [];
afterEach(async () => {
  for (const slung of open.splice(0)) await slung.discard();
});

const at = (name: string): string => join(work.path, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');

function run(args: readonly string[], input: string | Buffer = '') {
  const options = { cwd: work.path, env: environment(), input, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, [bin, 'run', ...args], options);
}

function topology(name: string, yaml: string): string {
  writeFileSync(at(name), yaml);
  return name;
}

function start(...args: string[]): Piped {
  const slung = new Piped(args, work.path, 'run');
  open.push(slung);
  return slung;
}

describe('a topology from standard input to sinks', () => {
  test('sends a record along the first branch that takes it, and a bad line nowhere', () => {
    const file = topology(
      'first.yaml',
      `
sinks: { errors: { type: file, path: first-errors.ndjson } }
routes:
  - from: stdin
    first:
      - { where: 'level == "error"', to: errors }
      - { to: stdout }
`,
    );
    const { stdout, stderr, status } = run(['-c', file], '{"level":"error"}\n{"level":"info"}\n{bad\n{"x":1}\n');
    expect(stdout).toBe('{"level":"info"}\n{"x":1}\n');
    expect(text('first-errors.ndjson')).toBe('{"level":"error"}\n');
    expect(stderr).toContain('<stdin>:3:2');
    expect(stderr).toContain('1 bad line was left out; rejects: NAME keeps it\n');
    expect(status).toBe(1);
  });

  test('sends a record along every edge that takes it, in the form of each', () => {
    const file = topology(
      'every.yaml',
      `
sinks:
  all: { type: file, path: every.ndjson }
  table: { type: file, path: every.csv, format: csv, fields: [b, a] }
routes:
  - stdin -> all
  - { from: stdin, where: a > 1, to: [stdout, table] }
`,
    );
    const { stdout, status } = run(['-c', file], '{"a":1}\n{"a":2,"b":"x, y"}\n');
    expect({ stdout, status }).toEqual({ stdout: '{"a":2,"b":"x, y"}\n', status: 0 });
    expect(text('every.ndjson')).toBe('{"a":1}\n{"a":2,"b":"x, y"}\n');
    expect(text('every.csv')).toBe('b,a\n"x, y",2\n');
  });

  test('sends what is no object to the file for records without a value', () => {
    const sink = "sinks: { by: { type: dir, path: 'by/{k}.ndjson', where-missing: none } }";
    const file = topology('by.yaml', `${sink}\nroutes: [ stdin -> by, stdin -> stdout ]\n`);
    const lines = '{"k":"a"}\n5\n{"n":1}\n[1]\n';
    const { stdout, stderr, status } = run(['-c', file], lines);
    expect({ stdout, stderr, status }).toEqual({ stdout: lines, stderr: '', status: 0 });
    expect(text('by/none.ndjson')).toBe('5\n{"n":1}\n[1]\n');
  });

  test('reads FILE operands in the place of standard input, and refuses them where nothing reads that', () => {
    writeFileSync(at('in.ndjson'), '{"a":1}\n');
    const file = topology('plain.yaml', 'routes: [ stdin -> stdout ]\n');
    expect(run(['-c', file, 'in.ndjson', 'in.ndjson']).stdout).toBe('{"a":1}\n{"a":1}\n');
    const other = topology('own.yaml', 'sources: { logs: { path: in.ndjson } }\nroutes: [ logs -> stdout ]\n');
    expect(run(['-c', other]).stdout).toBe('{"a":1}\n');
    const refused = run(['-c', other, 'in.ndjson']);
    expect(refused.stderr).toContain('in.ndjson: own.yaml reads no standard input');
    expect(refused.status).toBe(2);
  });

  test('leaves no output file behind where the run was not whole', () => {
    const file = topology(
      'fails.yaml',
      'sinks: { out: { type: file, path: whole.ndjson } }\nroutes: [ stdin -> out ]\n',
    );
    expect(run(['-c', file, '--on-error', 'fail'], '{"a":1}\n{bad\n').status).toBe(1);
    expect(existsSync(at('whole.ndjson'))).toBe(false);
    expect(run(['-c', file], '{"a":1}\n').status).toBe(0);
    expect(text('whole.ndjson')).toBe('{"a":1}\n');
  });

  test('says that a flag which the file decides has no place beside it', () => {
    const { stderr, status } = run(['-c', 'plain.yaml', '-w', 'a > 1']);
    expect(stderr).toContain('--where cannot be combined with -c');
    expect(status).toBe(2);
  });
});

describe('the figures of a run', () => {
  const yaml = `
sinks: { errors: { type: file, path: figures.ndjson } }
routes:
  - from: stdin
    first:
      - { where: 'level == "error"', to: errors }
      - { where: 'level == "info"', to: stdout }
`;
  const input = '{"level":"error"}\n{"level":"info"}\n{"level":"debug"}\n\n{bad\n{"level":"info"}\n';

  test('are those of each source, node, route and sink, and add up', () => {
    const { stderr } = run(['-c', topology('figures.yaml', yaml), '--stats=json'], input);
    const report = JSON.parse(stderr.split('\n').find((line) => line.startsWith('{"sources"'))!);
    expect(report.sources.stdin).toMatchObject({ records: 4, bytes: Buffer.byteLength(input) });
    const rejects = { rejected: 1, rejectedByCode: { 'expected-key': 1 } };
    expect(report.nodes.stdin).toEqual({ records: 4, matched: 3, unrouted: 1, ...rejects, blank: 1 });
    expect(report.edges.map(({ from, to, records }: Record<string, unknown>) => [from, to, records])).toEqual([
      ['stdin', 'errors', 1],
      ['stdin', 'stdout', 2],
    ]);
    expect(report.sinks.errors).toMatchObject({ records: 1, failed: 0, dropped: 0, retries: 0, bytesCopied: 0 });
    expect(report.sinks.stdout).toMatchObject({ records: 2, failed: 0 });
  });

  test('are shown while it runs, when somebody asks with SIGUSR1', async () => {
    const slung = start('-c', topology('figures.yaml', yaml));
    slung.write(input);
    await slung.until('{"level":"info"}\n{"level":"info"}\n');
    const said = slung.untilSaid('"sources"');
    slung.child.kill('SIGUSR1');
    expect(await said).toContain('"nodes":{"stdin":{"records":4');
    slung.endInput();
    expect((await slung.ended).code).toBe(1);
  });
});

describe('a test of a topology', () => {
  test('goes into a plugin, past what is before it', () => {
    const file = fileURLToPath(new URL('../../fixtures/plugins/wasi/copy.wasm', import.meta.url));
    copyFileSync(file, at('copy.wasm'));
    const yaml = `
plugins: { copy: ./copy.wasm }
routes:
  - { from: stdin, where: n > 5, to: copy }
  - copy -> stdout
tests: [ { name: x, into: copy, input: ['{"n":1}', '{"n":9}'], expect: { stdout: 2 } } ]
`;
    const options = { cwd: work.path, env: environment(), encoding: 'utf8' } as const;
    const args = [bin, 'test', '-c', topology('tested.yaml', yaml)];
    expect(spawnSync(process.execPath, args, options)).toMatchObject({ status: 0, stdout: 'ok      x\n' });
  });
});

describe('sources that answer', () => {
  test('http: a request is answered when its records have arrived', async () => {
    const file = topology(
      'http.yaml',
      'sources: { hook: { type: http, listen: 127.0.0.1:0 } }\nroutes: [ hook -> stdout ]\n',
    );
    const slung = start('-c', file);
    const address = /http:\/\/\S+/.exec(await slung.untilSaid('listens on http'))![0];
    const response = await fetch(address, { method: 'POST', body: '{"a":1}\n{"a":2}' });
    expect(response.status).toBe(200);
    expect(await slung.until('{"a":2}\n')).toBe('{"a":1}\n{"a":2}\n');
    slung.child.kill('SIGTERM');
    expect((await slung.ended).signal).toBe('SIGTERM');
  });

  test('a file of its own gets its name also when a signal is the only end that there is', async () => {
    const yaml =
      'sources: { logs: { path: ends.ndjson, follow: true } }\nsinks: { out: { path: ended.ndjson } }\nroutes: [ "logs -> out, stdout" ]\n';
    writeFileSync(at('ends.ndjson'), '{"x":1}\n');
    const slung = start('-c', topology('ends.yaml', yaml));
    await slung.until('{"x":1}\n');
    slung.child.kill('SIGTERM');
    expect((await slung.ended).signal).toBe('SIGTERM');
    expect(text('ended.ndjson')).toBe('{"x":1}\n');
  });

  test('followed files go on where the last run was', async () => {
    const yaml =
      'sources: { logs: { path: "log*.ndjson", follow: true, positions: pos } }\nroutes: [ logs -> stdout ]\n';
    const file = topology('follow.yaml', yaml);
    writeFileSync(at('log1.ndjson'), '{"x":1}\n');
    const first = start('-c', file);
    await first.until('{"x":1}\n');
    appendFileSync(at('log1.ndjson'), '{"x":2}\n');
    await first.until('{"x":2}\n');
    writeFileSync(at('log2.ndjson'), '{"y":1}\n');
    await first.until('{"y":1}\n');
    first.child.kill('SIGTERM');
    await first.ended;
    appendFileSync(at('log1.ndjson'), '{"x":3}\n');
    const second = start('-c', file);
    expect(await second.until('{"x":3}\n')).toBe('{"x":3}\n');
    second.child.kill('SIGTERM');
    await second.ended;
  });
});

test('a value stands in several places of a path', () => {
  const sink = `{ type: dir, path: 'twice/{k}/{"k"}-{k}.ndjson' }`;
  const file = topology('twice.yaml', `sinks: { s: ${sink} }\nroutes: [ stdin -> s ]\n`);
  const { stderr, status } = run(['-c', file], '{"k":"x"}\n{"k":"y"}\n');
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect([text('twice/x/x-x.ndjson'), text('twice/y/y-y.ndjson')]).toEqual(['{"k":"x"}\n', '{"k":"y"}\n']);
});

describe('files that are not for one alone', () => {
  const refusedAs = (name: string, yaml: string, files: Readonly<Record<string, string>> = {}) => {
    for (const [file, content] of Object.entries(files)) writeFileSync(at(file), content);
    const { stderr, stdout, status } = run(['-c', topology(name, yaml)], '{"k":"1"}\n');
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    return stderr;
  };
  const source = (path: string) => `sources: { f: { type: file, path: "${path}", follow: true } }\n`;

  test('a file that is followed is not written, under no other name', () => {
    writeFileSync(at('own.ndjson'), '{"k":"1"}\n');
    linkSync(at('own.ndjson'), at('hard.ndjson'));
    symlinkSync('own.ndjson', at('soft.ndjson'));
    for (const name of ['hard', 'soft']) {
      const sink = `sinks: { s: { type: file, path: ${name}.ndjson, mode: append } }\n`;
      const said = refusedAs('circle.yaml', `${source('own.ndjson')}${sink}routes: [ f -> s ]\n`);
      expect(said).toContain(`${name}.ndjson: it is the same file as the input own.ndjson`);
    }
    expect(text('own.ndjson')).toBe('{"k":"1"}\n');
  });

  test('a file that a pattern will find is not made', () => {
    mkdirSync(at('found'), { recursive: true });
    for (const sink of ['type: dir, path: "found/{k}.ndjson"', 'type: file, path: ./found/new.ndjson, mode: append']) {
      const yaml = `${source('found/*.ndjson')}sinks: { s: { ${sink} } }\nroutes: [ f -> s ]\n`;
      const said = refusedAs('found.yaml', yaml, { 'found/1.ndjson': '{"k":"2"}\n' });
      expect(said).toContain('cannot write s: the source f would read it (found/*.ndjson); give it another folder');
      expect(readdirSync(at('found'))).toEqual(['1.ndjson']);
    }
  });

  test('two sinks do not write one file', () => {
    symlinkSync('later.ndjson', at('to-later.ndjson'));
    const sinks = 'sinks: { a: { type: file, path: later.ndjson }, b: { type: file, path: to-later.ndjson } }\n';
    const said = refusedAs('both.yaml', `${sinks}routes: [ stdin -> a, stdin -> b ]\n`);
    expect(said).toContain('cannot write b: it is the same file as that of a; give it a file of its own');
    expect(existsSync(at('later.ndjson'))).toBe(false);
  });
});

/** The limit of a file's size is as good as a full disk. */
function runLimited(kib: number, args: readonly string[], input = '') {
  const script = `trap '' XFSZ; ulimit -f ${kib}; exec "$0" "$@"`;
  return spawnSync('bash', ['-c', script, process.execPath, bin, 'run', ...args], {
    ...{ cwd: work.path, env: environment(), input, encoding: 'utf8' },
  });
}

test('after a full disk, a file with positions goes on behind the last record that was written', () => {
  const lines = Array.from({ length: 9000 }, (_, i) => `{"n":${i},"s":"${'x'.repeat(i % 90)}"}\n`).join('');
  writeFileSync(at('counted.ndjson'), lines);
  const source = '{ type: file, path: counted.ndjson, positions: counted }';
  const sink = '{ type: file, path: once.ndjson, mode: append }';
  const file = topology('once.yaml', `sources: { s: ${source} }\nsinks: { a: ${sink} }\nroutes: [ s -> a ]\n`);
  const args = ['-c', file, '--batch-bytes', '100000'];
  const { stderr, status } = runLimited(300, args);
  expect(stderr).toContain('file too large');
  expect(status).toBe(1);
  expect(text('once.ndjson').length).toBeGreaterThan(100_000);
  expect(run(args).status).toBe(0);
  expect(text('once.ndjson') === lines).toBe(true);
});

test('a full disk leaves no empty file where one was to be packed, and says what is not written', () => {
  const sinks = `a: { type: dir, path: 'packed/{app}.ndjson.gz' }, b: { type: dir, path: 'plain/{app}.ndjson' }`;
  const file = topology(
    'packed.yaml',
    `sinks: { ${sinks} }\nroutes: [ { from: stdin, first: [ ROUTES ] } ]\n`.replace(
      'ROUTES',
      `{ where: 'to == "a"', to: a }, { to: b }`,
    ),
  );
  const words = Array.from({ length: 2000 }, (_, i) => Math.sin(i)).join();
  const line = (to: string): string => `{"to":"${to}","app":"x","words":"${words}"}\n`;
  for (const to of ['a', 'b']) {
    const { stderr, status } = runLimited(4, ['-c', file], line(to));
    expect(stderr).toContain(`slung: ${to}: 1 record was not delivered\n`);
    expect(status).toBe(1);
  }
  expect([readdirSync(at('packed')), readdirSync(at('plain'))]).toEqual([[], []]);
});

test('what a full disk has not taken goes elsewhere by whole lines, and leaves whole lines', () => {
  const sinks = 'a: { type: file, path: limited.ndjson, on-failure: dead }, dead: stdout';
  const file = topology('limited.yaml', `sinks: { ${sinks} }\nroutes: [ stdin -> a ]\n`);
  const lines = Array.from({ length: 5 }, (_, i) => `{"n":${i},"s":"${'x'.repeat(300)}"}\n`).join('');
  const { stdout, status } = runLimited(1, ['-c', file], lines);
  expect(status).toBe(0);
  expect(text('limited.ndjson')).not.toMatch(/[^\n]$/);
  expect(text('limited.ndjson') + stdout).toBe(lines);
});
