import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { openPages, type PagesListen } from '../../src/io/pages-listen.ts';

const open: PagesListen[] = [];
afterEach(() => {
  for (const pages of open.splice(0)) void pages.close();
});

async function start(host = '127.0.0.1', isPublic = false): Promise<PagesListen> {
  const pages = await openPages({
    ...{ name: '--metrics', host, port: 0, isPublic },
    pages: { '/metrics': () => ({ type: 'text/plain', text: 'x 1\n' }) },
  });
  open.push(pages);
  return pages;
}

/** The status and the body of a request with these headers. */
function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      let text = '';
      response.on('data', (bytes: Buffer) => {
        text += bytes.toString();
      });
      response.on('end', () => resolve([response.statusCode!, text]));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('pages about a run', () => {
  it('gives what there is by its path, and nothing else', async () => {
    const { port } = await start();
    expect(await ask(port, '/metrics')).toEqual([200, 'x 1\n']);
    expect(await ask(port, '/metrics?x=1')).toEqual([200, 'x 1\n']);
    expect(await ask(port, '/metrics', {}, 'HEAD')).toEqual([200, '']);
    expect(await ask(port, '/other')).toEqual([404, '404\n']);
    expect(await ask(port, '/__proto__')).toEqual([404, '404\n']);
    expect(await ask(port, '/metrics', {}, 'POST')).toEqual([405, '405\n']);
  });

  it('tells a page of somebody else nothing', async () => {
    const { port } = await start();
    expect((await ask(port, '/metrics', { Host: 'evil.example' }))[0]).toBe(403);
    expect((await ask(port, '/metrics', { Origin: 'http://evil.example' }))[0]).toBe(403);
    expect((await ask(port, '/metrics', { Host: `localhost:${port}` }))[0]).toBe(200);
    expect((await ask(port, '/metrics', { Host: `[::1]:${port}` }))[0]).toBe(200);
  });

  it('listens where others can reach it only when that is said twice', async () => {
    await expect(start('0.0.0.0')).rejects.toThrow('--metrics-public says that they may');
    expect((await ask((await start('0.0.0.0', true)).port, '/metrics'))[0]).toBe(200);
  });

  it('says that an address is taken', async () => {
    const { port } = await start();
    const options = { name: '--metrics', host: '127.0.0.1', port, isPublic: false, pages: {} };
    await expect(openPages(options)).rejects.toThrow('--metrics');
  });
});
