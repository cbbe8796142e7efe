/** When a worker acknowledges what it reads from a real server: when all that came of it is settled. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AckPolicy } from '@nats-io/jetstream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import { pluginFile } from '../support/plugins.ts';
import * as nats from './nats-support.ts';
import { workDirectory } from './support.ts';

describe.skipIf(hasNoNats)('what is settled', () => {
  const work = workDirectory();
  let server: NatsServer;
  let tools: Tools;

  beforeAll(async () => {
    server = await NatsServer.start();
    tools = await toolsFor(server);
    copyFileSync(await pluginFile('test/plugin/lane/asm/unruly.ts'), join(work.path, 'unruly.wasm'));
  });
  beforeEach(() => nats.makeStreams(tools, { ackWaitMs: 1000 }));
  afterAll(async () => {
    await tools?.nc.close();
    work.remove();
  });

  const consumer = () => tools.jsm.consumers.info('LOGS', 'slung');

  async function textsOf(stream: string): Promise<string[]> {
    const { state } = await tools.jsm.streams.info(stream);
    const texts: string[] = [];
    for (let seq = 1; seq <= state.last_seq; seq++) {
      texts.push((await tools.jsm.streams.getMessage(stream, { seq }))!.string());
    }
    return texts;
  }

  test('a sink that is slower than the server waits gets a message once', async () => {
    const held: ServerResponse[] = [];
    const slow: Server = createServer((request, response) => {
      request.resume().once('end', () => held.push(response));
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as AddressInfo;
    await tools.js.publish('LOGS.a', '{"n":1}\n');
    const args = ['select', `${server.url}/LOGS?consumer=slung&ack-wait=1s`, '-o', `http://127.0.0.1:${port}/`];
    const worker = nats.Worker.start(work.path, args);
    await expect.poll(() => held.length, { message: worker.said }).toBe(1);

    // Another consumer's clock shows that the server has waited long enough: it gives to it again, twice.
    const policy = { ack_policy: AckPolicy.Explicit, ack_wait: 1e9 };
    await tools.jsm.consumers.add('LOGS', { durable_name: 'clock', ...policy });
    const clock = await tools.js.consumers.get('LOGS', 'clock');
    for (const deliveries of [1, 2, 3]) {
      const message = await clock.next({ expires: 60_000 });
      expect(message?.info.deliveryCount).toBe(deliveries);
    }
    expect(held.length).toBe(1);
    expect(await consumer()).toMatchObject({ num_ack_pending: 1, num_redelivered: 0 });
    held[0]!.end();
    await nats.untilDone(tools, 1);
    await worker.stop();
    expect(held.length).toBe(1);
    slow.close();
  });

  test('poison: what a plugin fails on is in the stream of rejects, byte for byte, and all is acknowledged', async () => {
    const url = JSON.stringify(server.url);
    writeFileSync(
      join(work.path, 'poison.yaml'),
      `sources: { app: { type: nats, url: ${url}, stream: LOGS, consumer: slung, ack-wait: 1s } }
plugins: { unruly: { file: ./unruly.wasm, on-error: skip, time-limit: 1s, memory: 16MiB } }
sinks:
  clean: { type: nats, url: ${url}, subject: CLEAN.app }
  dead: { type: nats, url: ${url}, subject: DEAD.app }
routes: [ app -> unruly -> clean ]
rejects: dead
`,
    );
    // One that traps, one that takes all memory, and one that never returns.
    const does = (n: number): string => ['trap', 'fill', 'loop'][n < 3 ? n : 0]!;
    const poison = (n: number): string => `{ "do" : "${does(n)}",  "n":${n}, "é": "\\u00e9" }\n`;
    const broken = (n: number): string => `{"n":${n},\n`;
    const good = (n: number): string => `{"n":${n}}\n`;
    for (let n = 0; n < 20; n++)
      await tools.js.publish('LOGS.a', good(3 * n) + poison(n) + good(3 * n + 1) + broken(n));
    await tools.js.publish('LOGS.a', poison(20).trimEnd());
    const worker = nats.Worker.start(work.path, ['run', '-c', 'poison.yaml']);
    await nats.untilDone(tools, 21);
    await worker.stop();

    const numbers = [...Array(20).keys()];
    const lines = (texts: readonly string[]): string[] => texts.join('').trimEnd().split('\n').sort();
    expect(lines(await textsOf('CLEAN'))).toEqual(lines(numbers.flatMap((n) => [good(3 * n), good(3 * n + 1)])));
    const bad = [...numbers.flatMap((n) => [poison(n), broken(n)]), poison(20)];
    expect(lines(await textsOf('DEAD'))).toEqual(lines(bad));
    expect(await consumer()).toMatchObject({
      ...{ num_ack_pending: 0, num_redelivered: 0, num_pending: 0 },
      ack_floor: { stream_seq: 21, consumer_seq: 21 },
    });
  });

  test('poison that ends the worker: after the limit it is in the stream of rejects, and the rest has arrived', async () => {
    const url = JSON.stringify(server.url);
    // One at a time, so that the worker's end costs no other message a delivery.
    const source = `type: nats, url: ${url}, stream: LOGS, consumer: slung, ack-wait: 1s`;
    writeFileSync(
      join(work.path, 'fatal.yaml'),
      `sources: { app: { ${source}, redeliver-limit: 2, max-in-flight: 1 } }
plugins: { unruly: { file: ./unruly.wasm, on-error: fail, time-limit: 1s, memory: 16MiB } }
sinks:
  clean: { type: nats, url: ${url}, subject: CLEAN.app }
  dead: { type: nats, url: ${url}, subject: DEAD.app }
routes: [ app -> unruly -> clean ]
rejects: dead
`,
    );
    const good = (n: number): string => `{"n":${n}}\n`;
    const fatal = ['trap', 'fill', 'loop'].map((what) => `{"do":"${what}", "é":1}\n {"n" : 100}`);
    for (const [i, text] of fatal.entries()) {
      await tools.js.publish('LOGS.a', good(i));
      await tools.js.publish('LOGS.a', text);
    }
    await tools.js.publish('LOGS.a', good(3));
    // Whatever supervises it starts it again.
    let ends = 0;
    for (let isDone = false; !isDone; ) {
      const worker = nats.Worker.start(work.path, ['run', '-c', 'fatal.yaml']);
      const code = await Promise.race([worker.ended, nats.untilDone(tools, 7)]);
      isDone = code === undefined;
      if (isDone) await worker.stop();
      else {
        // A busy machine may need longer to start the plugin than it may take for a record: that is 3.
        expect([1, 3], worker.said).toContain(code);
        if (code === 1) ends++;
      }
    }
    // This server forgets a delivery when a message is given back.
    expect(ends).toBeGreaterThanOrEqual(2 * fatal.length);
    expect((await textsOf('CLEAN')).sort()).toEqual([0, 1, 2, 3].map(good));
    expect((await textsOf('DEAD')).sort()).toEqual(fatal.map((text) => `${text}\n`).sort());
    const { ack_floor, num_ack_pending } = await consumer();
    expect([ack_floor.stream_seq, num_ack_pending]).toEqual([7, 0]);
  });

  test('a message that came too often is in the stream of rejects, byte for byte, and does not come again', async () => {
    const url = JSON.stringify(server.url);
    const limit = 'ack-wait: 1s, redeliver-limit: 2';
    writeFileSync(
      join(work.path, 'often.yaml'),
      `sources: { app: { type: nats, url: ${url}, stream: LOGS, consumer: slung, ${limit} } }
sinks:
  clean: { type: nats, url: ${url}, subject: CLEAN.app }
  dead: { type: nats, url: ${url}, subject: DEAD.app }
routes: [ app -> clean ]
rejects: dead
`,
    );
    const often = '{"n":1} \n\n{"n": 2';
    await tools.js.publish('LOGS.a', often);
    // As workers do that it kills: they take it, and are never heard of again.
    const bare = await tools.js.consumers.get('LOGS', 'slung');
    for (const deliveries of [1, 2]) {
      expect((await bare.next({ expires: 60_000 }))?.info.deliveryCount).toBe(deliveries);
    }
    await tools.js.publish('LOGS.a', '{"n":3}\n');
    const worker = nats.Worker.start(work.path, ['run', '-c', 'often.yaml']);
    await nats.untilDone(tools, 2);
    await worker.stop();
    expect(await textsOf('CLEAN')).toEqual(['{"n":3}\n']);
    // Where letters stand one after the other, each has to end its line.
    expect(await textsOf('DEAD')).toEqual([`${often}\n`]);
    const { header } = (await tools.jsm.streams.getMessage('DEAD', { seq: 1 }))!;
    expect(['Reason', 'Source', 'Deliveries'].map((name) => header.get(`Slung-${name}`))).toEqual([
      ...['has come 3 times and was never done with', 'app LOGS 1', '3'],
    ]);
  });
});
