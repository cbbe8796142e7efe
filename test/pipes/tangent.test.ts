/**
 * Configurations in the forms of Tangent's own examples, run as they are: a mapper behind TCP or a socket of the file
 * system, or from file to file. Those whose sources slung has not are refused, with what to do.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/compiled.ts';
import { pluginFile } from '../support/plugins.ts';
import { bin, environment, Piped, workDirectory } from './support.ts';

const work = workDirectory();
const at = (name: string): string => join(work.path, name);
const pair = join(root, 'fixtures/plugins/as/scaffold');
const records: unknown[] = JSON.parse(readFileSync(join(pair, 'input.json'), 'utf8'));
const input = records.map((record) => `${JSON.stringify(record)}\n`).join('');

beforeAll(async () => {
  for (const folder of ['plugins', 'tests']) mkdirSync(at(folder));
  cpSync(await pluginFile('fixtures/plugins/as/scaffold/plugin.ts'), at('plugins/mapper.component.wasm'));
  for (const name of ['input.json', 'expected.json']) cpSync(join(pair, name), at(`tests/${name}`));
});
afterAll(() => work.remove());

const open: Piped[] = [];
afterEach(async () => {
  for (const slung of open.splice(0)) await slung.discard();
});

/** One source, one plugin with a test, one sink, as in every example. */
function tangent(source: string, sink = 'type: blackhole'): string {
  return `runtime:
  plugins_path: "plugins/"
plugins:
  mapper:
    module_type: go
    path: .
    tests:
      - input: tests/input.json
        expected: tests/expected.json
sources:
  in: { ${source} }
sinks:
  out: { ${sink} }
dag:
  - from: { kind: source, name: in }
    to: [ { kind: plugin, name: mapper } ]
  - from: { kind: plugin, name: mapper }
    to: [ { kind: sink, name: out } ]
`;
}

function slung(command: string, yaml: string, ...flags: string[]) {
  writeFileSync(at('tangent.yaml'), yaml);
  const options = { cwd: work.path, env: environment(), encoding: 'utf8' } as const;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [bin, command, '-c', 'tangent.yaml', ...flags],
    options,
  );
  return { stdout, stderr, status };
}

function start(yaml: string): Piped {
  writeFileSync(at('tangent.yaml'), yaml);
  const piped = new Piped(['-c', 'tangent.yaml', '-v'], work.path, 'run');
  open.push(piped);
  return piped;
}

const expected: unknown = JSON.parse(readFileSync(join(pair, 'expected.json'), 'utf8'));

function outputOf(name: string): unknown {
  const text = readFileSync(at(name), 'utf8');
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
}

async function arrives(piped: Piped, name: string): Promise<void> {
  await expect.poll(() => outputOf(name)).toEqual(expected);
  piped.child.kill('SIGTERM');
  expect((await piped.ended).signal).toBe('SIGTERM');
}

describe('a mapper as in the examples', () => {
  test('behind TCP', async () => {
    const piped = start(tangent('type: tcp, bind_address: 127.0.0.1:0', 'type: file, path: tcp.ndjson'));
    const [, port] = /listens on 127\.0\.0\.1:(\d+)/.exec(await piped.untilSaid('listens on'))!;
    connect(Number(port), '127.0.0.1').end(input);
    await arrives(piped, 'tcp.ndjson');
  });

  test('behind a socket', async () => {
    const piped = start(tangent('type: socket, socket_path: in.sock', 'type: file, path: socket.ndjson'));
    await piped.untilSaid('listens on');
    connect(at('in.sock')).end(input);
    await arrives(piped, 'socket.ndjson');
  });

  test('from file to file, and by its test', () => {
    writeFileSync(at('in.ndjson'), input);
    const yaml = tangent('type: file, path: in.ndjson', 'type: file, path: out.ndjson');
    expect(slung('run', yaml)).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(outputOf('out.ndjson')).toEqual(expected);
    expect(slung('test', yaml)).toMatchObject({ stdout: 'ok      mapper 1\n', status: 0 });
  });

  test('into nothing, which is counted', () => {
    writeFileSync(at('in.ndjson'), input);
    const { stderr, status } = slung('run', tangent('type: file, path: in.ndjson'), '--stats=json');
    expect(JSON.parse(stderr).sinks.out).toMatchObject({ records: records.length, failed: 0 });
    expect(status).toBe(0);
  });
});

describe('what slung has not is refused', () => {
  test.each([
    ['github_webhook', 'type: github_webhook, bind_address: "0.0.0.0:9000", path: /webhook, token: hunter2'],
    ['npm_registry', 'type: npm_registry, orgs: [my-org], token: hunter2'],
    ['msk', 'type: msk, bootstrap_servers: "b:9096", topic: t, group_id: g'],
    ['sqs', 'type: sqs, queue_url: "https://sqs.example/q"'],
  ])('%s', (type, source) => {
    const { stderr, status } = slung('run', tangent(source));
    expect(stderr).toMatch(new RegExp(`^tangent.yaml:11:\\d+: sources.in: slung has no source "${type}"\n`));
    expect(stderr).toMatch(/\n {2}(pipe it in|point the webhook at a source of type http)/);
    expect(stderr).not.toMatch(/hunter2|\n\s+at /);
    expect(status).toBe(2);
  });

  test('s3', () => {
    const { stderr, status } = slung('run', tangent('type: tcp', 'type: s3, bucket_name: b, wal_path: /tmp/wal'));
    expect(stderr).toContain('sinks.out: slung has no sink "s3"');
    expect(stderr).toContain('aws s3');
    expect(status).toBe(2);
  });

  test('a plugin that nobody has compiled to a component', () => {
    const { stderr, status } = slung(
      'run',
      tangent('type: tcp, bind_address: 127.0.0.1:0').replaceAll('mapper', 'none'),
    );
    expect(stderr).toContain('./plugins/none.component.wasm: there is no such file');
    expect(status).toBe(3);
  });
});
