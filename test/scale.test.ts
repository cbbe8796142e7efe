/**
 * docs/scale.md tells the truth: its commands are run as far as the tools are here, its files are checked, its links
 * lead somewhere. A comment before a block says what it is.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Worker } from './pipes/nats-support.ts';
import { bin, workDirectory } from './pipes/support.ts';
import { eventually } from './support/eventually.ts';
import { hasNoNats, NatsServer } from './support/nats-server.ts';

const path = fileURLToPath(new URL('../docs/scale.md', import.meta.url));
const text = readFileSync(path, 'utf8');
const found = [...text.matchAll(/^(?:<!-- (.*) -->\n)?```(\w+)\n([\s\S]*?)^```$/gm)];
const blocks = found.map(([, mark = '', language, body]) => ({ mark, language: language!, body: body! }));
const marked = (mark: string) => blocks.filter((block) => block.mark === mark);
const body = (mark: string): string => marked(mark)[0]!.body;

const work = workDirectory();
const has = (tool: string): boolean =>
  spawnSync('bash', ['-c', `PATH=$PATH:/usr/sbin command -v ${tool}`]).status === 0;
const hasNo = (tool: string): boolean => {
  if (has(tool)) return false;
  process.stderr.write(`SKIPPED: what docs/scale.md says about ${tool}, because it is not here\n`);
  return true;
};

const lines = (part: number): string[] =>
  ['error', 'info', 'error', 'warn'].map((level, i) => `{"n":${part * 4 + i},"level":"${level}"}\n`);
const parts = Array.from({ length: 8 }, (_, part) => lines(part));
const errors = (records: readonly string[]): string => records.filter((line) => line.includes('"error"')).join('');

/** Runs a script as its reader does, where `slung` is a command. */
function run(script: string, folder: string, env: NodeJS.ProcessEnv = {}) {
  const { status, stderr, error } = spawnSync('bash', ['-c', script], {
    cwd: folder,
    env: { ...process.env, PATH: `${join(work.path, 'bin')}:${process.env.PATH}`, HOME: work.path, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error) throw error;
  return { status, stderr: stderr.toString() };
}

beforeAll(() => {
  mkdirSync(join(work.path, 'bin'));
  writeFileSync(join(work.path, 'bin/slung'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`, { mode: 0o755 });
  for (const [part, records] of parts.entries()) {
    writeFileSync(join(work.path, `part-${part}.ndjson`), records.join(''));
  }
});
afterAll(() => work.remove());

test('every block is checked by something', () => {
  const known = /^(?:run: \w+|check|systemd: .*|kubernetes|logrotate|syntax|python)$/;
  const others = blocks.filter(({ mark, language }) => !known.test(mark) && language !== 'dockerfile');
  expect(others).toEqual([]);
});

test.each(blocks.filter(({ language }) => language === 'sh'))('bash can read: $body', (block) => {
  expect(spawnSync('bash', ['-n'], { input: block.body }).stderr.toString()).toBe('');
});

test.each(marked('check'))('slung.yaml: $body', (block) => {
  writeFileSync(join(work.path, 'slung.yaml'), block.body);
  expect(run('slung check -c slung.yaml', work.path)).toMatchObject({ status: 0 });
});

test.skipIf(hasNo('systemd-analyze'))('the unit of systemd', () => {
  const unit = join(work.path, 'slung@.service');
  writeFileSync(unit, body('systemd: slung@.service'));
  const verified = run(`systemd-analyze verify --man=no '${unit}'`, work.path);
  expect(verified.stderr.split('\n').filter((line) => line.includes('slung@'))).toEqual([]);
});

test.skipIf(hasNo('logrotate'))('the configuration of logrotate', () => {
  writeFileSync(join(work.path, 'rotate.conf'), body('logrotate'), { mode: 0o644 });
  expect(run('PATH=$PATH:/usr/sbin logrotate -d -s rotate.state rotate.conf', work.path)).toMatchObject({ status: 0 });
});

test('the deployment of Kubernetes asks only for pages that are there', async () => {
  const { spec } = parse(body('kubernetes')) as { spec: { template: { spec: { containers: Container[] } } } };
  const [container] = spec.template.spec.containers;
  const probes = [container!.startupProbe, container!.livenessProbe, container!.readinessProbe];
  const args = container!.args.map((arg) => arg.replace('/etc/slung/', '').replace(':9090', ':0'));
  writeFileSync(
    join(work.path, 'slung.yaml'),
    'sources: { in: { type: tcp, listen: 127.0.0.1:0 } }\nsinks: { out: { type: drop } }\nroutes: [ in -> out ]\n',
  );
  const worker = Worker.start(work.path, args);
  await eventually(() => /status is at http/.test(worker.said));
  const port = /:(\d+)\/$/m.exec(worker.said)![1];
  for (const { httpGet } of probes) {
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}${httpGet.path}`)).status).toBe(200);
  }
  await worker.stop();
});

interface Probe {
  readonly httpGet: { readonly path: string };
}
interface Container {
  readonly args: readonly string[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

test.skipIf(hasNo('parallel'))('GNU parallel', () => {
  expect(run(body('run: parallel'), work.path)).toMatchObject({ status: 0 });
  expect(readFileSync(join(work.path, 'errors.ndjson'), 'utf8')).toBe(errors(parts.flat()));
});

test('the tasks of a Slurm array', () => {
  for (const [part, records] of parts.entries()) {
    expect(run(body('run: slurm'), work.path, { SLURM_ARRAY_TASK_ID: String(part) })).toMatchObject({ status: 0 });
    expect(readFileSync(join(work.path, `errors-${part}.ndjson`), 'utf8')).toBe(errors(records));
  }
});

test.skipIf(hasNo('python3'))('Python can read the job of Spark, and its command does', () => {
  const script = 'import ast, sys; ast.parse(sys.stdin.read())';
  expect(spawnSync('python3', ['-c', script], { input: body('python') }).status).toBe(0);
  const command = /pipe\("""(.*?)"""/.exec(body('python'))![1]!;
  expect(run(`${command} < part-1.ndjson > partition`, work.path)).toMatchObject({ status: 0 });
  expect(readFileSync(join(work.path, 'partition'), 'utf8')).toBe(errors(parts[1]!));
});

describe.skipIf(hasNoNats)('against a server', () => {
  test('what is loaded goes through a worker to the reader', async () => {
    const server = await NatsServer.start();
    writeFileSync(join(work.path, 'app.ndjson'), parts.flat().join(''));
    const local = (mark: string): string => body(mark).replaceAll('nats://127.0.0.1:4222', server.url);
    const start = (mark: string): Worker => {
      const words = [...local(mark).matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
      return Worker.start(work.path, words.slice(1));
    };
    const reader = start('run: reader');
    await eventually(() => reader.said.includes('made the consumer'));
    const worker = start('run: worker');
    await eventually(() => worker.said.includes('made the consumer'));
    expect(run(local('run: load'), work.path)).toMatchObject({ status: 0 });
    const clean = join(work.path, 'clean.ndjson');
    const read = (): string => (existsSync(clean) ? readFileSync(clean, 'utf8') : '');
    const wanted = errors(parts.flat());
    await eventually(() => read().length >= wanted.length);
    expect(read()).toBe(wanted);
    await worker.stop();
    await reader.stop();
    await server.kill();
  });
});

test('links lead somewhere', () => {
  const targets = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target!);
  for (const target of targets.filter((each) => !/^https?:/.test(each))) {
    expect(existsSync(join(dirname(path), target)), target).toBe(true);
  }
  for (const [, file] of text.matchAll(/`((?:test|bench)\/[\w/]+(?:\.test)?\.\w+)`/g)) {
    expect(existsSync(join(dirname(path), '..', file!)), file).toBe(true);
  }
});
