/** What is wrong with a server, or with what is wanted of it: each mistake against a real one, in its words. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AckPolicy } from '@nats-io/jetstream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkConnection } from '../../src/nats/check.ts';
import { openNatsOutlet } from '../../src/nats/outlet.ts';
import { openNatsSource } from '../../src/nats/source.ts';
import { freePort, hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import { outletOptions, sourceOptions } from './support.ts';

/** The message, when it fails; else nothing is left open. */
async function whyNot(opening: Promise<{ close(withinMs: number): unknown }>): Promise<string> {
  try {
    await (await opening).close(0);
    return 'it was opened';
  } catch (error) {
    return (error as Error).message;
  }
}

describe.skipIf(hasNoNats)('mistakes with NATS', () => {
  let server: NatsServer;
  let tools: Tools;
  const folder = mkdtempSync(join(tmpdir(), 'slung-nats-files-'));

  beforeAll(async () => {
    server = await NatsServer.start({ config: 'max_payload: 1MB' });
    tools = await toolsFor(server);
  });
  beforeEach(async () => {
    for await (const { config } of tools.jsm.streams.list()) await tools.jsm.streams.delete(config.name);
  });
  afterAll(async () => {
    await tools?.nc.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const source = (options: object = {}) => whyNot(openNatsSource(sourceOptions(server.url, options)));
  const outlet = (options: object = {}) => whyNot(openNatsOutlet(outletOptions(server.url, options)));
  const logs = () => tools.jsm.streams.add({ name: 'LOGS', subjects: ['LOGS.>'] });
  const consumer = (config: object = {}) =>
    tools.jsm.consumers.add('LOGS', { durable_name: 'c', ack_policy: AckPolicy.Explicit, ...config });

  test('nobody listens', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const url = `nats://u:hunter2@127.0.0.1:${port}`;
    const cause = `cannot reach nats://127.0.0.1:${port} (connection refused)`;
    expect(await source({ url })).toBe(`cannot read app: ${cause}`);
    expect(await outlet({ url })).toBe(`cannot deliver to clean: ${cause}`);
    expect(await source({ url: 'nats://no.such.host.invalid' })).toMatch(
      /^cannot read app: cannot reach nats:\/\/no\.such\.host\.invalid:4222: .*\((ENOTFOUND|EAI_AGAIN)\)$/,
    );
    const noUrl = 'cannot read app: its url is not nats://HOST:PORT, or several with commas between them';
    for (const wrong of ['http://h', 'nats://', 'nats://h,http://i', 'nats://h,,i']) {
      expect(await source({ url: wrong })).toBe(noUrl);
    }
  });

  test('one of several servers is enough, also at the start', async () => {
    const port = await freePort();
    const both = `nats://127.0.0.1:${port},127.0.0.1:${server.port}`;
    await logs();
    await consumer();
    expect(await source({ url: both })).toBe('it was opened');
    expect(await outlet({ url: both, subject: 'LOGS.a' })).toBe('it was opened');
    const none = `nats://u:hunter2@127.0.0.1:${port},nats://127.0.0.1:${await freePort()}`;
    const text = await source({ url: none });
    expect(text).toMatch(/^cannot read app: cannot reach nats:\/\/127.0.0.1:\d+,127.0.0.1:\d+ \(connection refused\)$/);
    expect(await source({ url: 'nats://h,tls://i' })).toBe('cannot read app: its url has servers with TLS and without');
    const logins = await source({ url: 'nats://u:hunter2@h,u:hunter3@i' });
    expect(logins).toBe('cannot read app: its url has several logins; the first is that of all servers');
  });

  test('there is no such stream', async () => {
    expect(await source()).toBe('cannot read app: there is no stream LOGS; there is none; ?create makes it');
    await tools.jsm.streams.add({ name: 'OTHER', subjects: ['OTHER'] });
    await tools.jsm.streams.add({ name: 'MORE', subjects: ['MORE'] });
    expect(await source()).toBe(
      'cannot read app: there is no stream LOGS; those there are: MORE, OTHER; ?create makes it',
    );
    expect(await source({ stream: 'A.b' })).toContain('"A.b" is no name of a stream');
  });

  test('there is no such consumer', async () => {
    await logs();
    expect(await source()).toBe('cannot read app: there is no consumer c of LOGS; there is none; ?create makes it');
    await consumer({ durable_name: 'd' });
    expect(await source()).toContain('those there are: d; ?create makes it');
  });

  test('the consumer is not what a source needs', async () => {
    await logs();
    const faults: readonly (readonly [object, object, string])[] = [
      [
        { ack_policy: AckPolicy.None },
        {},
        'consumer c acknowledges nothing (policy none); slung needs explicit; delete it, or name another one',
      ],
      [{ ack_policy: AckPolicy.All }, {}, 'consumer c acknowledges all that came before, too (policy all)'],
      [{ deliver_subject: 'there' }, {}, 'consumer c is pushed to there; slung pulls'],
      [
        { filter_subject: 'LOGS.a' },
        { subject: 'LOGS.b' },
        'consumer c has subject "LOGS.a", the source wants "LOGS.b"',
      ],
      [{}, { subject: 'LOGS.b' }, 'consumer c has all of the stream, the source wants "LOGS.b"'],
      [{}, { order: true }, 'consumer c gives 1000 messages at a time (max_ack_pending); order needs 1'],
      [
        { max_deliver: 5 },
        {},
        'consumer c gives a message 5 times at most (max_deliver), then it lies in the stream, and nobody hears of it; slung needs -1, or more than redeliver-limit (5)',
      ],
    ];
    for (const [config, options, text] of faults) {
      await consumer(config);
      expect(await source(options)).toContain(`cannot read app: ${text}`);
      await tools.jsm.consumers.delete('LOGS', 'c');
    }
  });

  test('the subject belongs to no stream', async () => {
    expect(await outlet()).toBe(
      'cannot deliver to clean: subject CLEAN.app belongs to no stream; there is no stream; nats stream add makes one',
    );
    await logs();
    expect(await outlet({ subject: 'CLEAN.{a}.x' })).toContain(
      'subject CLEAN.{a}.x belongs to no stream; the streams there are: LOGS;',
    );
    expect(await outlet({ subject: 'LOGS.{a}' })).toBe('it was opened');
    for (const subject of ['', 'a b', 'a.*', '>', 'a..b', '.a', 'a\r\nPUB b 0']) {
      expect(await outlet({ subject })).toContain('is no subject: names with dots between them');
    }
  });

  test('blocks do not fit', async () => {
    await logs();
    expect(await outlet({ subject: 'LOGS.a', blockBytes: 2 << 20 })).toBe(
      'cannot deliver to clean: blocks of 2 MiB do not fit: the server takes 1 MiB (max_payload); write block: 1MiB',
    );
  });

  test('there is no JetStream', async () => {
    const bare = await NatsServer.start({ jetstream: false });
    expect(await whyNot(openNatsSource(sourceOptions(bare.url)))).toBe(
      `cannot read app: ${bare.url} has no JetStream, or not for this account; start it with -js, or with jetstream {} in its configuration, or let the account have it`,
    );
  });

  test('what is made is what is missing, with bounds, and is said', async () => {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    expect(await source({ create: true, say })).toBe('it was opened');
    expect(await source({ create: true, say })).toBe('it was opened');
    expect(await outlet({ create: true, say })).toBe('it was opened');
    expect(said).toEqual([
      'app: made the stream LOGS for "LOGS.>": at most 1 GiB and 7 days, the oldest go first',
      'app: made the consumer c of LOGS',
      'clean: made the stream CLEAN for "CLEAN.>": at most 1 GiB and 7 days, the oldest go first',
    ]);
    const { config } = await tools.jsm.streams.info('LOGS');
    expect(config).toMatchObject({ max_bytes: 1024 ** 3, storage: 'file', duplicate_window: 300e9 });
    expect((await tools.jsm.consumers.info('LOGS', 'c')).config).toMatchObject({
      ...{ ack_policy: 'explicit', ack_wait: 30e9, max_deliver: -1 },
    });
  });

  test('what check finds', async () => {
    const found = async (wanted: object) =>
      (await checkConnection(wanted as Parameters<typeof checkConnection>[0])).map(
        ({ severity, text }) => `${severity}: ${text}`,
      );
    const read = (options: object = {}) => found({ kind: 'source', ...sourceOptions(server.url, options) });
    const write = (options: object = {}) =>
      found({ kind: 'sink', windowMs: 300_000, ...outletOptions(server.url, options) });
    expect(await read()).toEqual(['error: there is no stream LOGS; there is none; ?create makes it']);
    expect(await read({ create: true })).toEqual(['note: the stream LOGS and its consumer c will be made (create)']);
    await logs();
    await consumer({ ack_wait: 10e9, max_ack_pending: 8 });
    expect(await read()).toEqual([
      'warning: consumer c waits 10 s (ack_wait), the file says 30 s; it is the consumer that counts',
      'warning: consumer c gives 8 messages at a time to all that read it (max_ack_pending), the file says 16',
      'note: consumer c has 0 messages to be read',
    ]);
    await tools.jsm.streams.add({ name: 'CLEAN', subjects: ['CLEAN.>'], max_msg_size: 1000 });
    expect(await write()).toEqual([
      'error: stream CLEAN takes messages of 1000 bytes (max_msg_size), a block may have 262144',
      'warning: CLEAN remembers ids for 2 min, but a block may come again after 5 min; nats stream edit CLEAN --dupe-window=300s',
    ]);
    expect(await write({ dedupe: false, blockBytes: 1000 })).toEqual([]);
    // Nothing was made by looking.
    expect(await tools.jsm.consumers.list('LOGS').next()).toHaveLength(1);
  });

  describe('who asks', () => {
    test('user and password, or a token, which no message repeats', async () => {
      const own = await NatsServer.start({ config: 'authorization { user: u, password: "p w" }' });
      const open = (login: string) =>
        whyNot(openNatsSource(sourceOptions(own.url.replace('//', `//${login}@`), { create: true })));
      expect(await open('u:p%20w')).toBe('it was opened');
      const refused = `cannot read app: ${own.url} refuses who asks (Authorization Violation); nats://USER:PASSWORD@HOST or creds has what it wants to see`;
      expect(await open('u:hunter2')).toBe(refused);
      const token = await NatsServer.start({ config: 'authorization { token: secret }' });
      const withToken = (login: string) =>
        whyNot(openNatsSource(sourceOptions(token.url.replace('//', `//${login}@`), { create: true })));
      expect(await withToken('secret')).toBe('it was opened');
      expect(await withToken('hunter2')).not.toContain('hunter2');
    });

    test('the seed of an nkey in a file', async () => {
      const seed = 'SUAMLK2ZNL35WSMW37E7UD4VZ7ELPKW7DHC3BWBSD2GCZ7IUQQXZIORRBU';
      const path = join(folder, 'seed');
      writeFileSync(path, `${seed}\n`);
      const text = await source({ creds: path });
      // This server asks for nothing, so the file only has to be one.
      expect(text).toContain('there is no stream LOGS');
      expect(await source({ creds: join(folder, 'none') })).toMatch(
        /^cannot read app: creds: cannot read .*none: no such file \(ENOENT\)$/,
      );
      writeFileSync(path, 'hunter2');
      const wrong = await source({ creds: path });
      expect(wrong).toContain('is neither credentials (nsc generate creds) nor the seed of an nkey (SU…)');
      expect(wrong).not.toContain('hunter2');
    });

    test('what a user may not do', async () => {
      const own = await NatsServer.start({
        config:
          'authorization { users: [{ user: u, password: p, permissions: { publish: { deny: ["$JS.API.>"] } } }] }',
      });
      const url = own.url.replace('//', '//u:p@');
      expect(await whyNot(openNatsSource(sourceOptions(url)))).toMatch(
        /^cannot read app: nats:\/\/127.0.0.1:\d+ does not let us ask \$JS\.API\.STREAM\.INFO\.LOGS$/,
      );
    });
  });

  test('TLS: an authority of one’s own, and one that nobody knows', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
    execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' });
    const own = await NatsServer.start({ config: `tls { cert_file: "${cert}", key_file: "${key}" }` });
    const url = own.url.replace('nats:', 'tls:');
    const open = (options: object) => whyNot(openNatsSource(sourceOptions(url, { create: true, ...options })));
    expect(await open({ ca: cert })).toBe('it was opened');
    expect(await open({})).toMatch(
      /^cannot read app: cannot reach tls:\/\/127.0.0.1:\d+: its certificate is not trusted \(.*\); ca: FILE names/,
    );
    expect(await open({ ca: join(folder, 'none') })).toContain('ca: cannot read');
    const plain = server.url.replace('nats:', 'tls:');
    expect(await source({ url: plain })).toBe(
      `cannot read app: cannot reach ${plain}: it has no TLS; write nats:// instead of tls://`,
    );
  });
});
