/** What keeps a server from being one for us, against real ones: the place, the cause, the next step, no secret. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNatsOutlet } from '../../src/nats/outlet.ts';
import { openNatsSource } from '../../src/nats/source.ts';
import { delivery, noRetry } from '../io/outlets.ts';
import { hasNoNats, NatsServer } from '../support/nats-server.ts';
import { outletOptions, Reader, sourceOptions } from './support.ts';

/** The message, when it fails; else nothing is left open. */
async function whyNot(opening: Promise<{ close(withinMs: number): unknown }>): Promise<string> {
  try {
    await (await opening).close(0);
    return 'it was opened';
  } catch (error) {
    return (error as Error).message;
  }
}

const source = (url: string, options: object = {}): Promise<string> =>
  whyNot(openNatsSource(sourceOptions(url, { create: true, ...options })));
const outlet = (url: string): Promise<string> => whyNot(openNatsOutlet(outletOptions(url, { create: true })));
const asUser = ({ url }: NatsServer, user: string): string => url.replace('//', `//${user}:hunter2@`);

describe.skipIf(hasNoNats)('what keeps us from a server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slung-nats-problems-'));
  const others: Server[] = [];
  afterAll(() => {
    for (const other of others) other.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function listening(answer: (socket: Socket) => void): Promise<string> {
    const other = createServer((socket) => {
      socket.on('error', () => {});
      answer(socket);
    });
    others.push(other);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    return `nats://u:hunter2@127.0.0.1:${(other.address() as AddressInfo).port}`;
  }

  const reach = (url: string): string => `cannot read app: cannot reach ${url.replace('u:hunter2@', '')}`;

  test('it is no server of NATS', async () => {
    for (const answer of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.write('SSH-2.0-x\r\n')]) {
      const url = await listening(answer);
      const cause = 'what listens there is no server of NATS; its port for clients is 4222, if nobody has changed it';
      expect(await source(url)).toBe(`${reach(url)}: ${cause}`);
    }
    const silent = await listening(() => {});
    const may = 'it may be no server of NATS, or have as many connections as it takes';
    expect(await source(silent, { connectMs: 50 })).toBe(`${reach(silent)} (no answer in time): ${may}`);
  });

  test('it has as many connections as it takes', async () => {
    const full = await NatsServer.start({ config: 'max_connections: 1' });
    const first = await openNatsSource(sourceOptions(full.url, { create: true }));
    expect(await source(full.url, { connectMs: 500 })).toContain('or have as many connections as it takes');
    first.close();
    await first.closed;
  });

  test('its certificate is for another server, or is not trusted by who has only nats://', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=other', '-addext', 'subjectAltName=DNS:other.example'];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
    execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' });
    const tls = await NatsServer.start({ config: `tls { cert_file: "${cert}", key_file: "${key}" }` });
    const url = tls.url.replace('nats:', 'tls:');
    expect(await source(url, { ca: cert })).toMatch(
      /: its certificate is for another server \(.*other\.example\); url has to have a name that the certificate is for$/,
    );
    expect(await source(tls.url)).toMatch(/: its certificate is not trusted \(.*\); ca: FILE names the authority/);
  });

  test('JetStream is not there for the account, or has no room', async () => {
    const user = (name: string) => `users: [{ user: ${name}, password: hunter2 }]`;
    const config = `accounts { A { ${user('a')}, jetstream: enabled }, B { ${user('b')} } }`;
    const accounts = await NatsServer.start({ config });
    const cause = `${accounts.url} has no JetStream, or not for this account; start it with -js, or with jetstream {} in its configuration, or let the account have it`;
    expect(await source(asUser(accounts, 'b'))).toBe(`cannot read app: ${cause}`);
    expect(await outlet(asUser(accounts, 'b'))).toBe(`cannot deliver to clean: ${cause}`);
    const store = JSON.stringify(join(folder, 'small'));
    const small = await NatsServer.start({
      jetstream: false,
      config: `jetstream { store_dir: ${store}, max_file: 1MB }`,
    });
    expect(await source(small.url)).toMatch(
      /^cannot read app: the server says: insufficient storage.*; create makes streams of 1 GiB; nats stream add makes/,
    );
  });

  test('another stream has the subjects', async () => {
    const own = await NatsServer.start();
    expect(await source(own.url, { stream: 'OLD', subject: 'LOGS.>' })).toBe('it was opened');
    expect(await source(own.url, { stream: 'LOGS' })).toBe(
      'cannot read app: the server says: subjects overlap with an existing stream; name the stream that has these subjects, or set subject',
    );
  });

  test('a file of credentials that is not whole, or that the server does not know', async () => {
    const seed = 'SUAMLK2ZNL35WSMW37E7UD4VZ7ELPKW7DHC3BWBSD2GCZ7IUQQXZIORRBU';
    const jwt = '-----BEGIN NATS USER JWT-----\nhunter2\n------END NATS USER JWT------\n';
    const key = `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
    const other = 'UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4';
    const own = await NatsServer.start({ config: `authorization { users: [ { nkey: ${other} } ] }` });
    const creds = join(folder, 'user.creds');
    writeFileSync(creds, jwt);
    expect(await source(own.url, { creds })).toMatch(
      /^cannot read app: creds: .*user\.creds is no whole file of credentials; nsc generate creds makes one/,
    );
    writeFileSync(creds, jwt + key);
    const refused = `${own.url} refuses who asks (Authorization Violation); nats://USER:PASSWORD@HOST or creds has what it wants to see`;
    expect(await source(own.url, { creds })).toBe(`cannot read app: ${refused}`);
    expect(await source(own.url)).toBe(`cannot read app: ${refused}`);
  });

  describe('what a user may not do', () => {
    let own: NatsServer;
    beforeAll(async () => {
      const user = (name: string, denied: string): string =>
        `{ user: ${name}, password: hunter2, permissions: { ${denied} } }`;
      const users = [
        '{ user: all, password: hunter2 }',
        user('mute', 'publish: { deny: ["CLEAN.>"] }'),
        user('deaf', 'subscribe: { deny: ["_INBOX.>"] }'),
        user('idle', 'publish: { deny: ["$JS.API.CONSUMER.MSG.NEXT.>"] }'),
      ];
      own = await NatsServer.start({ config: `authorization { users: [ ${users.join(', ')} ] }` });
      for (const opened of [source, outlet]) expect(await opened(asUser(own, 'all'))).toBe('it was opened');
    });

    test('publish', async () => {
      const mute = await openNatsOutlet(outletOptions(asUser(own, 'mute'), { retry: noRetry }));
      const sent = delivery('{}\n');
      mute.offer(sent);
      await mute.flush();
      expect((sent.outcome as Error).message).toBe(
        `cannot deliver to clean: ${own.url} does not let us publish to CLEAN.app; its permissions say who may`,
      );
      await mute.close(0);
    });

    test('hear what is answered', async () => {
      const cause = `${own.url} does not let us subscribe to _INBOX\\.\\S+, where its answers go; let the user subscribe to _INBOX\\.>`;
      expect(await source(asUser(own, 'deaf'))).toMatch(new RegExp(`^cannot read app: ${cause}$`));
      expect(await outlet(asUser(own, 'deaf'))).toMatch(new RegExp(`^cannot deliver to clean: ${cause}$`));
    });

    test('ask for messages', async () => {
      const idle = new Reader(await openNatsSource(sourceOptions(asUser(own, 'idle'))));
      await expect(idle.until(() => false)).rejects.toThrow(
        `cannot read app: ${own.url} does not let us use $JS.API.CONSUMER.MSG.NEXT.LOGS.c`,
      );
      idle.source.close();
      await idle.source.closed;
    });
  });
});
