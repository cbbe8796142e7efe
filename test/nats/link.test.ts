/**
 * Connections that break again and again, and clocks that are set: nothing is lost, nothing is there twice, each break
 * is said once, and nothing is left of a connection that was.
 */
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AckPolicy } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type NatsOutlet, openNatsOutlet } from '../../src/nats/outlet.ts';
import { openNatsSource } from '../../src/nats/source.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { sized } from '../support/full.ts';
import { hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import { outletOptions, Reader, sourceOptions } from './support.ts';

const CUTS = sized(100, 10_000);
const QUICK = { reconnectMs: 1 };

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What the process has open, and what is alive in it. */
function held(): { readonly descriptors: number; readonly resources: number; readonly heap: number } {
  collect();
  const descriptors = readdirSync('/proc/self/fd').length;
  return { descriptors, resources: process.getActiveResourcesInfo().length, heap: process.memoryUsage().heapUsed };
}

describe.skipIf(hasNoNats)('connections to NATS that break', () => {
  let server: NatsServer;
  let tools: Tools;

  beforeAll(async () => {
    server = await NatsServer.start();
    tools = await toolsFor(server);
  });
  afterEach(async () => {
    vi.useRealTimers();
    for await (const { config } of tools.jsm.streams.list()) await tools.jsm.streams.delete(config.name);
  });
  afterAll(() => tools?.nc.close());

  /** A source and an outlet, each with its own connection by the proxy. */
  async function open(url: string, said: string[]): Promise<{ reader: Reader; outlet: NatsOutlet }> {
    await tools.jsm.streams.add({ name: 'LOGS', subjects: ['LOGS.>'] });
    await tools.jsm.streams.add({ name: 'CLEAN', subjects: ['CLEAN.>'] });
    await tools.jsm.consumers.add('LOGS', { durable_name: 'c', ack_policy: AckPolicy.Explicit, ack_wait: 10e9 });
    const common = { ...QUICK, say: (text: string) => void said.push(text), nowMs: () => Date.now() };
    const reader = new Reader(await openNatsSource(sourceOptions(url, { ...common, redeliverLimit: 1e9 })));
    reader.source.giveApart();
    return { reader, outlet: await openNatsOutlet(outletOptions(url, common)) };
  }

  test(`${CUTS} times: nothing is lost or twice, and nothing grows`, async () => {
    const proxy = await CuttingProxy.start(server.port);
    const said: string[] = [];
    const { reader, outlet } = await open(proxy.url, said);
    const { source } = reader;
    const before = { held: held(), sockets: proxy.connections };
    let done = 0;
    const passOn = (unit: object, text: string): void => {
      const settle = (failure: unknown): void => {
        source.settle(unit, failure === undefined ? 'ok' : 'failed');
        done++;
      };
      outlet.offer({ segments: [Buffer.from(text)], records: 1, id: source.idOf(unit), settle });
    };
    let given = 0;
    for (let cut = 0; cut < CUTS; cut++) {
      await tools.js.publish('LOGS.a', `{"n":${cut}}\n`);
      await reader.until(() => {
        for (; given < reader.units.length; given++) passOn(reader.units[given]!.unit, reader.units[given]!.text);
        return given > cut;
      });
      // Before or after its answer, as it happens.
      if (cut % 2 === 0) await eventually(() => done > cut);
      const breaks = said.length;
      proxy.cut();
      await eventually(() => said.length >= breaks + 4);
    }
    await outlet.flush();
    await expect.poll(async () => (await tools.jsm.consumers.info('LOGS', 'c')).ack_floor.stream_seq).toBe(CUTS);
    expect((await tools.jsm.streams.info('CLEAN')).state.messages).toBe(CUTS);
    expect(source.report()).toMatchObject({ units: CUTS, acked: CUTS, inFlight: 0 });
    for (const name of ['app', 'clean']) {
      const own = said.filter((text) => text.startsWith(`${name}: `)).map((text) => text.replace(/\d+ s$/, '0 s'));
      const twoLines = [`${name}: reconnecting to ${proxy.url}`, `${name}: connected again after 0 s`];
      expect(own).toEqual(Array(CUTS).fill(twoLines).flat());
    }
    await expect.poll(() => proxy.connections).toBe(before.sockets);
    const { descriptors, resources, heap } = held();
    expect(descriptors).toBeLessThanOrEqual(before.held.descriptors + 2);
    expect(resources).toBeLessThanOrEqual(before.held.resources + 4);
    // The test itself keeps 400 bytes a cut: units, texts, what was said.
    expect(heap - before.held.heap).toBeLessThan((4 << 20) + CUTS * 2000);
    source.close();
    await Promise.all([source.closed, outlet.close(0)]);
  });

  test('a clock that is set back by an hour keeps nobody from connecting again', async () => {
    const proxy = await CuttingProxy.start(server.port);
    const said: string[] = [];
    const { reader, outlet } = await open(proxy.url, said);
    for (const hours of [-1, -2, 3]) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
      const before = { said: said.length, taken: proxy.taken };
      proxy.cut();
      await eventually(() => said.length >= before.said + 4);
      expect(proxy.taken).toBe(before.taken + 2);
      vi.useRealTimers();
    }
    await tools.js.publish('LOGS.a', '{"n":0}\n');
    await reader.until(() => reader.units.length === 1);
    reader.source.close();
    await Promise.all([reader.source.closed, outlet.close(0)]);
  });
});
