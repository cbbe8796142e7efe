/** What --status and --metrics serve while a run starts, runs, waits, ends and has ended. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunHost } from '../../../src/graph/host.ts';
import { Port } from '../../../src/graph/port.ts';
import type { OpenedEnds } from '../../../src/pipeline/topology/ends.ts';
import type { TopologyReport } from '../../../src/pipeline/topology/report.ts';
import { RunPages } from '../../../src/pipeline/topology/run-pages.ts';
import { RunStatus } from '../../../src/pipeline/topology/run-status.ts';
import type { TopologySettings } from '../../../src/pipeline/topology/settings.ts';
import { HeldOutlet } from '../../graph/outlet.ts';
import { topologyOf } from '../../topology/support.ts';

const said: string[] = [];
let nowMs = 0;
const host: RunHost = {
  ...{ progress: undefined, onSignal: () => () => {}, clockMs: () => nowMs },
  talk: { error: (text) => said.push(text), warn: (text) => said.push(text), info() {}, guest() {}, verbose() {} },
};
const topology = topologyOf('sinks: { out: { type: drop } }\nroutes: [ stdin -> out ]');
const worker = { name: 'first', host: 'box', pid: 7 };
const report: TopologyReport = { sources: {}, nodes: {}, edges: [], sinks: {}, bytesCopied: 0, seconds: 1.5, worker };

let status: RunStatus;
let pages: RunPages;
let waitsFor: string | undefined;
let outlet: HeldOutlet;
let port: Port;
let url = '';

async function open(settings: Partial<TopologySettings>): Promise<void> {
  pages = await RunPages.open({ metrics: undefined, status: undefined, ...settings } as TopologySettings, status);
  url = /http:\S+/.exec(said.at(-1) ?? '')?.[0] ?? '';
}

const local = { host: '127.0.0.1', port: 0, isPublic: false };
const ask = (path: string, options: RequestInit = {}): Promise<Response> => fetch(new URL(path, url), options);
const answer = async (path: string): Promise<[number, string]> => {
  const response = await ask(path);
  return [response.status, await response.text()];
};

function run(): void {
  const source = { name: 'stdin', waitsFor: () => waitsFor } as never;
  const ends: OpenedEnds = {
    sources: new Map([['stdin', source]]),
    ports: new Map([['out', port]]),
    rejects: undefined,
  };
  status.run({ ends, report: () => report });
}

beforeEach(() => {
  said.length = 0;
  nowMs = 0;
  waitsFor = undefined;
  outlet = new HeldOutlet();
  port = new Port(outlet, { name: 'out', whenFull: 'wait', onFailure: 'stop', clockMs: () => nowMs });
  status = new RunStatus({ topology, worker }, host);
});
afterEach(() => pages.close());

describe('--status', () => {
  test('says that the run lives, is ready, and why not', async () => {
    await open({ status: local });
    expect(await answer('/readyz')).toEqual([503, 'starting: plugins are loading\n']);
    expect(await answer('/stats.json')).toEqual([503, 'starting: plugins are loading\n']);
    expect(await answer('/metrics')).toEqual([503, 'starting: plugins are loading\n']);
    status.start('sinks and sources are being opened');
    expect(await answer('/readyz')).toEqual([503, 'starting: sinks and sources are being opened\n']);
    run();
    expect(await answer('/readyz')).toEqual([200, 'ready\n']);
    waitsFor = 'reconnecting to nats://box';
    expect(await answer('/readyz')).toEqual([503, 'source stdin: reconnecting to nats://box\n']);
    waitsFor = undefined;
    outlet.room_ = 0;
    port.offer({ segments: [], records: 1, receipts: [], id: undefined }, {});
    nowMs = 4999;
    expect(await answer('/readyz')).toEqual([200, 'ready\n']);
    nowMs = 7000;
    expect(await answer('/readyz')).toEqual([503, 'sink out: stuck for 7 s, its buffer is full\n']);
    outlet.isClosed = true;
    expect(await answer('/readyz')).toEqual([503, 'sink out: it takes nothing any more\n']);
    status.drain('after SIGTERM, nothing more is read');
    expect(await answer('/readyz')).toEqual([503, 'draining: after SIGTERM, nothing more is read\n']);
    expect(await answer('/healthz')).toEqual([200, 'alive\n']);
  });

  test('has the figures for programs, and what the page needs besides', async () => {
    await open({ status: local });
    run();
    status.host.talk.warn('something <b>odd</b>');
    expect(JSON.parse((await answer('/stats.json'))[1])).toEqual(report);
    expect((await answer('/metrics'))[1]).toContain('slung_run_seconds 1.5\n');
    expect(JSON.parse((await answer('/status.json'))[1])).toMatchObject({
      ...{ worker, file: 'slung.yaml', phase: 'running', unready: [] },
      graph: {
        nodes: [
          { name: 'stdin', kind: 'source' },
          { name: 'out', kind: 'sink', type: 'drop' },
        ],
      },
      sinks: { out: { state: 'ok' } },
      said: [
        { level: 'warning', text: 'something <b>odd</b>' },
        { level: 'warning', text: `the status is at ${url}` },
      ],
    });
  });

  test('gives a page that runs its own script and nothing else', async () => {
    await open({ status: local });
    const response = await ask('/');
    const text = await response.text();
    expect(Buffer.byteLength(text)).toBeLessThan(60_000);
    const policy = response.headers.get('content-security-policy')!;
    for (const tag of ['script', 'style']) {
      const contents = [...text.matchAll(new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`, 'g'))].map(
        ([, content]) => content!,
      );
      expect(contents).toHaveLength(1);
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(contents[0]!).digest('base64')}';`);
    }
    expect(policy).toContain("default-src 'none'; ");
    expect(policy).not.toContain('unsafe');
    expect(text).not.toMatch(/\s(?:on\w+|style)=|javascript:/i);
    expect(text.replace(/http:\/\/www\.w3\.org\/2000\/svg/g, '')).not.toMatch(/https?:\/\//);
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('changes nothing, and tells pages of others nothing', async () => {
    await open({ status: local });
    for (const path of ['/', '/healthz', '/readyz', '/stats.json', '/status.json', '/metrics', '/end.json']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        expect((await ask(path, { method })).status).toBe(405);
      }
      expect((await ask(path, { headers: { Origin: 'http://evil.example' } })).status).toBe(403);
    }
    expect((await ask('/', { method: 'HEAD' })).status).toBe(200);
    expect(await (await ask('/healthz', { method: 'HEAD' })).text()).toBe('');
    expect((await ask('/favicon.ico')).status).toBe(404);
  });

  test('tells those who wait for it how the run has ended', async () => {
    await open({ status: local });
    run();
    const waiting = [ask('/end.json'), ask('/end.json')];
    // These are behind them on their way.
    await Promise.all([ask('/healthz'), ask('/healthz')]);
    status.end({ kind: 'done', code: 1 });
    await pages.close();
    for (const response of await Promise.all(waiting)) {
      expect(await response.json()).toMatchObject({
        status: { phase: 'ended', words: 'with exit code 1' },
        stats: report,
      });
    }
    await expect(ask('/healthz')).rejects.toThrow();
  });
});

test('--metrics has figures alone, and both may be there', async () => {
  await open({ metrics: local, status: local });
  run();
  const [metrics] = said.map((text) => /http:\S+/.exec(text)![0]);
  expect(said[0]).toBe(`metrics are at ${metrics}`);
  expect((await fetch(metrics!)).status).toBe(200);
  for (const path of ['/', '/status.json', '/stats.json', '/end.json', '/readyz']) {
    expect((await fetch(new URL(path, metrics))).status).toBe(404);
  }
  expect((await ask('/metrics')).status).toBe(200);
});

test('an address that others reach is refused unless that is wanted', async () => {
  await open({});
  const opening = RunPages.open({ metrics: local, status: { ...local, host: '0.0.0.0' } } as TopologySettings, status);
  await expect(opening).rejects.toThrow('--status-public says that they may');
});
