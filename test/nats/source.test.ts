/** Messages of a real server as a source of units. */
import { gzipSync } from 'node:zlib';
import { AckPolicy } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type NatsSource, type NatsSourceOptions, openNatsSource } from '../../src/nats/source.ts';
import { eventually } from '../support/eventually.ts';
import { hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import { Reader, sourceOptions } from './support.ts';

describe.skipIf(hasNoNats)('a source of NATS', () => {
  let server: NatsServer;
  let tools: Tools;
  let said: string[] = [];
  const open: NatsSource[] = [];

  beforeAll(async () => {
    server = await NatsServer.start();
    tools = await toolsFor(server);
  });
  afterEach(async () => {
    for (const source of open.splice(0)) {
      source.close();
      await source.closed;
    }
    for await (const { config } of tools.jsm.streams.list()) await tools.jsm.streams.delete(config.name);
    said = [];
  });
  afterAll(() => tools?.nc.close());

  /** A stream LOGS with a consumer c. */
  async function logs(consumer: object = {}): Promise<void> {
    await tools.jsm.streams.add({ name: 'LOGS', subjects: ['LOGS.>'] });
    await tools.jsm.consumers.add('LOGS', { durable_name: 'c', ack_policy: AckPolicy.Explicit, ...consumer });
  }

  async function sourceOf(options: Partial<NatsSourceOptions> = {}): Promise<NatsSource> {
    const say = (text: string) => void said.push(text);
    const source = await openNatsSource(sourceOptions(server.url, { say, ...options }));
    open.push(source);
    return source;
  }

  const consumer = () => tools.jsm.consumers.info('LOGS', 'c');
  const numbers = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => `{"n":${from + i}}\n`).join('');

  test('reads blocks and single records, and acknowledges each message by itself', async () => {
    await logs();
    await tools.js.publish('LOGS.a', numbers(0, 1000));
    await tools.js.publish('LOGS.b', '{"n":1000}');
    await tools.js.publish('LOGS.a', '');
    await tools.js.publish('LOGS.a', numbers(1001, 2));
    const reader = new Reader(await sourceOf());
    await reader.until(() => reader.text.length === numbers(0, 1003).length);
    expect(reader.text).toBe(numbers(0, 1003));
    expect(reader.units.map(({ text }) => text.length)).toEqual([
      numbers(0, 1000).length,
      '{"n":1000}\n'.length,
      numbers(1001, 2).length,
    ]);
    // Whoever has nothing to say is done with.
    await eventually(() => reader.source.report().acked === 1);
    for (const i of [2, 0]) reader.source.settle(reader.units[i]!.unit, 'ok');
    await expect.poll(async () => (await consumer()).num_ack_pending).toBe(1);
    reader.source.settle(reader.units[1]!.unit, 'ok');
    reader.source.settle(reader.units[1]!.unit, 'ok');
    await expect.poll(async () => (await consumer()).num_ack_pending).toBe(0);
    expect(reader.source.report()).toEqual({ units: 4, acked: 4, nacked: 0, dead: 0, redelivered: 0, inFlight: 0 });
  });

  test('asks for no more than may be in flight', async () => {
    await logs();
    for (let i = 0; i < 40; i++) await tools.js.publish('LOGS.a', `{"n":${i}}`);
    const reader = new Reader(await sourceOf({ maxInFlight: 8 }));
    await reader.until(() => reader.units.length === 8);
    await tools.nc.flush();
    expect((await consumer()).num_ack_pending).toBe(8);
    for (let done = 0; done < 40; done++) {
      await reader.until(() => reader.units.length > done);
      expect(reader.source.report().inFlight).toBeLessThanOrEqual(8);
      reader.source.settle(reader.units[done]!.unit, 'ok');
    }
    expect(reader.text).toBe(numbers(0, 40));
    await expect.poll(async () => (await consumer()).ack_floor.stream_seq).toBe(40);
  });

  test('goes on for many messages in blocks that are shorter than they', async () => {
    await logs();
    const blocks = Array.from({ length: 30 }, (_, i) => numbers(i * 1000, 1000));
    for (const block of blocks) await tools.js.publish('LOGS.a', block);
    const reader = new Reader(await sourceOf(), 1000);
    while (reader.units.length < 30) {
      await reader.step();
      for (const { unit } of reader.units) reader.source.settle(unit, 'ok');
    }
    expect(reader.text).toBe(blocks.join(''));
    expect(reader.source.report()).toMatchObject({ acked: 30, inFlight: 0 });
  });

  test('ends each read with a message when they are to be kept apart, and says where it ends before', async () => {
    await logs();
    for (const text of ['{"n":0}', '{"n":1}\n{"n":2}\n', '{"n":3}']) await tools.js.publish('LOGS.a', text);
    const source = await sourceOf();
    source.giveApart();
    const target = Buffer.alloc(10);
    const seen: (string | number)[] = [];
    while (seen.length < 7) {
      const count = source.readNow(target);
      if (count > 0) seen.push(target.toString('utf8', 0, count));
      else await source.wait();
      for (const { end } of source.takeBorders()) seen.push(end);
    }
    expect(seen).toEqual(['{"n":0}\n', 8, '{"n":1}\n{"', 24, 'n":2}\n', '{"n":3}\n', 32]);
  });

  test('reads what is in gzip', async () => {
    await logs();
    const packed = headers();
    packed.set('content-encoding', 'gzip');
    await tools.js.publish('LOGS.a', gzipSync(numbers(0, 10)), { headers: packed });
    const reader = new Reader(await sourceOf());
    await reader.until(() => reader.units.length === 1);
    expect(reader.text).toBe(numbers(0, 10));
  });

  test('gives what nobody has begun to read back when it is stopped, and then the end', async () => {
    await logs();
    for (const n of [0, 1, 2]) await tools.js.publish('LOGS.a', `{"n":${n}}\n`);
    const reader = new Reader(await sourceOf(), 4);
    await eventually(() => reader.source.report().inFlight === 3);
    await reader.step();
    reader.source.stop();
    await reader.until(() => reader.isAtEnd);
    expect(reader.text).toBe('{"n":0}\n');
    await eventually(() => reader.source.report().nacked === 2);
    expect(reader.source.report().inFlight).toBe(1);
    reader.source.settle(reader.units[0]!.unit, 'ok');
    reader.source.close();
    await reader.source.closed;
    expect((await consumer()).ack_floor.stream_seq).toBe(1);
    const next = new Reader(await sourceOf());
    await next.until(() => next.units.length === 2);
    // What comes again comes in any order.
    expect(next.units.map(({ text }) => text).sort()).toEqual(['{"n":1}\n', '{"n":2}\n']);
  });

  test('a unit has the same id wherever it comes', async () => {
    await logs();
    await tools.js.publish('LOGS.a', '{"n":0}');
    const first = new Reader(await sourceOf());
    await first.until(() => first.units.length === 1);
    const id = first.source.idOf(first.units[0]!.unit);
    expect(id).toMatch(/^LOGS\.c\.[0-9a-z]+\.1$/);
    first.source.close();
    await first.source.closed;
    const second = new Reader(await sourceOf());
    await second.until(() => second.units.length === 1);
    expect(second.source.idOf(second.units[0]!.unit)).toBe(id);
  });
});
