/** Blocks of lines into streams of a real server. */
import { DiscardPolicy } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SinkError } from '../../src/io/index.ts';
import { type NatsOutlet, type NatsOutletOptions, openNatsOutlet } from '../../src/nats/outlet.ts';
import { delivery, noRetry, type Sent } from '../io/outlets.ts';
import { eventually } from '../support/eventually.ts';
import { hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import { outletOptions } from './support.ts';

interface Stored {
  readonly subject: string;
  readonly text: string;
  readonly id: string;
  /** Those of slung. */
  readonly headers: Readonly<Record<string, string>>;
}

const headersOf = (header: MsgHdrs): Record<string, string> =>
  Object.fromEntries(
    header
      .keys()
      .filter((name) => name.startsWith('Slung-'))
      .map((name) => [name, header.get(name)]),
  );

describe.skipIf(hasNoNats)('an outlet to NATS', () => {
  let server: NatsServer;
  let tools: Tools;
  let said: string[] = [];
  const open: NatsOutlet[] = [];

  beforeAll(async () => {
    server = await NatsServer.start();
    tools = await toolsFor(server);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((outlet) => outlet.close(0)));
    for await (const { config } of tools.jsm.streams.list()) await tools.jsm.streams.delete(config.name);
    said = [];
  });
  afterAll(() => tools?.nc.close());

  const clean = (config: object = {}) => tools.jsm.streams.add({ name: 'CLEAN', subjects: ['CLEAN.>'], ...config });

  async function outletTo(options: Partial<NatsOutletOptions> = {}): Promise<NatsOutlet> {
    const say = (text: string) => void said.push(text);
    const outlet = await openNatsOutlet(outletOptions(server.url, { say, ...options }));
    open.push(outlet);
    return outlet;
  }

  /** The messages of the stream, in order. */
  async function stored(): Promise<Stored[]> {
    const { state } = await tools.jsm.streams.info('CLEAN');
    const found: Stored[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await tools.jsm.streams.getMessage('CLEAN', { seq });
      if (message === null) continue;
      const { subject, header } = message;
      found.push({ subject, text: message.string(), id: header.get('Nats-Msg-Id'), headers: headersOf(header) });
    }
    return found;
  }

  async function deliver(outlet: NatsOutlet, ...all: Sent[]): Promise<void> {
    for (const one of all) {
      while (outlet.offer(one) === 'full') await outlet.room();
    }
    await outlet.flush();
  }

  test('confirms what the stream has, in its order', async () => {
    await clean();
    const outlet = await outletTo();
    const all = Array.from({ length: 100 }, (_, i) => delivery(`{"n":${i}}\n`, `id${i}`));
    await deliver(outlet, ...all);
    expect(all.map(({ outcome, settled }) => [outcome, settled])).toEqual(all.map(() => ['delivered', 1]));
    expect(await stored()).toEqual(
      all.map((_, i) => ({ subject: 'CLEAN.app', text: `{"n":${i}}\n`, id: `id${i}`, headers: {} })),
    );
    expect(outlet.report()).toMatchObject({ deliveries: 100, records: 100, retries: 0, failed: { deliveries: 0 } });
  });

  test('a delivery that comes again is not there twice', async () => {
    await clean();
    const outlet = await outletTo();
    await deliver(outlet, delivery('{"n":0}\n', 'a'), delivery('{"n":1}\n', 'b'), delivery('{"n":0}\n', 'a'));
    expect((await stored()).map(({ text }) => text)).toEqual(['{"n":0}\n', '{"n":1}\n']);
    expect(outlet.duplicates).toBe(1);
    const without = await outletTo({ dedupe: false });
    await deliver(without, delivery('{"n":0}\n', 'a'));
    expect(await stored()).toHaveLength(3);
  });

  test('cuts what is larger than a block by lines, and each part has an id of its own', async () => {
    await clean();
    const lines = Array.from({ length: 10 }, (_, i) => `{"n":${i}}\n`);
    const outlet = await outletTo({ blockBytes: 20 });
    await deliver(outlet, delivery(lines.join(''), 'a'));
    const found = await stored();
    expect(found.map(({ text }) => text).join('')).toBe(lines.join(''));
    expect(found.map(({ id }) => id)).toEqual(['a.0', 'a.1', 'a.2', 'a.3', 'a.4']);
    const single = await outletTo({ blockBytes: 1, subject: 'CLEAN.one' });
    await deliver(single, delivery(lines.join('')));
    expect((await stored()).filter(({ subject }) => subject === 'CLEAN.one').map(({ text }) => text)).toEqual(lines);
  });

  test('each record goes to the subject that its values name, which is one token each', async () => {
    await clean();
    const outlet = await outletTo({ subject: 'CLEAN.{time:%Y}.{app}-{level}' });
    const lines = ['{"n":0}\n', '{"n":1}\n', '{"n":2}\n', '{"n":3}\n{"n":4}\n'];
    const keys = [
      ['web', 'info'],
      ['a.b *>', ''],
      ['web', 'info'],
      ['x\r\n+ACK y'.repeat(99), 'z'],
    ];
    await deliver(outlet, Object.assign(delivery(lines, 'id'), { keys }));
    const found = await stored();
    expect(found.map(({ text }) => text)).toEqual([lines[0]! + lines[2]!, lines[1], lines[3]]);
    expect(found.map(({ id }) => id)).toEqual(['id.0', 'id.1', 'id.2']);
    expect(found.map(({ subject }) => subject).slice(0, 2)).toEqual(['CLEAN.2026.web-info', 'CLEAN.2026.a_b___-_']);
    expect(found[2]!.subject).toMatch(/^CLEAN\.2026\.(x__\+ACK_y)+.{0,9}-z$/);
  });

  test('what waits for a place in the window goes together, up to a block, when it has no id', async () => {
    await clean();
    const outlet = await outletTo({ window: 1, blockBytes: 40 });
    const all = Array.from({ length: 11 }, (_, i) => delivery(`{"n":${i % 10}}\n`));
    await deliver(outlet, ...all);
    const texts = (await stored()).map(({ text }) => text);
    expect(texts.join('')).toBe(all.map(({ segments }) => segments.join('')).join(''));
    expect(texts.map(({ length }) => length)).toEqual([8, 40, 40]);
    expect(all.every(({ outcome }) => outcome === 'delivered')).toBe(true);
  });

  test('a block says how many records it has, and a delivery what there is to know of it', async () => {
    await clean();
    const outlet = await outletTo({ window: 1, blockBytes: 40, dedupe: false });
    const lines = (count: number): string => '{"n":0}\n'.repeat(count);
    const notes = [['Slung-Reason', 'was\r\nNats-Msg-Id: é']] as const;
    await deliver(outlet, delivery(lines(7)), delivery(lines(1)), Object.assign(delivery(lines(2)), { notes }));
    await deliver(outlet, delivery(lines(1)));
    const found = await stored();
    expect(found.map(({ headers }) => headers)).toEqual([
      { 'Slung-Records': '5' },
      { 'Slung-Records': '3' },
      { 'Slung-Records': '2', 'Slung-Reason': 'was__Nats-Msg-Id: _' },
      {},
    ]);
    expect(found.map(({ id }) => id)).toEqual(['', '', '', '']);
  });

  test('takes no more than its buffer holds', async () => {
    await clean();
    const outlet = await outletTo({ window: 1, bufferBytes: 20 });
    expect([1, 2, 3].map((n) => outlet.offer(delivery(`{"n":${n}}\n`)))).toEqual(['taken', 'taken', 'full']);
    await outlet.room();
    expect(outlet.offer(delivery('{"n":3}\n'))).toBe('taken');
    await outlet.flush();
    expect((await stored()).map(({ text }) => text).join('')).toBe('{"n":1}\n{"n":2}\n{"n":3}\n');
  });

  test('a stream that is full is tried again, until it has room', async () => {
    await clean({ max_msgs: 1, discard: DiscardPolicy.New });
    const outlet = await outletTo();
    const [first, second] = [delivery('{"n":0}\n', 'a'), delivery('{"n":1}\n', 'b')];
    outlet.offer(first);
    outlet.offer(second);
    await eventually(() => outlet.report().retries > 2);
    expect(outlet.waitsFor).toMatch(/^attempt \d+: the stream is full$/);
    expect([first.outcome, second.outcome]).toEqual(['delivered', undefined]);
    await tools.jsm.streams.purge('CLEAN');
    await outlet.flush();
    expect(second.outcome).toBe('delivered');
    expect(outlet.waitsFor).toBeUndefined();
  });

  test('what is not to be tried again fails, with its lines', async () => {
    await clean({ max_msgs: 1, discard: DiscardPolicy.New });
    const outlet = await outletTo({ retry: noRetry });
    const [first, second] = [delivery('{"n":0}\n'), delivery('{"n":1}\n')];
    await deliver(outlet, first);
    await deliver(outlet, second);
    expect(second.outcome).toBeInstanceOf(SinkError);
    expect((second.outcome as SinkError).message).toBe(
      'cannot deliver to clean: the stream is full after 1 attempt; retry says how often and how long it is tried again',
    );
  });

  test('a record that no message can hold fails alone', async () => {
    const small = await NatsServer.start({ config: 'max_payload: 4096' });
    const own = await toolsFor(small);
    await own.jsm.streams.add({ name: 'CLEAN', subjects: ['CLEAN.>'] });
    const outlet = await outletTo({ url: small.url, blockBytes: 4096 });
    const long = delivery(`${JSON.stringify('x'.repeat(5000))}\n`, 'a');
    const short = delivery('{"n":0}\n'.repeat(1000), 'b');
    await deliver(outlet, long, short);
    expect(long.outcome).toMatchObject({ code: 'too-long-for-sink' });
    expect((long.outcome as SinkError).message).toContain(
      'a record of 5003 bytes does not fit: the server takes 4096 (max_payload)',
    );
    expect(short.outcome).toBe('delivered');
    await own.nc.close();
  });

  test('what is on its way when it is closed is given up after so long', async () => {
    await clean();
    const outlet = await outletTo();
    await server.freeze();
    const sent = delivery('{"n":0}\n');
    outlet.offer(sent);
    const closed = outlet.close(20);
    await closed.finally(() => server.signal('SIGCONT'));
    expect((sent.outcome as SinkError).message).toMatch(
      /^cannot deliver to clean: not confirmed within 0.02 s of the end/,
    );
  });

  test('a server that dies and comes again: nothing is lost, and with ids nothing is there twice', async () => {
    const mortal = await NatsServer.start();
    const own = await toolsFor(mortal);
    await own.jsm.streams.add({ name: 'CLEAN', subjects: ['CLEAN.>'] });
    const outlet = await outletTo({ url: mortal.url });
    const all: Sent[] = [];
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; !isOver; n++) {
        const one = delivery(`{"n":${n}}\n`.repeat(100), `id${n}`);
        all.push(one);
        while (outlet.offer(one) === 'full') await outlet.room();
        if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    let running = mortal;
    for (let kill = 0; kill < 3; kill++) {
      const before = outlet.report().deliveries;
      await eventually(() => outlet.report().deliveries > before + 50);
      await running.kill();
      running = await running.again();
    }
    isOver = true;
    await writing;
    await outlet.flush();
    expect(all.filter(({ outcome, settled }) => outcome !== 'delivered' || settled !== 1)).toEqual([]);
    expect((await own.jsm.streams.info('CLEAN')).state.messages).toBe(all.length);
    expect(said.length).toBe(6);
    expect(said[0]).toBe(`clean: reconnecting to ${mortal.url}`);
    expect(said[1]).toMatch(/^clean: connected again after \d+ s$/);
    await own.nc.close();
  });
});
