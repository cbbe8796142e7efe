/** Messages that come more than once, and servers that go away: what became of each is known, and nothing is lost. */
import { gzipSync } from 'node:zlib';
import { AckPolicy } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DeadLetter } from '../../src/nats/dead-letter.ts';
import { openNatsOutlet } from '../../src/nats/outlet.ts';
import { type NatsSource, type NatsSourceOptions, openNatsSource } from '../../src/nats/source.ts';
import { eventually } from '../support/eventually.ts';
import { hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import { outletOptions, Reader, sourceOptions } from './support.ts';

describe.skipIf(hasNoNats)('messages of NATS that come again', () => {
  let server: NatsServer;
  let tools: Tools;
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
  });
  afterAll(() => tools?.nc.close());

  async function logs(texts: readonly string[], consumer: object = {}): Promise<void> {
    await tools.jsm.streams.add({ name: 'LOGS', subjects: ['LOGS.>'] });
    await tools.jsm.consumers.add('LOGS', { durable_name: 'c', ack_policy: AckPolicy.Explicit, ...consumer });
    for (const text of texts) await tools.js.publish('LOGS.a', text);
  }

  async function readerOf(options: Partial<NatsSourceOptions> = {}, url = server.url): Promise<Reader> {
    const source = await openNatsSource(sourceOptions(url, options));
    open.push(source);
    return new Reader(source);
  }

  const consumer = () => tools.jsm.consumers.info('LOGS', 'c');

  test('what has failed comes again, after a pause', async () => {
    await logs(['{"n":0}\n', '{"n":1}\n']);
    const reader = await readerOf();
    await reader.until(() => reader.units.length === 2);
    reader.source.settle(reader.units[1]!.unit, 'ok');
    reader.source.settle(reader.units[0]!.unit, 'failed');
    await reader.until(() => reader.units.length === 3);
    expect(reader.units[2]!.text).toBe('{"n":0}\n');
    expect(reader.source.idOf(reader.units[2]!.unit)).toBe(reader.source.idOf(reader.units[0]!.unit));
    reader.source.settle(reader.units[2]!.unit, 'ok');
    await expect.poll(async () => (await consumer()).ack_floor.stream_seq).toBe(2);
    expect(reader.source.report()).toMatchObject({ acked: 2, nacked: 1, redelivered: 1, inFlight: 0 });
  });

  test('what takes long is kept alive, so that it comes to nobody else', async () => {
    await logs(['{"n":0}\n'], { ack_wait: 300e6 });
    const [first, second] = [await readerOf(), await readerOf()];
    await eventually(() => [first, second].some(({ source }) => source.report().units === 1));
    const [has, waits] = first.source.report().units === 1 ? [first, second] : [second, first];
    await has.until(() => has.units.length === 1);
    // Ten times its wait, by the server's clock.
    const startMs = performance.now();
    await eventually(() => performance.now() - startMs > 3000);
    expect(waits.source.report().units).toBe(0);
    expect(has.source.report()).toMatchObject({ units: 1, redelivered: 0 });
    has.source.settle(has.units[0]!.unit, 'ok');
    await expect.poll(async () => (await consumer()).ack_floor.stream_seq).toBe(1);
  });

  test('a copy that comes while the first is open is the same unit', async () => {
    await logs(['{"n":0}\n'], { ack_wait: 300e6 });
    // This process thinks that no time passes, and shows no sign of progress.
    const reader = await readerOf({ clockMs: () => 0 });
    await reader.until(() => reader.units.length === 1);
    await eventually(() => reader.source.report().redelivered >= 2);
    expect(reader.source.report()).toMatchObject({ units: 1, inFlight: 1 });
    reader.source.settle(reader.units[0]!.unit, 'ok');
    await expect.poll(async () => (await consumer()).num_ack_pending).toBe(0);
    expect(reader.text).toBe('{"n":0}\n');
  });

  describe('too often', () => {
    const failAlways = async (reader: Reader, isDone: () => boolean): Promise<void> => {
      let seen = 0;
      await reader.until(() => {
        for (; seen < reader.units.length; seen++) {
          const { unit, text } = reader.units[seen]!;
          reader.source.settle(unit, text.includes('poison') ? 'failed' : 'ok');
        }
        return isDone();
      });
    };

    test('it becomes a dead letter, byte for byte, and does not come again', async () => {
      await logs(['{"n":0}', '["poison"]', '{"n":2}']);
      const letters: DeadLetter[] = [];
      const takeDead = (letter: DeadLetter): void => {
        letters.push(letter);
        letter.settle(true);
      };
      const reader = await readerOf({ redeliverLimit: 2, takeDead });
      // The source is woken by what it gives; a dead letter is not given.
      const done = failAlways(reader, () => letters.length > 0 || reader.isAtEnd);
      await eventually(() => letters.length > 0);
      await expect.poll(async () => (await consumer()).num_ack_pending).toBe(0);
      reader.source.stop();
      await done;
      expect(letters).toMatchObject([
        {
          ...{ reason: 'has come 3 times and was never done with', source: 'app', stream: 'LOGS', sequence: 2 },
          ...{ deliveries: 3, contentEncoding: undefined },
        },
      ]);
      expect(Buffer.from(letters[0]!.bytes).toString()).toBe('["poison"]');
      expect(reader.units.map(({ text }) => text).sort()).toEqual(
        ['["poison"]\n', '["poison"]\n', '{"n":0}\n', '{"n":2}\n'].sort(),
      );
      expect(reader.source.report()).toMatchObject({ acked: 2, nacked: 2, dead: 1, inFlight: 0 });
    });

    test('without anybody who takes it the source ends, and the message stays', async () => {
      await logs(['["poison"]']);
      const reader = await readerOf({ redeliverLimit: 1 });
      await expect(failAlways(reader, () => false)).rejects.toThrow(
        'cannot read app: message 1 of LOGS has come 2 times and was never done with; rejects: NODE takes such messages',
      );
      expect((await tools.jsm.streams.info('LOGS')).state.messages).toBe(1);
    });

    test('what cannot be inflated is one at once', async () => {
      const gzip = headers();
      gzip.set('Content-Encoding', 'gzip');
      const zstd = headers();
      zstd.set('Content-Encoding', 'zstd');
      await logs([]);
      await tools.js.publish('LOGS.a', gzipSync('{"n":0}\n').subarray(0, 12), { headers: gzip });
      await tools.js.publish('LOGS.a', gzipSync('x'.repeat(2 << 20)), { headers: gzip });
      await tools.js.publish('LOGS.a', '{}', { headers: zstd });
      const letters: DeadLetter[] = [];
      await readerOf({ takeDead: (letter) => void letters.push(letter) });
      await eventually(() => letters.length === 3);
      expect(letters.map(({ reason, contentEncoding }) => [reason, contentEncoding])).toEqual([
        ['cannot be read: it is not gzip, as its Content-Encoding says, or not whole', 'gzip'],
        ['cannot be read: it is larger than 1048576 bytes when it is inflated', 'gzip'],
        ['cannot be read: its Content-Encoding is zstd, and slung reads gzip', 'zstd'],
      ]);
      for (const letter of letters) letter.settle(true);
      await expect.poll(async () => (await consumer()).num_ack_pending).toBe(0);
    });
  });

  test('a consumer that is deleted ends the source', async () => {
    await logs([]);
    const reader = await readerOf();
    const ending = expect(reader.until(() => false)).rejects.toThrow(
      /^cannot read app: consumer c of LOGS(: it has been deleted| is there no more)$/,
    );
    await tools.jsm.consumers.delete('LOGS', 'c');
    await ending;
  });

  test('from stream to stream, while the server dies again and again: nothing is lost, nothing is there twice', async () => {
    const mortal = await NatsServer.start();
    const own = await toolsFor(mortal);
    await own.jsm.streams.add({ name: 'LOGS', subjects: ['LOGS.>'] });
    await own.jsm.streams.add({ name: 'CLEAN', subjects: ['CLEAN.>'] });
    await own.jsm.consumers.add('LOGS', { durable_name: 'c', ack_policy: AckPolicy.Explicit, ack_wait: 2e9 });
    const count = 3000;
    const texts = Array.from({ length: count }, (_, n) => `{"n":${n},"x":"${'x'.repeat(500)}"}\n`);
    for (let from = 0; from < count; from += 100) {
      await Promise.all(texts.slice(from, from + 100).map((text) => own.js.publish('LOGS.a', text)));
    }
    const reader = await readerOf({}, mortal.url);
    const outlet = await openNatsOutlet(outletOptions(mortal.url));
    reader.source.giveApart();
    const { source } = reader;
    let [given, kills] = [0, 0];
    let running = mortal;
    let killing: Promise<void> | undefined;
    const killSometimes = async (): Promise<void> => {
      await running.kill();
      running = await running.again();
      killing = undefined;
    };
    await reader.until(() => {
      for (; given < reader.units.length; given++) {
        const { unit, text } = reader.units[given]!;
        const settle = (failure: unknown): void => source.settle(unit, failure === undefined ? 'ok' : 'failed');
        outlet.offer({ segments: [Buffer.from(text)], records: 1, id: source.idOf(unit), settle });
      }
      if (killing === undefined && kills < 3 && source.report().acked > (kills + 1) * 700) {
        kills++;
        killing = killSometimes();
      }
      return reader.units.length >= count && source.report().acked >= count - 16;
    });
    await killing;
    await outlet.flush();
    await expect.poll(async () => (await own.jsm.consumers.info('LOGS', 'c')).ack_floor.stream_seq).toBe(count);
    expect(kills).toBe(3);
    expect((await own.jsm.streams.info('CLEAN')).state.messages).toBe(count);
    const seen = new Set<string>();
    for (let seq = 1; seq <= count; seq++) seen.add((await own.jsm.streams.getMessage('CLEAN', { seq }))!.string());
    expect(seen).toEqual(new Set(texts));
    await outlet.close(1000);
    await own.nc.close();
  });
});
